//! The lab: trains, records and reads runs for a front end that only sends `Request`s and hears `Reply`s.
//!
//! It knows no threads and no windows. Whoever hosts it calls [`Lab::ask`] for every request, [`Lab::advance`] while
//! [`Lab::is_busy`], [`Lab::catch_up`] when a task has woken it, and passes on what [`Lab::drain`] gives.

mod away;
mod datasets;
mod devices;
mod host;
mod incoming;
mod judged;
mod of_class;
mod opened;
mod own_data;
mod recorded;
mod removed;
mod request;
mod slow;
mod stored;
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
    device::{Chosen, DeviceChoice, Shared},
    event::{Command, EndReason, Event},
    session::{RunId, RunState},
};
use web_time::Instant;

#[cfg(test)]
pub use host::InPlace;
pub use host::{Host, Job};
pub use opened::run_folders;
#[cfg(target_arch = "wasm32")]
pub use own_data::check_size;
pub use own_data::{OwnData, Shelf};
pub use recorded::Recorded;
#[cfg(target_arch = "wasm32")]
pub use removed::BIN;
pub use request::{
    Added, ClassKey, ClassSamples, KeptRun, LayerKey, Reply, Request, RunKey, Screen,
};
pub use slow::{Stage, Still};
pub use stored::Stored;
pub use task::{Task, TaskId};

use datasets::Datasets;
use judged::Judged;
use removed::Removed;
use task::Tasks;
use work::Outcome;

/// Trains, records and reads runs.
pub struct Lab {
    device: DeviceChoice,
    /// What the window draws with.
    shared: Option<Shared>,
    /// Each opened when the first run needs it.
    opened: HashMap<DeviceChoice, Chosen>,
    /// Where run folders go.
    out: PathBuf,
    training: Recorded,
    /// The place of each training run, by its number in the session.
    trained_by: Vec<RunKey>,
    places: Vec<Place>,
    replies: Vec<Reply>,
    has_commands: bool,
    tasks: Tasks<Outcome>,
    datasets: Datasets,
    /// The task that opens folders, and those that wait for it: runs come in as they were asked for.
    opening: Option<TaskId>,
    to_open: VecDeque<(PathBuf, bool)>,
    /// Whether it closes as soon as no task is under way.
    closing: bool,
    /// Time between iterations, where they are held back, and when the next is due.
    held_back: Option<(Duration, Instant)>,
    /// What can still be taken back.
    removed: HashMap<RunKey, Removed>,
    /// Data of somebody's own, the latest last, and where their files are kept, if that is this lab's business.
    own_data: Vec<OwnData>,
    shelf: Option<Shelf>,
    /// How far evaluations are known.
    judged: Judged,
    /// Whether nothing has trained yet on a GPU that is open.
    is_cold: bool,
    /// How long each stage of an iteration is shown in slow motion.
    stage_time: Option<Duration>,
    host: Arc<dyn Host>,
}

/// A run the lab knows.
struct Place {
    folder: PathBuf,
    /// Its number in the session while it trains.
    training: Option<RunId>,
    told: (RunState, u64),
}

impl Lab {
    /// A lab that will train on this device, put run folders into `out` and have long work done by `host`.
    pub fn new(device: DeviceChoice, out: PathBuf, host: Arc<dyn Host>) -> Self {
        Self {
            device,
            shared: None,
            opened: HashMap::new(),
            out,
            training: Recorded::default(),
            trained_by: Vec::new(),
            places: Vec::new(),
            replies: Vec::new(),
            has_commands: false,
            tasks: Tasks::new(Arc::clone(&host)),
            datasets: Datasets::default(),
            opening: None,
            to_open: VecDeque::new(),
            closing: false,
            held_back: None,
            removed: HashMap::new(),
            own_data: Vec::new(),
            shelf: None,
            judged: Judged::default(),
            is_cold: false,
            stage_time: None,
            host,
        }
    }

    /// Does what is asked, or answers why not.
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
                let apart = rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
                self.held_back = apart.map(|apart| (apart, Instant::now()));
                self.unwatch();
            }
            Request::SlowMotion(time) => {
                self.held_back = None;
                self.stage_time = Some(time);
            }
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

    /// Whether there is something to [`advance`](Self::advance).
    pub fn is_busy(&self) -> bool {
        let runs = |place: &Place| {
            place
                .training
                .is_some_and(|id| self.training.state(id) == RunState::Running)
        };
        self.has_commands || self.places.iter().any(runs)
    }

    /// How long to wait before the next [`advance`](Self::advance), by the limit on speed.
    pub fn rest(&self) -> Duration {
        match self.held_back {
            Some((_, due)) if !self.has_commands => due.saturating_duration_since(Instant::now()),
            _ => Duration::ZERO,
        }
    }

    /// One iteration of every running run, in turn; commands take effect first.
    pub async fn advance(&mut self) {
        if let Some((apart, due)) = &mut self.held_back {
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

    /// What there is to hear since the last call, in order.
    pub fn drain(&mut self) -> Vec<Reply> {
        std::mem::take(&mut self.replies)
    }

    async fn tell(&mut self, key: RunKey, command: Command) -> Result<()> {
        // A run that has ended since the command was given needs no answer.
        if let Some(id) = self.place(key)?.training {
            self.training.command(id, command);
            self.has_commands = true;
            if self.stage_time.is_some() {
                // The next iteration takes seconds; what it need not wait for is heard before it.
                self.has_commands = self.training.obey().await;
                self.pass_on(true).await;
            }
        }
        Ok(())
    }

    async fn save(&mut self) {
        for id in self.places.iter().filter_map(|place| place.training) {
            self.training.save(id).await;
        }
        self.pass_on(false).await;
    }

    async fn inspect(&mut self, key: LayerKey) -> Result<()> {
        let training = self.places.get(key.run.0).and_then(|place| place.training);
        let state = match training.and_then(|id| self.training.run(id)) {
            Some(run) => run.layer_state(key.role, key.layer).await?,
            None => None,
        };
        self.replies.push(Reply::Layer(key, state));
        Ok(())
    }

    async fn close(&mut self) {
        for id in self.places.iter().filter_map(|place| place.training) {
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

    fn place(&self, key: RunKey) -> Result<&Place> {
        let place = self.places.get(key.0);
        place
            .filter(|place| !place.folder.as_os_str().is_empty())
            .ok_or_else(|| anyhow::anyhow!("the run is not there any more"))
    }

    /// Turns what the runs have said and become into replies; `commanded` if somebody told them something.
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
                    Some(iteration) => format!("Continue takes it up from iteration {iteration}"),
                    None => "it has no checkpoint yet".to_owned(),
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
        for index in 0..self.places.len() {
            if let Some(id) = self.places[index].training {
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
        let before = std::mem::replace(&mut self.places[key.0].told, now);
        let held = state == RunState::Paused && commanded;
        if state == before.0 && !held {
            return;
        }
        if held {
            // Whoever holds a run still wants to see it as it is now, not as it was at the last recorded samples.
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
            self.places[key.0].training = None;
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
