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
    gui::{story::Aside, trace::Traces},
    lab::{Added, ClassKey, ClassSamples, RunKey, Stage, Still},
};

/// One run as the window knows it.
#[derive(Debug)]
pub struct RunView {
    /// Its name towards the lab.
    pub key: RunKey,
    /// What the user calls it: at first its method and seed.
    pub name: String,
    /// Where it is recorded.
    pub folder: PathBuf,
    /// All it has said.
    pub history: History,
    /// Its numbers over time, ready to be drawn at any zoom.
    pub traces: Traces,
    /// Real samples.
    pub reals: Option<SampleData>,
    /// What it is doing.
    pub state: RunState,
    /// Iterations finished, between recorded states too.
    pub iteration: u64,
    /// Samples, of a class too, and fields taken in so far, so that a picture of them knows when it is old.
    pub revision: u64,
    /// The stages of the present iteration so far, in slow motion; the last is happening now.
    pub stills: Vec<Still>,
    /// The samples of a class that were asked for last, or why there are none.
    pub of_class: Option<(ClassKey, Result<ClassSamples, String>)>,
    /// How it was evaluated, in the order in which that was done.
    pub evaluations: Vec<Evaluation>,
    /// Its place among the run colours and line styles.
    pub style: usize,
    /// Left out of samples and timelines.
    pub hidden: bool,
    /// What it goes back to after the story that has set it aside.
    pub aside: Option<Aside>,
    /// Why it failed and how to go on, in a line.
    pub trouble: Option<String>,
}

impl RunView {
    /// A run that has just come in.
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

    /// Takes one event in.
    pub fn apply(&mut self, event: &Event) {
        self.history.apply(event);
        match event {
            Event::Stats(stats) => {
                self.traces.push(&self.history, stats);
                self.iteration = self.iteration.max(stats.iteration);
            }
            Event::Resumed { iteration } => {
                self.traces.rebuild(&self.history);
                self.iteration = *iteration;
                self.trouble = None;
            }
            Event::Samples(_) | Event::Field(_) => self.revision += 1,
            _ => {}
        }
    }

    /// Takes in samples of a class, or why there are none.
    pub fn take_class(&mut self, key: ClassKey, drawn: Result<ClassSamples, String>) {
        self.of_class = Some((key, drawn));
        self.revision += 1;
    }

    /// The names of the classes it learns; none where it learns none.
    pub fn classes(&self) -> &[String] {
        self.history.info.as_ref().map_or(&[], |info| &info.classes)
    }

    /// Takes in what slow motion shows.
    pub fn take_still(&mut self, still: Still) {
        let is_first = (still.stage, still.critic_step) == (Stage::RealBatch, 1);
        let is_new = |last: &Still| last.iteration != still.iteration;
        // A generator that steps alone begins with its update every time.
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

    /// Whether its method leaves the discriminator's density to the user.
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

    /// Iterations it is meant to train.
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

    /// The recorded state the cursor stands on: the last one not after it.
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

/// `adapt-relax s42`, with the strategy where there is one.
fn name(history: &History) -> String {
    let Some(config) = &history.config else {
        return String::new();
    };
    let strategy = config
        .strategy
        .map_or(String::new(), |s| format!(":{}", s.name()));
    format!("{}{strategy} s{}", config.method, config.seed)
}
