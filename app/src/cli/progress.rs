//! Progress bars: one a run, with iteration, rate, time left, balance ratio and densities.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tightrope_core::{
    config::{Estimator, RunConfig},
    event::{EndReason, Event, Stats},
    session::RunId,
};

/// The bars of all runs.
pub struct Progress {
    all: MultiProgress,
    bars: Vec<(ProgressBar, Estimator)>,
    quiet: bool,
}

impl Progress {
    /// No bars yet; a quiet one never shows any.
    pub fn new(quiet: bool) -> Self {
        Self {
            all: MultiProgress::new(),
            bars: Vec::new(),
            quiet,
        }
    }

    /// A bar for one more run.
    pub fn add(&mut self, config: &RunConfig, folder: &Path) {
        let bar = if self.quiet {
            ProgressBar::hidden()
        } else {
            self.all.add(ProgressBar::new(config.iterations))
        };
        let template = "{prefix:14} {bar:24} {pos:>6}/{len} {per_sec:>9} eta {eta:>4}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(config.method.name());
        if !self.quiet && !bar.is_hidden() {
            bar.println(format!(
                "{} seed {} -> {}",
                config.method.name(),
                config.seed,
                folder.display()
            ));
        } else if !self.quiet {
            println!(
                "{} seed {} -> {}",
                config.method.name(),
                config.seed,
                folder.display()
            );
        }
        self.bars.push((bar, config.balance.estimator));
    }

    /// Shows what an event says.
    pub fn apply(&self, id: RunId, event: &Event) {
        let Some((bar, estimator)) = self.bars.get(id) else {
            return;
        };
        match event {
            Event::Stats(stats) => {
                bar.set_position(stats.iteration);
                bar.set_message(state(stats, *estimator));
            }
            Event::Resumed { iteration } => bar.set_position(*iteration),
            Event::Ended {
                reason: EndReason::Finished,
                ..
            } => bar.finish(),
            Event::Ended { .. } => bar.abandon(),
            _ => {}
        }
    }

    /// Leaves the bars as they are.
    pub fn finish(&self) {
        for (bar, _) in self.bars.iter().filter(|(bar, _)| !bar.is_finished()) {
            bar.abandon();
        }
    }
}

fn state(stats: &Stats, estimator: Estimator) -> String {
    let br = match estimator {
        Estimator::MeanOfRatios => stats.br_mean_of_ratios,
        Estimator::RatioOfMeans => stats.br_ratio_of_means,
    };
    let br = br.map_or("BR    -".to_owned(), |br| format!("BR {br:5.2}"));
    let verdict = stats.verdict.map_or("", |v| v.words());
    format!(
        "{br}  dG {:.2}  dD {:.2}  {verdict}",
        stats.density_g, stats.density_d
    )
}
