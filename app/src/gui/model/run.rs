//! One run as the window knows it.

use std::path::PathBuf;

use tightrope_core::{
    config::Policy,
    evaluation::Evaluation,
    event::{EndReason, Event, SampleData, Stats},
    history::History,
    session::RunState,
};

use super::Cursor;
use crate::{
    gui::model::{story::Aside, traces::Traces},
    lab::{Added, ClassKey, ClassSamples, RunKey, StepPhase, Still},
};

/// One run as the window knows it.
#[derive(Debug)]
pub struct RunView {
    /// Its key in the lab.
    pub key: RunKey,
    /// Its name, chosen by the user; method and seed at first.
    pub name: String,
    /// Folder of its record.
    pub folder: PathBuf,
    /// Everything it has reported.
    pub history: History,
    /// Its measurements over time, ready to draw at any zoom.
    pub traces: Traces,
    /// Real samples.
    pub reals: Option<SampleData>,
    /// Whether it is running, paused or ended.
    pub state: RunState,
    /// Iterations finished, including those since the last recorded state.
    pub iteration: u64,
    /// Number of samples (of a class, too) and fields taken in, which tells a picture when it is
    /// stale.
    pub revision: u64,
    /// Stages of the present iteration in slow motion; the last one is in progress.
    pub stills: Vec<Still>,
    /// Samples of the class last requested, or the reason there are none.
    pub of_class: Option<(ClassKey, Result<ClassSamples, String>)>,
    /// Its evaluations, in the order they were made.
    pub evaluations: Vec<Evaluation>,
    /// Index of its colour and line style.
    pub style: usize,
    /// Whether samples and timelines leave it out.
    pub hidden: bool,
    /// State to restore after the story that has set it aside.
    pub aside: Option<Aside>,
    /// Reason it failed and the way to continue, in one line.
    pub trouble: Option<String>,
}

impl RunView {
    /// A run just added to the lab.
    pub fn new(added: Added, style: usize) -> Self {
        let mut run = Self {
            key: added.key,
            name: name(&added.history),
            folder: added.folder,
            traces: Traces::default(),
            reals: added.reals,
            state: added.state,
            iteration: added.history.iteration(),
            history: added.history,
            revision: 0,
            stills: Vec::new(),
            of_class: None,
            evaluations: Vec::new(),
            style,
            hidden: false,
            aside: None,
            trouble: None,
        };
        run.traces.rebuild(&run.history);
        run
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        let states = self.history.stats.len();
        self.history.apply(event);
        match event {
            Event::Stats(stats) => {
                if self.history.stats.len() == states + 1 {
                    self.traces.push(&self.history, stats);
                } else {
                    self.traces.rebuild(&self.history);
                }
                self.iteration = self.iteration.max(stats.iteration);
            }
            Event::Resumed { iteration } => {
                self.traces.rebuild(&self.history);
                self.iteration = *iteration;
                self.trouble = None;
            }
            // The states of a long run are thinned once more at its end.
            Event::Ended { .. } if self.history.stats.len() < states => {
                self.traces.rebuild(&self.history);
            }
            Event::Samples(_) | Event::Field(_) => self.revision += 1,
            _ => {}
        }
    }

    /// Takes in samples of a class, or the reason there are none.
    pub fn take_class(&mut self, key: ClassKey, drawn: Result<ClassSamples, String>) {
        self.of_class = Some((key, drawn));
        self.revision += 1;
    }

    /// Names of the classes it learns, empty if it learns none.
    pub fn classes(&self) -> &[String] {
        self.history.info.as_ref().map_or(&[], |info| &info.classes)
    }

    /// Takes in a stage of slow motion.
    pub fn take_still(&mut self, still: Still) {
        let is_first = (still.stage, still.critic_step) == (StepPhase::RealBatch, 1);
        let is_new = |last: &Still| last.iteration != still.iteration;
        // A generator that steps alone starts with its update each time.
        let is_again = self
            .stills
            .iter()
            .any(|seen| (seen.stage, seen.critic_step) == (still.stage, still.critic_step));
        if is_first || is_again || self.stills.last().is_some_and(is_new) {
            self.stills.clear();
        }
        self.stills.push(still);
        self.iteration = self.iteration.max(still.iteration - 1);
    }

    /// Whether its method leaves the density of the discriminator to the user.
    pub fn is_manual(&self) -> bool {
        let policy = self.history.config.as_ref().map(|c| c.discriminator.policy);
        policy == Some(Policy::Manual)
    }

    /// Whether it is still in the lab: running or paused.
    pub fn is_live(&self) -> bool {
        self.state != RunState::Ended
    }

    /// Whether it ended early and can go on from a checkpoint.
    pub fn can_continue(&self) -> bool {
        let finished =
            matches!(&self.history.ended, Some(end) if end.reason == EndReason::Finished);
        !self.is_live() && !finished && !self.history.checkpoints.is_empty()
    }

    /// Iterations it is configured to train.
    pub fn iterations(&self) -> u64 {
        self.history
            .config
            .as_ref()
            .map_or(0, |c| c.total_iterations())
    }

    /// Iterations per second over the latest recorded states.
    pub fn rate(&self) -> Option<f64> {
        let stats = &self.history.stats;
        let last = stats.last()?;
        let since = stats.partition_point(|s| s.seconds < last.seconds - 2.0);
        let first = stats.get(since.min(stats.len().saturating_sub(2)))?;
        let seconds = last.seconds - first.seconds;
        (seconds > 0.0).then(|| (last.iteration - first.iteration) as f64 / seconds)
    }

    /// Recorded state at the cursor: the last one at or before it.
    pub fn at(&self, cursor: Cursor) -> Option<&Stats> {
        match cursor {
            Cursor::Live => self.history.latest(),
            Cursor::At(iteration) => {
                let after = self
                    .history
                    .stats
                    .partition_point(|s| s.iteration <= iteration);
                self.history.stats.get(after.checked_sub(1)?)
            }
        }
    }
}

/// `adapt-relax s42`, with the strategy if there is one.
fn name(history: &History) -> String {
    let Some(config) = &history.config else {
        return String::new();
    };
    let strategy = config
        .strategy
        .map_or(String::new(), |s| format!(":{}", s.name()));
    format!("{}{strategy} s{}", config.method, config.seed)
}
