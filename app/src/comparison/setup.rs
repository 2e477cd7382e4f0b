//! Comparisons and the runs they make: either can be had from the other.

use tightrope_core::Result;
use tightrope_core::config::RunConfig;
use tightrope_core::method::MethodSpec;

use super::{Comparison, differences, rows};

/// Comparisons whose runs train side by side, and these runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// Each as the command line would be told.
    pub comparisons: Vec<Comparison>,
    /// Their runs in order.
    pub runs: Vec<RunConfig>,
}

impl Setup {
    /// The runs these comparisons ask for.
    ///
    /// # Errors
    /// When the command line would refuse one.
    pub fn new(comparisons: Vec<Comparison>) -> Result<Self> {
        let mut runs = Vec::new();
        for comparison in &comparisons {
            runs.extend(comparison.runs()?);
        }
        Ok(Self { comparisons, runs })
    }

    /// What sets up these runs, and for each the names of the settings that no words can repeat: its method derives
    /// them anew.
    pub fn of(runs: &[RunConfig]) -> (Self, Vec<Vec<String>>) {
        let runs: Vec<RunConfig> = runs.iter().map(portable).collect();
        let comparisons = rows::comparisons(&runs);
        let lost = match Self::new(comparisons.clone()) {
            Ok(made) => runs.iter().zip(&made.runs).map(names).collect(),
            Err(_) => runs.iter().map(|run| run.keys()).collect(),
        };
        (Self { comparisons, runs }, lost)
    }

    /// The command line that trains the same, a line for each comparison.
    pub fn command(&self) -> String {
        let lines = self.comparisons.iter().map(Comparison::command);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// In words: how many runs, of what, by which methods, and how else they differ from their presets.
    pub fn words(&self) -> String {
        let count = match self.runs.len() {
            1 => "1 run".to_owned(),
            count => format!("{count} runs"),
        };
        let parts: Vec<String> = self.comparisons.iter().map(Comparison::words).collect();
        format!("{count}: {}", parts.join("; "))
    }
}

/// How a run's method is written.
pub fn spec(run: &RunConfig) -> MethodSpec {
    MethodSpec {
        method: run.method,
        strategy: run.strategy,
    }
}

/// A run's settings without what was measured on its device.
fn portable(run: &RunConfig) -> RunConfig {
    RunConfig {
        crossover: None,
        ..run.clone()
    }
}

fn names((wanted, made): (&RunConfig, &RunConfig)) -> Vec<String> {
    let differ = differences(wanted, made).into_iter();
    differ.map(|(key, _)| key).collect()
}
