//! Progress of training runs: bars on a terminal, elsewhere a line now and then.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tightrope_core::{
    config::{Estimator, RunConfig},
    event::{EndReason, Event, Stats},
    session::RunId,
};

use super::output::say;

const TEMPLATE: &str = "{prefix:17} {bar:12} {pos:>5}/{len} {per_sec:>9} eta {eta:>3} {msg}";
/// Lines a run prints where bars cannot show.
const LINES: u64 = 10;

/// The progress of all runs on the terminal.
pub struct Progress {
    screen: Screen,
    runs: Vec<Shown>,
}

enum Screen {
    Nothing,
    Lines,
    Bars(MultiProgress),
}

struct Shown {
    name: String,
    bar: ProgressBar,
    estimator: Estimator,
    iterations: u64,
    /// Iteration at which the next line is due.
    next: u64,
}

impl Progress {
    /// No runs yet; `quiet` never shows anything.
    pub fn new(quiet: bool) -> Self {
        let bars = MultiProgress::new();
        let screen = match (quiet, bars.is_hidden()) {
            (true, _) => Screen::Nothing,
            (false, true) => Screen::Lines,
            (false, false) => Screen::Bars(bars),
        };
        Self {
            screen,
            runs: Vec::new(),
        }
    }

    /// Adds a run.
    pub fn add(&mut self, config: &RunConfig, folder: &Path) {
        let name = name(config);
        let mut bar = ProgressBar::hidden();
        if let Screen::Bars(bars) = &self.screen {
            bar = bars.add(ProgressBar::new(config.total_iterations()));
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(name.clone());
        }
        self.tell(&format!("{name} -> {}", folder.display()));
        self.runs.push(Shown {
            name,
            bar,
            estimator: config.balance.estimator,
            iterations: config.total_iterations(),
            next: 1,
        });
    }

    /// Shows an event.
    pub fn apply(&mut self, id: RunId, event: &Event) {
        let Some(run) = self.runs.get_mut(id) else {
            return;
        };
        match event {
            Event::Stats(stats) => {
                let state = state(stats, run.estimator);
                run.bar.set_position(stats.iteration);
                run.bar.set_message(state.clone());
                if stats.iteration >= run.next {
                    run.next = next_line(stats.iteration, run.iterations);
                    let line = format!(
                        "{:17} {:>6}/{} {:>6.0} s  {state}",
                        run.name, stats.iteration, run.iterations, stats.seconds
                    );
                    if matches!(self.screen, Screen::Lines) {
                        self.tell(&line);
                    }
                }
            }
            Event::Resumed { iteration } => {
                run.bar.set_position(*iteration);
                // The iterations before the checkpoint took no time in this process.
                run.bar.reset_eta();
                run.next = next_line(*iteration, run.iterations);
            }
            Event::Ended {
                reason: EndReason::Finished,
                ..
            } => run.bar.finish(),
            Event::Ended { .. } => run.bar.abandon(),
            _ => {}
        }
    }

    /// Prints a line above the bars.
    pub fn tell(&self, line: &str) {
        match &self.screen {
            Screen::Nothing => {}
            // A reader that stops listening does not stop the training.
            Screen::Lines => drop(say(line)),
            Screen::Bars(bars) => drop(bars.println(line)),
        }
    }

    /// Leaves the bars on the screen.
    pub fn finish(&self) {
        for run in self.runs.iter().filter(|run| !run.bar.is_finished()) {
            run.bar.abandon();
        }
    }
}

/// A run's method and seed, e.g. `static:strong s42`.
fn name(config: &RunConfig) -> String {
    let strategy = config
        .strategy
        .map_or(String::new(), |strategy| format!(":{}", strategy.name()));
    format!("{}{strategy} s{}", config.method, config.seed)
}

/// The first iteration after `iteration` that gets a line: every tenth of the run, and the last.
fn next_line(iteration: u64, iterations: u64) -> u64 {
    let tenth = (iterations / LINES).max(1);
    ((iteration / tenth + 1) * tenth).min(iterations)
}

fn state(stats: &Stats, estimator: Estimator) -> String {
    let br = stats.window_br(estimator);
    let br = br.map_or("BR    -".to_owned(), |br| format!("BR {br:4.2}"));
    let verdict = stats.verdict.map_or("", |v| v.words());
    format!(
        "{br} dG {:.2} dD {:.2} {verdict}",
        stats.density_g, stats.density_d
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_at_every_tenth_and_at_the_end() {
        let due = |iterations: u64| {
            let mut next = 1;
            let is_due = |&at: &u64| {
                let due = at >= next;
                if due {
                    next = next_line(at, iterations);
                }
                due
            };
            (1..=iterations).filter(is_due).collect::<Vec<u64>>()
        };
        assert_eq!(due(3), [1, 2, 3]);
        assert_eq!(due(100), [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
        assert_eq!(due(25).last(), Some(&25));
    }
}
