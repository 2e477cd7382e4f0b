//! Requests of a front end and the lab's replies: plain data, fit for a channel or a web worker's
//! messages.

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
    /// The network.
    pub role: Role,
    /// Index among the network's maskable layers.
    pub layer: usize,
}

/// Samples of one class of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassKey {
    /// The run.
    pub run: RunKey,
    /// Index of the class.
    pub class: usize,
    /// Whether the averaged generator draws, if the run has one, instead of the live one.
    pub averaged: bool,
}

/// Samples of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassSamples {
    /// Iteration of the generator.
    pub iteration: u64,
    /// Whether the averaged generator drew them.
    pub averaged: bool,
    /// The samples.
    pub data: SampleData,
}

/// A run folder from an earlier session, not opened yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRun {
    /// The folder.
    pub folder: PathBuf,
    /// Whether all its iterations are done.
    pub is_over: bool,
}

/// Requests of a front end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Train these runs side by side, each in a new folder.
    Start(Vec<RunConfig>),
    /// Show a run folder, or every run folder within it.
    Open {
        /// The folder.
        folder: PathBuf,
        /// Whether unfinished runs continue at once.
        go_on: bool,
    },
    /// Take in files dropped, chosen or named together: run folders, zips of them, settings files,
    /// data. The reply depends on their content.
    Incoming(Vec<PathBuf>),
    /// Remove own data with this `data.source` from the list and from the browser; answered by
    /// [`Reply::OwnData`].
    ForgetData(String),
    /// Continue a run from its last checkpoint.
    Continue(RunKey),
    /// Pass a command to a training run.
    Tell(RunKey, Command),
    /// Remove a run that does not train; with `delete`, its folder goes too when the lab closes.
    Remove {
        /// The run.
        key: RunKey,
        /// Whether to delete its folder.
        delete: bool,
    },
    /// Restore a removed run.
    Restore(RunKey),
    /// Delete run folders that were not opened.
    Discard(Vec<PathBuf>),
    /// Write a checkpoint of every training run.
    Save,
    /// Read one layer of a training run; answered by [`Reply::Layer`].
    Inspect(LayerKey),
    /// Draw samples of a class, from a training run as it is now, from any other as its last
    /// checkpoint holds it; answered by [`Reply::OfClass`].
    SampleClass(ClassKey),
    /// Choose the device for runs that start from now on.
    Device(DeviceChoice),
    /// List the devices to train on; answered by [`Reply::Devices`].
    Devices,
    /// Limit the iterations per second of all runs; `None` is full speed. Ends slow motion.
    Limit(Option<f64>),
    /// Show every stage of every iteration for this long, as [`Reply::Still`], until a limit is
    /// set.
    SlowMotion(Duration),
    /// Export runs into the folder `take-away` beside theirs; answered by [`Reply::Written`].
    Export {
        /// Kind of the export.
        what: What,
        /// The runs, in the order shown.
        keys: Vec<RunKey>,
        /// Options of the export.
        options: Options,
    },
    /// Write a picture of a part of the screen there; answered by [`Reply::Written`].
    Screen(Screen),
    /// Cancel a task.
    Cancel(TaskId),
    /// Stop every run with a checkpoint; answered by [`Reply::Closed`].
    Close,
}

/// A picture of a part of the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Its content: the file's name without the extension.
    pub name: String,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Its pixels, row by row.
    #[serde(with = "serde_bytes")]
    pub rgb: Vec<u8>,
}

/// Replies of the lab.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The training device and the reason for the choice.
    Device {
        /// Name of the device.
        name: String,
        /// Reason for the choice.
        reason: String,
    },
    /// Devices to train on, with their names.
    Devices(Vec<(DeviceChoice, String)>),
    /// A device no longer computes. Its runs continue from checkpoints elsewhere.
    DeviceLost {
        /// Name of the device.
        name: String,
        /// Whether the window draws with it.
        shared: bool,
    },
    /// A run came in.
    Added(Box<Added>),
    /// An event of a run.
    Said(RunKey, Event),
    /// A new state of a run, or a new iteration while it does not run.
    State {
        /// The run.
        key: RunKey,
        /// State of the run.
        state: RunState,
        /// Iterations done.
        iteration: u64,
    },
    /// A stage of an iteration in slow motion.
    Still(RunKey, Still),
    /// A layer as it is now; `None` if its run does not train or has no such layer.
    Layer(LayerKey, Option<LayerState>),
    /// Samples of a class, or one line that says why they cannot be drawn.
    OfClass(ClassKey, Result<ClassSamples, String>),
    /// All evaluations of a run, in the order in which they were made.
    Evaluations(RunKey, Vec<Evaluation>),
    /// A run left the list.
    Removed(RunKey),
    /// A task started or made progress.
    Task(Task),
    /// A task ended, successful or not.
    TaskOver(TaskId),
    /// Files written for a request.
    Written(Vec<PathBuf>),
    /// The user's own data.
    OwnData {
        /// The whole list.
        all: Vec<OwnData>,
        /// Whether its last entry has just come in.
        is_new: bool,
    },
    /// The run that a settings file describes.
    Settings(Box<RunConfig>),
    /// A request failed; one line.
    Trouble {
        /// The run it concerns.
        key: Option<RunKey>,
        /// The problem: its cause, its place, and a way out.
        what: String,
    },
    /// All runs are stopped and saved; the lab does nothing more.
    Closed,
}

/// A run as it comes in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Added {
    /// Its key from here on.
    pub key: RunKey,
    /// Its folder.
    pub folder: PathBuf,
    /// Its history so far; the settings at least.
    pub history: History,
    /// Real samples, to show beside its own.
    pub reals: Option<SampleData>,
    /// State of the run.
    pub state: RunState,
}

impl Added {
    /// Iterations the run is to train.
    pub fn iterations(&self) -> u64 {
        self.history
            .config
            .as_ref()
            .map_or(0, |c| c.total_iterations())
    }
}
