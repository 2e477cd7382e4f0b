//! Everything the window knows: runs as they have told it, and what the user looks at.

use std::path::PathBuf;

use tightrope_core::{
    event::{EndReason, Event, SampleData, Stats},
    history::History,
    session::RunState,
};

use super::{inspection::Inspection, look::Look, trace::Traces};
use crate::lab::{Added, Reply, Request, RunKey};

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
    /// Samples taken in so far, so that a picture of them knows when it is old.
    pub revision: u64,
    /// Its place among the run colours and line styles.
    pub style: usize,
    /// Left out of samples and timelines.
    pub hidden: bool,
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
            style,
            hidden: false,
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
            Event::Samples(_) => self.revision += 1,
            _ => {}
        }
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
        self.history.config.as_ref().map_or(0, |c| c.iterations)
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

/// What a new comparison starts out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// Nothing in particular.
    New,
    /// A run's settings.
    Like(RunKey),
}

/// The moment that samples, scores and masks of all runs are shown at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The latest of each run.
    #[default]
    Live,
    /// The latest that is not after this iteration.
    At(u64),
}

/// What the timelines have in common below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Axis {
    /// Generator iterations.
    #[default]
    Iteration,
    /// Training FLOPs, corrected count.
    Flops,
    /// Real images seen.
    Images,
    /// Seconds of training.
    Seconds,
}

impl Axis {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Iteration, Self::Flops, Self::Images, Self::Seconds];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iteration => "iterations",
            Self::Flops => "training FLOPs",
            Self::Images => "real images",
            Self::Seconds => "seconds",
        }
    }

    /// Where a recorded state lies on it.
    pub fn of(self, stats: &Stats) -> f64 {
        match self {
            Self::Iteration => stats.iteration as f64,
            Self::Flops => stats.flops,
            Self::Images => stats.images as f64,
            Self::Seconds => stats.seconds,
        }
    }

    /// Where an iteration of a run lies on it, between the recorded states around it.
    pub fn at(self, history: &History, iteration: u64) -> f64 {
        if self == Self::Iteration {
            return iteration as f64;
        }
        let stats = &history.stats;
        let after = stats.partition_point(|s| s.iteration < iteration);
        let before = after.checked_sub(1).and_then(|i| stats.get(i));
        let (x0, i0) = before.map_or((0.0, 0), |s| (self.of(s), s.iteration));
        match stats.get(after) {
            Some(next) => {
                let share = (iteration - i0) as f64 / (next.iteration - i0).max(1) as f64;
                x0 + share * (self.of(next) - x0)
            }
            None => x0,
        }
    }

    /// The iteration of a run at this place on it.
    pub fn iteration(self, history: &History, x: f64) -> u64 {
        if self == Self::Iteration {
            return x.max(0.0).round() as u64;
        }
        let stats = &history.stats;
        let after = stats.partition_point(|s| self.of(s) < x);
        stats.get(after).or(stats.last()).map_or(0, |s| s.iteration)
    }
}

/// Everything the window knows.
#[derive(Debug, Default)]
pub struct Model {
    /// The runs, in the order they came.
    pub runs: Vec<RunView>,
    /// The moment shown.
    pub cursor: Cursor,
    /// The run whose details are shown.
    pub selected: Option<RunKey>,
    /// What was read of the layer that is looked at.
    pub inspection: Inspection,
    /// How the user wants to see things; remembered.
    pub look: Look,
    /// The device that trains, in words, once known.
    pub device: Option<String>,
    /// What the window has to say, latest last.
    pub notices: Vec<Notice>,
    /// Folders of runs that were left unfinished when the window closed.
    pub unfinished: Vec<PathBuf>,
    /// What the dialog for a new comparison begins with, while it is open.
    pub draft: Option<Draft>,
    /// Whether everything is being stopped and saved.
    pub closing: bool,
    /// Whether everything is saved and the window may go.
    pub closed: bool,
    lab_is_gone: bool,
    styles: usize,
}

/// A line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether something went wrong.
    pub is_trouble: bool,
    /// The line.
    pub text: String,
}

impl Model {
    /// Takes in what the lab says.
    pub fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Device { name, reason } => self.device = Some(format!("{name}: {reason}")),
            Reply::Added(added) => {
                self.unfinished.retain(|folder| *folder != added.folder);
                self.selected.get_or_insert(added.key);
                self.runs.push(RunView::new(*added, self.styles));
                self.styles += 1;
            }
            Reply::Said(key, event) => {
                if let Event::Refused { reason, .. } = &event {
                    self.trouble(reason.clone());
                }
                if let Some(run) = self.run_mut(key) {
                    run.apply(&event);
                }
            }
            Reply::State {
                key,
                state,
                iteration,
            } => {
                if let Some(run) = self.run_mut(key) {
                    (run.state, run.iteration) = (state, iteration);
                }
            }
            Reply::Layer(key, state) => self.inspection.take(key, state),
            Reply::Removed(key) => {
                self.runs.retain(|run| run.key != key);
                if self.selected == Some(key) {
                    self.selected = self.runs.first().map(|run| run.key);
                }
            }
            Reply::Written(file) => self.notices.push(Notice {
                is_trouble: false,
                text: format!("written: {}", file.display()),
            }),
            Reply::Trouble { key, what } => match key.and_then(|key| self.run_mut(key)) {
                Some(run) => run.trouble = Some(what),
                None => self.trouble(what),
            },
            Reply::Closed => self.closed = true,
        }
    }

    /// Something went wrong that concerns no one run.
    pub fn trouble(&mut self, text: String) {
        self.notices.push(Notice {
            is_trouble: true,
            text,
        });
    }

    /// The lab has ended without being asked to.
    pub fn lost_lab(&mut self) {
        let what = "training stopped because of an internal error; start the window again: it offers to continue";
        if !self.lab_is_gone {
            self.lab_is_gone = true;
            self.trouble(what.to_owned());
        }
        for run in &mut self.runs {
            run.state = RunState::Ended;
        }
    }

    /// A report over the shown runs, beside their folders.
    pub fn report(&self) -> Option<Request> {
        let beside = self.shown().next()?.folder.parent()?;
        Some(Request::Report {
            keys: self.shown().map(|run| run.key).collect(),
            file: beside.join("report.html"),
        })
    }

    /// A run.
    pub fn run(&self, key: RunKey) -> Option<&RunView> {
        self.runs.iter().find(|run| run.key == key)
    }

    /// A run, to be changed.
    pub fn run_mut(&mut self, key: RunKey) -> Option<&mut RunView> {
        self.runs.iter_mut().find(|run| run.key == key)
    }

    /// The run whose details are shown.
    pub fn selected(&self) -> Option<&RunView> {
        self.selected.and_then(|key| self.run(key))
    }

    /// The runs that samples and timelines show.
    pub fn shown(&self) -> impl Iterator<Item = &RunView> {
        self.runs.iter().filter(|run| !run.hidden)
    }

    /// The last iteration any shown run has come to.
    pub fn last_iteration(&self) -> u64 {
        self.shown().map(|run| run.iteration).max().unwrap_or(0)
    }

    /// Whether any run advances.
    pub fn is_running(&self) -> bool {
        self.runs.iter().any(|run| run.state == RunState::Running)
    }

    /// Whether any run is in the lab, running or paused.
    pub fn is_live(&self) -> bool {
        self.runs.iter().any(RunView::is_live)
    }
}
