//! What a front end asks of the lab and what it hears back: plain data, fit for a channel or a web worker's messages.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tightrope_core::{
    config::{Role, RunConfig},
    device::DeviceChoice,
    evaluation::Evaluation,
    event::{Command, Event, SampleData},
    history::History,
    run::LayerState,
    session::RunState,
};

use super::{
    OwnData, Still,
    task::{Task, TaskId},
};
use crate::export::{Options, What};

/// A run the lab knows: one that trains here, or one read from its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey(pub usize);

/// A maskable layer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerKey {
    /// The run.
    pub run: RunKey,
    /// Which of its networks.
    pub role: Role,
    /// Its place among the network's maskable layers.
    pub layer: usize,
}

/// Samples of one class of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassKey {
    /// The run.
    pub run: RunKey,
    /// The class, by its number.
    pub class: usize,
    /// Of the averaged generator rather than the live one, where there is one.
    pub averaged: bool,
}

/// Samples of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassSamples {
    /// The iteration they are of.
    pub iteration: u64,
    /// Whether the averaged generator made them.
    pub averaged: bool,
    /// The samples.
    pub data: SampleData,
}

/// A run folder that is there from before, not opened yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRun {
    /// The folder.
    pub folder: PathBuf,
    /// Whether all its iterations are done.
    pub is_over: bool,
}

/// What a front end can ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Train these side by side, each in a new folder.
    Start(Vec<RunConfig>),
    /// Show a run folder, or every run folder in this one.
    Open {
        /// The folder.
        folder: PathBuf,
        /// Whether unfinished runs train on at once.
        go_on: bool,
    },
    /// Take in what was dropped, chosen or named together: run folders, zips of them, settings files, data. Answered by
    /// what it turns out to be.
    Incoming(Vec<PathBuf>),
    /// Take own data with this `data.source` out of the list, and out of the browser; answered by [`Reply::OwnData`].
    ForgetData(String),
    /// Train on from the last checkpoint.
    Continue(RunKey),
    /// Tell a training run something.
    Tell(RunKey, Command),
    /// Forget a run that does not train; with `delete`, its folder goes too when the lab closes.
    Remove {
        /// Which.
        key: RunKey,
        /// Whether its folder is deleted.
        delete: bool,
    },
    /// Take back what was removed.
    Restore(RunKey),
    /// Delete run folders that were not opened.
    Discard(Vec<PathBuf>),
    /// Write a checkpoint of everything that trains.
    Save,
    /// Read one layer of a run that trains; answered by [`Reply::Layer`].
    Inspect(LayerKey),
    /// Draw samples of a class, from a run that trains as it is now, from another as its last checkpoint holds it;
    /// answered by [`Reply::OfClass`].
    SampleClass(ClassKey),
    /// Train what is started from now on here.
    Device(DeviceChoice),
    /// What there is to train on; answered by [`Reply::Devices`].
    Devices,
    /// Iterations of all runs per second at most; `None` is full speed. Ends slow motion.
    Limit(Option<f64>),
    /// Show every stage of every iteration for so long, as [`Reply::Still`], until a limit is set.
    SlowMotion(Duration),
    /// Write something about these runs into the folder `take-away` beside theirs; answered by [`Reply::Written`].
    Export {
        /// What.
        what: What,
        /// Which, in the order shown.
        keys: Vec<RunKey>,
        /// How.
        options: Options,
    },
    /// Write a part of the screen there; answered by [`Reply::Written`].
    Screen(Screen),
    /// Call a task off.
    Cancel(TaskId),
    /// Stop everything with a checkpoint; answered by [`Reply::Closed`].
    Close,
}

/// A part of the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// What it shows: the file's name without its ending.
    pub name: String,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Its pixels, row by row.
    #[serde(with = "serde_bytes")]
    pub rgb: Vec<u8>,
}

/// What a front end hears.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The device that trains: its name, and why it was taken.
    Device {
        /// What it is.
        name: String,
        /// Why.
        reason: String,
    },
    /// What there is to train on, with its name.
    Devices(Vec<(DeviceChoice, String)>),
    /// A device computes no more; what it trained goes on from checkpoints elsewhere.
    DeviceLost {
        /// What it was.
        name: String,
        /// Whether the window draws with it.
        shared: bool,
    },
    /// A run is there.
    Added(Box<Added>),
    /// A run said something.
    Said(RunKey, Event),
    /// A run's state or, while it does not run, its iteration changed.
    State {
        /// Which.
        key: RunKey,
        /// What it is doing.
        state: RunState,
        /// Iterations finished.
        iteration: u64,
    },
    /// A run in slow motion has come to this.
    Still(RunKey, Still),
    /// A layer as it is now; `None` if its run does not train or has no such layer.
    Layer(LayerKey, Option<LayerState>),
    /// Samples of a class, or in one line why there are none.
    OfClass(ClassKey, Result<ClassSamples, String>),
    /// How a run was evaluated: all of it, in the order in which that was done.
    Evaluations(RunKey, Vec<Evaluation>),
    /// A run is no more.
    Removed(RunKey),
    /// Long work is under way, or has come further.
    Task(Task),
    /// It is over, done or not.
    TaskOver(TaskId),
    /// Files that were asked for are written.
    Written(Vec<PathBuf>),
    /// Data of somebody's own.
    OwnData {
        /// All there are.
        all: Vec<OwnData>,
        /// Whether the last of them have just come in.
        is_new: bool,
    },
    /// What a settings file makes of a run.
    Settings(Box<RunConfig>),
    /// Something asked for could not be done; one line.
    Trouble {
        /// The run it concerns.
        key: Option<RunKey>,
        /// What, where, and what would help.
        what: String,
    },
    /// Everything is stopped and saved; the lab does nothing more.
    Closed,
}

/// A run as it comes in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Added {
    /// Its name from here on.
    pub key: RunKey,
    /// Its folder.
    pub folder: PathBuf,
    /// What is known of it; settings at least.
    pub history: History,
    /// Real samples, to be shown beside its own.
    pub reals: Option<SampleData>,
    /// What it is doing.
    pub state: RunState,
}

impl Added {
    /// Iterations it is meant to train.
    pub fn iterations(&self) -> u64 {
        self.history
            .config
            .as_ref()
            .map_or(0, |c| c.total_iterations())
    }
}
