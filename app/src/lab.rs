//! The lab: trains, records and reads runs for a front end that only sends `Request`s and receives
//! `Reply`s.
//!
//! It knows no threads and no windows. Its host calls [`Lab::ask`] for every request,
//! [`Lab::advance`] while [`Lab::is_busy`], [`Lab::catch_up`] when a task has woken it, and passes
//! on the replies of [`Lab::drain`].

mod class_samples;
mod devices;
mod evaluation_watch;
mod export_task;
mod host;
mod incoming;
mod loaded_run;
mod own_data;
mod removed;
mod request;
mod slow_motion;
mod task;
mod warm_up;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod wire;
mod work;

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use tightrope_core::{
    device::DeviceChoice,
    event::{Command, EndReason, Event},
    session::{Datasets, RecordedSession, RunId, RunState},
};
use web_time::Instant;

#[cfg(test)]
pub use host::InPlace;
pub use host::{Host, Job};
pub use loaded_run::run_folders;
#[cfg(target_arch = "wasm32")]
pub use own_data::check_size;
pub use own_data::{OwnData, Shelf};
#[cfg(target_arch = "wasm32")]
pub use removed::BIN;
pub use request::{
    Added, ClassKey, ClassSamples, KeptRun, LayerKey, Reply, Request, RunKey, Screen,
};
pub use slow_motion::{StepPhase, Still};
pub use task::{Task, TaskId};

use devices::Devices;
use evaluation_watch::EvaluationWatch;
use removed::Removed;
use task::Tasks;
use work::Outcome;

/// Trains, records and reads runs.
pub struct Lab {
    devices: Devices,
    /// Folder for run folders.
    out: PathBuf,
    training: RecordedSession,
    /// The slot of each training run, by the run's number in the session.
    trained_by: Vec<RunKey>,
    slots: Vec<RunSlot>,
    replies: Vec<Reply>,
    has_commands: bool,
    tasks: Tasks<Outcome>,
    datasets: Datasets,
    /// The task that opens a folder, and the folders waiting for it: runs come in in the order of
    /// the requests.
    opening: Option<TaskId>,
    to_open: VecDeque<(PathBuf, bool)>,
    /// Whether the lab closes once its last task ends.
    closing: bool,
    pacing: Pacing,
    /// Removed runs that can still be restored.
    removed: HashMap<RunKey, Removed>,
    /// The user's own data, the latest last, and the shelf for their files if this lab keeps them.
    own_data: Vec<OwnData>,
    shelf: Option<Shelf>,
    /// Evaluations that the front end already knows.
    evaluation_watch: EvaluationWatch,
    host: Arc<dyn Host>,
}

/// Speed of training.
enum Pacing {
    /// As fast as the device goes.
    Full,
    /// At most one iteration of all runs in this time, and the next is due then.
    Limited { apart: Duration, due: Instant },
    /// Each stage of an iteration shows for this time.
    SlowMotion(Duration),
}

impl Pacing {
    fn is_slow_motion(&self) -> bool {
        matches!(self, Self::SlowMotion(_))
    }
}

/// A run the lab knows.
struct RunSlot {
    folder: PathBuf,
    /// The run's number in the session while it trains.
    training: Option<RunId>,
    told: (RunState, u64),
}

impl Lab {
    /// Creates a lab that trains on this device, puts run folders into `out` and has `host` do long
    /// work.
    pub fn new(device: DeviceChoice, out: PathBuf, host: Arc<dyn Host>) -> Self {
        Self {
            devices: Devices::new(device),
            out,
            training: RecordedSession::default(),
            trained_by: Vec::new(),
            slots: Vec::new(),
            replies: Vec::new(),
            has_commands: false,
            tasks: Tasks::new(Arc::clone(&host)),
            datasets: Datasets::default(),
            opening: None,
            to_open: VecDeque::new(),
            closing: false,
            pacing: Pacing::Full,
            removed: HashMap::new(),
            own_data: Vec::new(),
            shelf: None,
            evaluation_watch: EvaluationWatch::default(),
            host,
        }
    }

    /// Carries out a request, or replies why it cannot.
    pub async fn ask(&mut self, request: Request) {
        let concerned = match &request {
            Request::Continue(key) | Request::Tell(key, _) | Request::Remove { key, .. } => {
                Some(*key)
            }
            Request::Inspect(key) => Some(key.run),
            Request::SampleClass(key) => Some(key.run),
            _ => None,
        };
        if let Err(error) = self.try_ask(request).await {
            self.replies.push(Reply::Trouble {
                key: concerned,
                what: error.to_string(),
            });
        }
        self.catch_up().await;
    }

    async fn try_ask(&mut self, request: Request) -> Result<()> {
        match request {
            Request::Start(configs) => self.start(configs)?,
            Request::Open { folder, go_on } => self.open(folder, go_on)?,
            Request::Incoming(paths) => self.incoming(paths)?,
            Request::ForgetData(source) => self.forget_data(&source)?,
            Request::Continue(key) => self.go_on(key)?,
            Request::Tell(key, command) => self.tell(key, command).await?,
            Request::Remove { key, delete } => self.remove(key, delete)?,
            Request::Discard(folders) => removed::discard(&folders)?,
            Request::Save => self.save().await,
            Request::Restore(key) => self.restore(key)?,
            Request::Inspect(key) => self.inspect(key).await?,
            Request::SampleClass(key) => self.sample_class(key).await?,
            Request::Device(choice) => self.choose(choice).await?,
            Request::Devices => self.replies.push(Reply::Devices(devices::list().await)),
            Request::Limit(rate) => {
                self.end_slow_motion();
                let apart = rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
                self.pacing = apart.map_or(Pacing::Full, |apart| Pacing::Limited {
                    apart,
                    due: Instant::now(),
                });
            }
            Request::SlowMotion(time) => self.pacing = Pacing::SlowMotion(time),
            Request::Export {
                what,
                keys,
                options,
            } => self.export(what, &keys, options).await?,
            Request::Screen(screen) => self.screen(screen)?,
            Request::Cancel(id) => self.tasks.cancel(id),
            Request::Close => self.close().await,
        }
        Ok(())
    }

    /// Whether [`advance`](Self::advance) has anything to do.
    pub fn is_busy(&self) -> bool {
        let runs = |slot: &RunSlot| {
            slot.training
                .is_some_and(|id| self.training.state(id) == RunState::Running)
        };
        self.has_commands || self.slots.iter().any(runs)
    }

    /// Time to wait before the next [`advance`](Self::advance), by the speed limit.
    pub fn rest(&self) -> Duration {
        match self.pacing {
            Pacing::Limited { due, .. } if !self.has_commands => {
                due.saturating_duration_since(Instant::now())
            }
            _ => Duration::ZERO,
        }
    }

    /// Runs one iteration of every running run, in turn; commands take effect first.
    pub async fn advance(&mut self) {
        if let Pacing::Limited { apart, due } = &mut self.pacing {
            *due = Instant::now() + *apart;
        }
        let commanded = std::mem::take(&mut self.has_commands);
        self.watch();
        let warms_up = self.watch_warm_up();
        self.training.advance().await;
        if let Some(id) = warms_up {
            self.end_warm_up(id);
        }
        self.pass_on(commanded).await;
        self.look_for_evaluations();
    }

    /// Replies since the last call, in order.
    pub fn drain(&mut self) -> Vec<Reply> {
        std::mem::take(&mut self.replies)
    }

    async fn tell(&mut self, key: RunKey, command: Command) -> Result<()> {
        // A run that has ended since the command was given needs no answer.
        if let Some(id) = self.slot(key)?.training {
            self.training.command(id, command);
            self.has_commands = true;
            if self.pacing.is_slow_motion() {
                // The next iteration takes seconds; commands that need not wait for it take effect
                // before.
                self.has_commands = self.training.obey().await;
                self.pass_on(true).await;
            }
        }
        Ok(())
    }

    async fn save(&mut self) {
        for id in self.slots.iter().filter_map(|slot| slot.training) {
            self.training.save(id).await;
        }
        self.pass_on(false).await;
    }

    async fn inspect(&mut self, key: LayerKey) -> Result<()> {
        let training = self.slots.get(key.run.0).and_then(|slot| slot.training);
        let state = match training.and_then(|id| self.training.run(id)) {
            Some(run) => run.layer_state(key.role, key.layer).await?,
            None => None,
        };
        self.replies.push(Reply::Layer(key, state));
        Ok(())
    }

    async fn close(&mut self) {
        for id in self.slots.iter().filter_map(|slot| slot.training) {
            self.training.command(id, Command::Stop);
        }
        self.to_open.clear();
        self.tasks.cancel_all();
        self.closing = true;
        self.advance().await;
        self.removed
            .drain()
            .for_each(|(_, removed)| removed.delete());
    }

    fn slot(&self, key: RunKey) -> Result<&RunSlot> {
        let slot = self.slots.get(key.0);
        slot.filter(|slot| !slot.folder.as_os_str().is_empty())
            .ok_or_else(|| anyhow::anyhow!("the run is not there any more"))
    }

    /// Turns the events and states of runs into replies; `commanded` after a command to one of
    /// them.
    async fn pass_on(&mut self, commanded: bool) {
        let mut any_failed = false;
        for (id, event) in self.training.drain() {
            let key = self.trained_by[id];
            let failed = match &event {
                Event::Ended {
                    reason: EndReason::Failed(why),
                    ..
                } => Some(why.clone()),
                _ => None,
            };
            self.replies.push(Reply::Said(key, event));
            if let Some(why) = failed {
                any_failed = true;
                let way_on = match self.training.last_checkpoint(id) {
                    Some(iteration) => format!("Continue resumes it from iteration {iteration}"),
                    None => "its folder or its checkpoints are gone".to_owned(),
                };
                self.replies.push(Reply::Trouble {
                    key: Some(key),
                    what: format!("{why}; {way_on}"),
                });
            }
        }
        if any_failed {
            self.check_devices().await;
        }
        for index in 0..self.slots.len() {
            if let Some(id) = self.slots[index].training {
                self.tell_state(RunKey(index), id, commanded).await;
            }
        }
    }

    async fn tell_state(&mut self, key: RunKey, id: RunId, commanded: bool) {
        let state = self.training.state(id);
        let Some(run) = self.training.run_mut(id) else {
            return;
        };
        let iteration = run.iteration();
        let now = (state, iteration);
        let before = std::mem::replace(&mut self.slots[key.0].told, now);
        let held = state == RunState::Paused && commanded;
        if state == before.0 && !held {
            return;
        }
        if held {
            // A paused run shows its current samples, not the last recorded ones.
            match run.samples_now().await {
                Ok(samples) => self
                    .replies
                    .extend(samples.into_iter().map(|event| Reply::Said(key, event))),
                Err(error) => self.replies.push(Reply::Trouble {
                    key: Some(key),
                    what: error.to_string(),
                }),
            }
        }
        if state == RunState::Ended {
            self.training.release(id);
            self.slots[key.0].training = None;
        }
        self.replies.push(Reply::State {
            key,
            state,
            iteration,
        });
    }
}

#[cfg(test)]
mod tests;
