//! Tasks: long work beside the training. A task reports its progress, can be cancelled, and hands
//! its outcome to the lab when it ends.

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

/// Shortest time between two progress reports of a task.
const APART: Duration = Duration::from_millis(100);

/// Id of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskId(pub usize);

/// A task as the front end sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The id.
    pub id: TaskId,
    /// A description for the user.
    pub what: String,
    /// Pieces done.
    pub done: usize,
    /// Total pieces; 0 while the number is unknown.
    pub total: usize,
    /// Whether the user can cancel it.
    pub can_be_cancelled: bool,
}

/// News of a task.
pub enum News<T> {
    /// Its progress: pieces done and in all.
    At(TaskId, usize, usize),
    /// Its end, with the outcome.
    Over(TaskId, Result<T>),
}

/// A task in progress.
pub struct Running {
    /// The task as last reported.
    pub task: Task,
    /// The run it concerns.
    pub about: Option<RunKey>,
    cancelled: Arc<AtomicBool>,
}

impl Running {
    /// Whether the task was cancelled, even if it has ended.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// The tasks in progress.
pub struct Tasks<T> {
    host: Arc<dyn Host>,
    sender: Sender<News<T>>,
    news: Receiver<News<T>>,
    running: Vec<Running>,
    begun: usize,
}

impl<T: Send + 'static> Tasks<T> {
    /// No tasks yet; `host` will do them.
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

    /// Starts a task.
    ///
    /// # Errors
    /// When the host cannot start it.
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
            // A panic drops everything the task was working on.
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

    /// Cancels a task.
    pub fn cancel(&self, id: TaskId) {
        let found = self.running.iter().filter(|running| running.task.id == id);
        found.for_each(|running| running.cancelled.store(true, Ordering::Relaxed));
    }

    /// Cancels all tasks.
    pub fn cancel_all(&self) {
        self.running
            .iter()
            .for_each(|running| self.cancel(running.task.id));
    }

    /// Whether no task is in progress.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// The next news of a task, if any.
    pub fn next(&self) -> Option<News<T>> {
        self.news.try_recv().ok()
    }

    /// Notes the progress of a task and returns its new state.
    pub fn at(&mut self, id: TaskId, done: usize, total: usize) -> Option<Task> {
        let found = self
            .running
            .iter_mut()
            .find(|running| running.task.id == id)?;
        (found.task.done, found.task.total) = (done, total);
        Some(found.task.clone())
    }

    /// Removes a task that ended.
    pub fn end(&mut self, id: TaskId) -> Option<Running> {
        let slot = self
            .running
            .iter()
            .position(|running| running.task.id == id)?;
        Some(self.running.remove(slot))
    }
}

/// Sends the news of a task to its lab.
struct Teller<T> {
    id: TaskId,
    sender: Sender<News<T>>,
    host: Arc<dyn Host>,
    cancelled: Arc<AtomicBool>,
    /// Time of the last progress report.
    told: Mutex<Instant>,
}

impl<T> Teller<T> {
    fn tell(&self, news: News<T>) {
        // Sending fails only after the lab is gone.
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
