//! State of the window: runs as the lab reports them, and the user's view of them.

mod axis;
pub mod evaluation_groups;
pub mod inspection;
pub mod preferences;
mod run;
mod speed;
pub mod story;
pub mod traces;

use std::path::PathBuf;

use tightrope_core::{config::RunConfig, device::DeviceChoice, event::Event, session::RunState};

use self::{
    inspection::Inspection,
    preferences::Preferences,
    story::{Exits, Telling},
};
use crate::{
    comparison::Setup,
    gui::platform::Platform,
    lab::{KeptRun, OwnData, Reply, RunKey, Task},
    part::Part,
};

pub use axis::{Axis, Cursor};
pub use run::RunView;
pub use speed::Speed;

/// Starting point of a new comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// No template.
    New,
    /// Settings of a run.
    Like(RunKey),
    /// Settings of a file: [`Model::settings`], after this many files were read.
    File(usize),
    /// Own data: the last of [`Model::own_data`], after this many came in.
    Data(usize),
}

/// A step that undoes a user action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Hide a run, or show it.
    Hide(RunKey, bool),
    /// Bring a removed run back.
    Restore(RunKey),
}

/// State of the window.
#[derive(Debug, Default)]
pub struct Model {
    /// The runs, in order of arrival.
    pub runs: Vec<RunView>,
    /// The moment shown.
    pub cursor: Cursor,
    /// The run whose details are shown.
    pub selected: Option<RunKey>,
    /// Training speed.
    pub speed: Speed,
    /// The run whose stage slow motion shows.
    pub shown_stage: Option<RunKey>,
    /// Whether the live settings of runs are being edited.
    pub editing: bool,
    /// The inspected layer, as last read.
    pub inspection: Inspection,
    /// The user's preferences; remembered.
    pub preferences: Preferences,
    /// Parts that an address hides; not remembered.
    pub hidden: Vec<Part>,
    /// Platform of the window.
    pub platform: Platform,
    /// Comparison set up by an address, until it is started or declined.
    pub offer: Option<Setup>,
    /// Description of the device that trains, once known.
    pub device: Option<String>,
    /// Devices that can train, once requested.
    pub devices: Vec<(DeviceChoice, String)>,
    /// Whether the device that draws the window is lost.
    pub cannot_draw: bool,
    /// Notices, latest last.
    pub notices: Vec<Notice>,
    /// Tasks under way.
    pub tasks: Vec<Task>,
    /// Settings from the latest settings file, and the number of files read.
    pub settings: (Option<RunConfig>, usize),
    /// The user's own data, latest last, and the number of times some came in.
    pub own_data: (Vec<OwnData>, usize),
    /// Folders of runs that were left unfinished when the window closed.
    pub unfinished: Vec<PathBuf>,
    /// Runs kept by the browser and not opened yet.
    pub kept: Vec<KeptRun>,
    /// Kept runs that are at their end and were in the window last.
    pub shown_before: Vec<PathBuf>,
    /// Undo steps, latest last.
    pub undo: Vec<Undo>,
    /// Starting point of the dialog for a new comparison, while it is open.
    pub draft: Option<Draft>,
    /// The story being told.
    pub telling: Option<Telling>,
    /// Runs on their way out.
    pub exits: Exits,
    /// Whether everything is being stopped and saved.
    pub closing: bool,
    /// Whether everything is saved and the window may close.
    pub closed: bool,
    /// Whether the lab has ended unasked.
    pub lab_is_gone: bool,
    styles: usize,
}

/// A line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether something went wrong.
    pub is_trouble: bool,
    /// Its text.
    pub text: String,
}

impl Notice {
    /// A notice without trouble.
    pub fn plain(text: String) -> Self {
        let is_trouble = false;
        Self { is_trouble, text }
    }
}

impl Model {
    /// Takes in runs kept from earlier sessions; those in `shown` were in the window last.
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

    /// Takes in a reply of the lab.
    pub fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Devices(devices) => self.devices = devices,
            Reply::DeviceLost { name, shared } => {
                self.trouble(format!(
                    "{name} stopped responding. Continue resumes its runs from their last checkpoints, on another \
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
                // A story started over keeps its run colours and line styles.
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
                // The user does not miss a run that leaves with its story.
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
            Reply::Written(files) => self.say(self.platform.written(&files)),
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

    /// Adds a notice that concerns no single run.
    pub fn say(&mut self, text: String) {
        self.notices.push(Notice::plain(text));
    }

    /// Adds a notice of trouble that concerns no single run.
    pub fn trouble(&mut self, text: String) {
        self.notices.push(Notice {
            is_trouble: true,
            text,
        });
    }

    /// Records that the lab has ended unasked.
    pub fn lost_lab(&mut self) {
        if !self.lab_is_gone {
            self.lab_is_gone = true;
            self.trouble(self.platform.lost_lab().to_owned());
        }
        self.tasks.clear();
        for run in &mut self.runs {
            run.state = RunState::Ended;
        }
    }

    /// Whether a part of the window is shown.
    pub fn shows(&self, part: Part) -> bool {
        self.preferences.shows(part) && !self.hidden.contains(&part)
    }

    /// Shows or hides a part of the window.
    pub fn show(&mut self, part: Part, shown: bool) {
        self.hidden.retain(|hidden| *hidden != part);
        self.preferences.show(part, shown);
    }

    /// The run with this key.
    pub fn run(&self, key: RunKey) -> Option<&RunView> {
        self.runs.iter().find(|run| run.key == key)
    }

    /// The run with this key, mutable.
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

    /// Latest iteration of any shown run.
    pub fn last_iteration(&self) -> u64 {
        self.shown().map(|run| run.iteration).max().unwrap_or(0)
    }

    /// Whether any run is running that no story has set aside.
    pub fn is_running(&self) -> bool {
        let mut runs = self.runs.iter().filter(|run| run.aside.is_none());
        runs.any(|run| run.state == RunState::Running)
    }

    /// Whether any run is in the lab, running or paused.
    pub fn is_live(&self) -> bool {
        self.runs.iter().any(RunView::is_live)
    }
}
