//! Long work beside the training: it says how far it is, can be called off, and comes back to the lab when it is done.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use tightrope_core::{Error, progress::Progress};
use web_time::Instant;

use super::{Host, RunKey};

/// Shortest time between two words of a task about how far it is.
const APART: Duration = Duration::from_millis(100);

/// A task's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskId(pub usize);

/// A task as it is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// What it does, in words.
    pub what: String,
    /// Pieces done.
    pub done: usize,
    /// Pieces in all; 0 where only the end tells.
    pub total: usize,
    /// Whether it can be called off.
    pub can_be_cancelled: bool,
}

/// News of a task.
pub enum News<T> {
    /// How far it is.
    At(TaskId, usize, usize),
    /// It is over.
    Over(TaskId, Result<T>),
}

/// A task under way.
pub struct Running {
    /// What is known of it.
    pub task: Task,
    /// The run it concerns.
    pub about: Option<RunKey>,
    cancelled: Arc<AtomicBool>,
}

impl Running {
    /// Whether it is called off, done or not.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// The tasks under way.
pub struct Tasks<T> {
    host: Arc<dyn Host>,
    sender: Sender<News<T>>,
    news: Receiver<News<T>>,
    running: Vec<Running>,
    begun: usize,
}

impl<T: Send + 'static> Tasks<T> {
    /// None yet, to be done by this host.
    pub fn new(host: Arc<dyn Host>) -> Self {
        let (sender, news) = channel();
        Self {
            host,
            sender,
            news,
            running: Vec::new(),
            begun: 0,
        }
    }

    /// Begins one.
    ///
    /// # Errors
    /// When the host cannot do it.
    pub fn begin(
        &mut self,
        about: Option<RunKey>,
        what: String,
        work: impl FnOnce(&dyn Progress) -> Result<T> + Send + 'static,
    ) -> Result<Task> {
        let task = Task {
            id: TaskId(self.begun),
            what,
            done: 0,
            total: 0,
            can_be_cancelled: true,
        };
        self.begun += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let teller = Teller {
            id: task.id,
            sender: self.sender.clone(),
            host: Arc::clone(&self.host),
            cancelled: cancelled.clone(),
            told: Mutex::new(Instant::now()),
        };
        self.running.push(Running {
            task: task.clone(),
            about,
            cancelled,
        });
        let begun = self.host.run(Box::new(move || {
            // Whatever it was doing is dropped with it.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&teller)))
                .unwrap_or_else(|_| Err(anyhow!("an internal error; nothing was changed")));
            teller.tell(News::Over(teller.id, outcome));
        }));
        if let Err(error) = begun {
            self.running.pop();
            anyhow::bail!(
                "no thread could be started for it ({error}); close something and try again"
            );
        }
        Ok(task)
    }

    /// Calls one off.
    pub fn cancel(&self, id: TaskId) {
        let found = self.running.iter().filter(|running| running.task.id == id);
        found.for_each(|running| running.cancelled.store(true, Ordering::Relaxed));
    }

    /// Calls all off.
    pub fn cancel_all(&self) {
        self.running
            .iter()
            .for_each(|running| self.cancel(running.task.id));
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// What there is to hear, if anything.
    pub fn next(&self) -> Option<News<T>> {
        self.news.try_recv().ok()
    }

    /// A task that has come further, as it is now.
    pub fn at(&mut self, id: TaskId, done: usize, total: usize) -> Option<Task> {
        let found = self
            .running
            .iter_mut()
            .find(|running| running.task.id == id)?;
        (found.task.done, found.task.total) = (done, total);
        Some(found.task.clone())
    }

    /// Forgets a task that is over.
    pub fn end(&mut self, id: TaskId) -> Option<Running> {
        let place = self
            .running
            .iter()
            .position(|running| running.task.id == id)?;
        Some(self.running.remove(place))
    }
}

/// A task's way of speaking to its lab.
struct Teller<T> {
    id: TaskId,
    sender: Sender<News<T>>,
    host: Arc<dyn Host>,
    cancelled: Arc<AtomicBool>,
    /// When it last said how far it is.
    told: Mutex<Instant>,
}

impl<T> Teller<T> {
    fn tell(&self, news: News<T>) {
        // A lab that is gone wants to hear nothing.
        drop(self.sender.send(news));
        self.host.wake();
    }
}

impl<T: Send> Progress for Teller<T> {
    fn at(&self, done: usize, total: usize) -> tightrope_core::Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= APART {
            *told = Instant::now();
            self.tell(News::At(self.id, done, total));
        }
        Ok(())
    }
}
