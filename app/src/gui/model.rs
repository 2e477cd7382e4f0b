//! Everything the window knows: runs as they have told it, and what the user looks at.

mod axis;
mod run;
mod speed;

use std::path::PathBuf;

use tightrope_core::{config::RunConfig, device::DeviceChoice, event::Event, session::RunState};

use super::{
    inspection::Inspection,
    look::Look,
    place::Place,
    story::{Exits, Telling},
};
use crate::comparison::Setup;
use crate::lab::{KeptRun, OwnData, Reply, RunKey, Task};
use crate::part::Part;

pub use axis::{Axis, Cursor};
pub use run::RunView;
pub use speed::Speed;

/// What a new comparison starts out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// Nothing in particular.
    New,
    /// A run's settings.
    Like(RunKey),
    /// Those of a settings file: [`Model::settings`] after it was read so many times.
    File(usize),
    /// Own data: the last of [`Model::own_data`] after so many have come in.
    Data(usize),
}

/// What takes something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Hiding a run, or showing it.
    Hide(RunKey, bool),
    /// Bringing a removed run back.
    Restore(RunKey),
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
    /// How fast training goes.
    pub speed: Speed,
    /// The run that slow motion shows a stage of.
    pub shown_stage: Option<RunKey>,
    /// Whether the live settings of runs are being edited.
    pub editing: bool,
    /// What was read of the layer that is looked at.
    pub inspection: Inspection,
    /// How the user wants to see things; remembered.
    pub look: Look,
    /// Parts that an address hides; not remembered.
    pub hidden: Vec<Part>,
    /// Where the window is.
    pub place: Place,
    /// What an address sets up, until it is started or declined.
    pub offer: Option<Setup>,
    /// The device that trains, in words, once known.
    pub device: Option<String>,
    /// What there is to train on, once it was asked for.
    pub devices: Vec<(DeviceChoice, String)>,
    /// Whether the device the window draws with is gone.
    pub cannot_draw: bool,
    /// What the window has to say, latest last.
    pub notices: Vec<Notice>,
    /// Long work under way.
    pub tasks: Vec<Task>,
    /// What the latest settings file makes of a run, and how many have been read.
    pub settings: (Option<RunConfig>, usize),
    /// Data of somebody's own, the latest last, and how many have come in.
    pub own_data: (Vec<OwnData>, usize),
    /// Folders of runs that were left unfinished when the window closed.
    pub unfinished: Vec<PathBuf>,
    /// Runs that the browser keeps from before, and has not been asked for.
    pub kept: Vec<KeptRun>,
    /// Those among them that were in the window last, and are at their end.
    pub shown_before: Vec<PathBuf>,
    /// What can be taken back, latest last.
    pub undo: Vec<Undo>,
    /// What the dialog for a new comparison begins with, while it is open.
    pub draft: Option<Draft>,
    /// The story that is told.
    pub telling: Option<Telling>,
    /// Runs on their way out.
    pub exits: Exits,
    /// Whether everything is being stopped and saved.
    pub closing: bool,
    /// Whether everything is saved and the window may go.
    pub closed: bool,
    /// Whether the lab has ended without being asked to.
    pub lab_is_gone: bool,
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

impl Notice {
    /// Something worth knowing.
    pub fn plain(text: String) -> Self {
        let is_trouble = false;
        Self { is_trouble, text }
    }
}

impl Model {
    /// Remembers what is kept from before; `shown` was in the window then.
    pub fn keep(&mut self, kept: Vec<KeptRun>, shown: &[PathBuf]) {
        for KeptRun { folder, is_over } in &kept {
            if !is_over {
                self.unfinished.push(folder.clone());
            } else if shown.contains(folder) {
                self.shown_before.push(folder.clone());
            }
        }
        self.kept = kept;
    }

    /// Takes in what the lab says.
    pub fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Devices(devices) => self.devices = devices,
            Reply::DeviceLost { name, shared } => {
                self.trouble(format!(
                    "{name} computes no more; Continue takes its runs up from their last checkpoints, on another \
                     device if View names one"
                ));
                self.cannot_draw |= shared;
            }
            Reply::Device { name, reason } => self.device = Some(format!("{name}: {reason}")),
            Reply::Added(added) => {
                self.unfinished.retain(|folder| *folder != added.folder);
                self.kept.retain(|kept| kept.folder != added.folder);
                self.selected.get_or_insert(added.key);
                let leaves = self.exits.takes(&added);
                let telling = self.telling.as_mut().filter(|_| !leaves);
                let place = telling.and_then(|telling| telling.takes(&added));
                if place == Some(0) {
                    self.selected = Some(added.key);
                }
                // A story started over looks as it did before.
                let style = place.unwrap_or(self.styles);
                let mut run = RunView::new(*added, style);
                run.hidden = leaves;
                self.runs.push(run);
                self.styles += usize::from(place.is_none());
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
            Reply::Still(key, still) => {
                self.shown_stage = Some(key);
                if let Some(run) = self.run_mut(key) {
                    run.take_still(still);
                }
            }
            Reply::OfClass(key, drawn) => {
                if let Some(run) = self.run_mut(key.run) {
                    run.take_class(key, drawn);
                }
            }
            Reply::Evaluations(key, evaluations) => {
                if let Some(run) = self.run_mut(key) {
                    run.evaluations = evaluations;
                }
            }
            Reply::Layer(key, state) => self.inspection.take(key, state),
            Reply::Removed(key) => {
                // What leaves with its story is not missed.
                if let Some(run) = self.run(key).filter(|_| !self.exits.has(key)) {
                    let text = format!("{} left the list; Ctrl Z brings it back", run.name);
                    self.say(text);
                    self.undo.push(Undo::Restore(key));
                }
                self.runs.retain(|run| run.key != key);
                if let Some(telling) = &mut self.telling {
                    telling.runs.retain(|&told| told != key);
                }
                if self.selected == Some(key) {
                    self.selected = self.runs.first().map(|run| run.key);
                }
            }
            Reply::Task(task) => match self.tasks.iter_mut().find(|known| known.id == task.id) {
                Some(known) => *known = task,
                None => self.tasks.push(task),
            },
            Reply::TaskOver(id) => self.tasks.retain(|task| task.id != id),
            Reply::Written(files) => self.say(self.place.written(&files)),
            Reply::Settings(config) => {
                let read = self.settings.1 + 1;
                self.settings = (Some(*config), read);
                self.draft = Some(Draft::File(read));
            }
            Reply::OwnData { all, is_new } => {
                let came = self.own_data.1 + usize::from(is_new);
                self.own_data = (all, came);
                if is_new {
                    self.draft = Some(Draft::Data(came));
                }
            }
            Reply::Trouble { key, what } => match key.and_then(|key| self.run_mut(key)) {
                Some(run) => run.trouble = Some(what),
                None => {
                    if let Some(telling) = &mut self.telling {
                        telling.give_up();
                    }
                    self.trouble(what);
                }
            },
            Reply::Closed => self.closed = true,
        }
    }

    /// Something worth a line that concerns no one run.
    pub fn say(&mut self, text: String) {
        self.notices.push(Notice::plain(text));
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
        if !self.lab_is_gone {
            self.lab_is_gone = true;
            self.trouble(self.place.lost_lab().to_owned());
        }
        self.tasks.clear();
        for run in &mut self.runs {
            run.state = RunState::Ended;
        }
    }

    /// Whether a part of the window is shown.
    pub fn shows(&self, part: Part) -> bool {
        self.look.shows(part) && !self.hidden.contains(&part)
    }

    /// Shows a part of the window, or hides it.
    pub fn show(&mut self, part: Part, shown: bool) {
        self.hidden.retain(|hidden| *hidden != part);
        self.look.show(part, shown);
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

    /// Whether any run advances that no story has set aside.
    pub fn is_running(&self) -> bool {
        let mut runs = self.runs.iter().filter(|run| run.aside.is_none());
        runs.any(|run| run.state == RunState::Running)
    }

    /// Whether any run is in the lab, running or paused.
    pub fn is_live(&self) -> bool {
        self.runs.iter().any(RunView::is_live)
    }
}
