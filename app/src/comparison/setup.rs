//! Comparisons and the runs they make, each derived from the other.

use tightrope_core::{Result, config::RunConfig, method::MethodSpec};

use super::{Comparison, differences, rows};

/// Comparisons whose runs train side by side, with these runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// Comparisons in the words of the command line.
    pub comparisons: Vec<Comparison>,
    /// Their runs, in order.
    pub runs: Vec<RunConfig>,
}

impl Setup {
    /// Makes the runs of these comparisons.
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

    /// The setup that makes these runs. Also names, for each run, the settings that no words can
    /// repeat because its method derives them anew.
    pub fn of(runs: &[RunConfig]) -> (Self, Vec<Vec<String>>) {
        let runs: Vec<RunConfig> = runs.iter().map(portable).collect();
        let comparisons = rows::comparisons(&runs);
        let lost = match Self::new(comparisons.clone()) {
            Ok(made) => runs.iter().zip(&made.runs).map(names).collect(),
            Err(_) => runs.iter().map(|run| run.keys()).collect(),
        };
        (Self { comparisons, runs }, lost)
    }

    /// The commands that train the same runs, a line per comparison.
    pub fn command(&self) -> String {
        let lines = self.comparisons.iter().map(Comparison::command);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A summary: the number of runs, their methods and data, and other differences from the
    /// presets.
    pub fn words(&self) -> String {
        let count = match self.runs.len() {
            1 => "1 run".to_owned(),
            count => format!("{count} runs"),
        };
        let parts: Vec<String> = self.comparisons.iter().map(Comparison::words).collect();
        format!("{count}: {}", parts.join("; "))
    }
}

/// A run's method, as the command line writes it.
pub fn spec(run: &RunConfig) -> MethodSpec {
    MethodSpec {
        method: run.method,
        strategy: run.strategy,
    }
}

/// A run's settings without those measured on its device.
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
