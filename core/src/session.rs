//! Any number of runs, advanced in lock-step: one iteration each, in turn. A [`Session`] takes
//! commands and yields events. A [`RecordedSession`] writes the events into run folders before it
//! passes them on.

mod datasets;
#[cfg(test)]
mod faults;
mod recorded;
mod run_checkpoint;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub use datasets::Datasets;
pub use recorded::{RecordedSession, check_out, real_examples};
pub use run_checkpoint::RunCheckpoint;

use crate::{
    Result,
    caught::caught,
    event::{Command, EndReason, Event},
    run::Run,
};

/// Index of a run in its session.
pub type RunId = usize;

/// State of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// Advancing.
    Running,
    /// Waiting for `Resume` or a step.
    Paused,
    /// Finished, stopped or failed.
    Ended,
}

struct Slot {
    /// `None` once an ended run has been released.
    run: Option<Run>,
    /// The last finished iteration.
    iteration: u64,
    state: RunState,
    commands: VecDeque<Command>,
}

/// Runs that advance together.
#[derive(Default)]
pub struct Session {
    slots: Vec<Slot>,
    events: Vec<(RunId, Event)>,
    checkpoints: Vec<RunId>,
}

impl Session {
    /// An empty session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fresh run; its opening events are ready to be drained.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn add(&mut self, mut run: Run) -> Result<RunId> {
        let opening = run.opening().await?;
        Ok(self.add_opened(run, opening))
    }

    /// Adds a run with its first events: its opening, or the report that it continues from a
    /// checkpoint. A run with nothing left to do ends at once.
    pub fn add_opened(&mut self, run: Run, opening: Vec<Event>) -> RunId {
        let (id, is_finished) = (self.slots.len(), run.is_finished());
        self.slots.push(Slot {
            iteration: run.iteration(),
            run: Some(run),
            state: RunState::Running,
            commands: VecDeque::new(),
        });
        self.events
            .extend(opening.into_iter().map(|event| (id, event)));
        if is_finished {
            self.end(id, EndReason::Finished);
        }
        id
    }

    /// Queues a command; it takes effect before the run's next iteration.
    pub fn command(&mut self, id: RunId, command: Command) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.commands.push_back(command);
        }
    }

    /// A run that has not been released.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.slots.get(id)?.run.as_ref()
    }

    /// A run, for reading samples or a checkpoint.
    pub fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.slots.get_mut(id)?.run.as_mut()
    }

    /// Releases an ended run's networks and data; its index stays taken.
    pub fn release(&mut self, id: RunId) {
        if let Some(slot) = self.slots.get_mut(id)
            && slot.state == RunState::Ended
        {
            slot.run = None;
        }
    }

    /// State of a run.
    pub fn state(&self, id: RunId) -> Option<RunState> {
        self.slots.get(id).map(|slot| slot.state)
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the session has no runs.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether every run has ended.
    pub fn is_over(&self) -> bool {
        self.slots.iter().all(|slot| slot.state == RunState::Ended)
    }

    /// Advances every running run by one iteration, in turn. A run that fails ends with an event;
    /// the others go on.
    pub async fn advance(&mut self) {
        for id in 0..self.slots.len() {
            self.advance_one(id).await;
        }
    }

    /// Events since the last call, in order.
    pub fn drain(&mut self) -> Vec<(RunId, Event)> {
        std::mem::take(&mut self.events)
    }

    /// Ends a run that its owner cannot continue, e.g. because it cannot be recorded.
    pub fn fail(&mut self, id: RunId, why: String) {
        if self.state(id).is_some_and(|state| state != RunState::Ended) {
            self.end(id, EndReason::Failed(why));
        }
    }

    /// Runs that were asked for a checkpoint by command since the last call.
    pub fn drain_checkpoints(&mut self) -> Vec<RunId> {
        std::mem::take(&mut self.checkpoints)
    }

    /// Lets commands take effect without advancing; returns whether commands for steps are waiting.
    pub fn obey(&mut self) -> bool {
        (0..self.slots.len()).for_each(|id| self.obey_one(id));
        self.slots.iter().any(|slot| !slot.commands.is_empty())
    }

    /// Obeys a run's commands up to the first that takes a step.
    fn obey_one(&mut self, id: RunId) {
        loop {
            let slot = &mut self.slots[id];
            let is_over = slot.state == RunState::Ended;
            let is_next = |command: &mut Command| is_over || Step::of(command).is_none();
            let Some(command) = slot.commands.pop_front_if(is_next) else {
                return;
            };
            if is_over {
                continue;
            }
            match command {
                Command::Pause => slot.state = RunState::Paused,
                Command::Resume => slot.state = RunState::Running,
                Command::Step | Command::StepD | Command::StepG => {}
                Command::Edit { key, value } => self.change(id, |run| run.edit(&key, &value)),
                Command::SetDensity(density) => self.change(id, |run| run.set_density(density)),
                Command::Checkpoint => self.checkpoints.push(id),
                Command::Stop => self.end(id, EndReason::Stopped),
            }
        }
    }

    async fn advance_one(&mut self, id: RunId) {
        self.obey_one(id);
        let slot = &mut self.slots[id];
        let step = slot.commands.pop_front().as_ref().and_then(Step::of);
        if let Some(step) = step {
            slot.state = RunState::Paused;
            self.work(id, step).await;
        } else if slot.state == RunState::Running {
            self.work(id, Step::Whole).await;
        }
    }

    async fn work(&mut self, id: RunId, step: Step) {
        let Some(run) = &mut self.slots[id].run else {
            return;
        };
        let work = async {
            match step {
                Step::Whole => run.step().await,
                Step::Critic => run.step_d().await,
                Step::Generator => run.step_g().await,
            }
        };
        let outcome = caught(work).await;
        let (iteration, finished) = (run.iteration(), run.is_finished());
        self.slots[id].iteration = iteration;
        let failure = match outcome {
            Ok(Ok(events)) => {
                self.events
                    .extend(events.into_iter().map(|event| (id, event)));
                None
            }
            Ok(Err(e)) => Some(e.to_string()),
            Err(bug) => Some(format!("internal error: {bug}; this is a bug")),
        };
        if let Some(why) = failure {
            return self.end(id, EndReason::Failed(why));
        }
        if finished {
            self.end(id, EndReason::Finished);
        }
    }

    /// Reports a refused edit as an event; the run goes on as it was.
    fn change(&mut self, id: RunId, change: impl FnOnce(&mut Run) -> Result<Event>) {
        let slot = &mut self.slots[id];
        let Some(run) = &mut slot.run else {
            return;
        };
        match change(run) {
            Ok(event) => self.events.push((id, event)),
            Err(e) => self.events.push((
                id,
                Event::Refused {
                    iteration: slot.iteration,
                    reason: e.to_string(),
                },
            )),
        }
    }

    fn end(&mut self, id: RunId, reason: EndReason) {
        let slot = &mut self.slots[id];
        slot.state = RunState::Ended;
        self.events.push((
            id,
            Event::Ended {
                iteration: slot.iteration,
                reason,
            },
        ));
    }
}

#[derive(Clone, Copy)]
enum Step {
    Whole,
    Critic,
    Generator,
}

impl Step {
    /// The step that a command takes, if any.
    fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Step => Some(Self::Whole),
            Command::StepD => Some(Self::Critic),
            Command::StepG => Some(Self::Generator),
            _ => None,
        }
    }
}
