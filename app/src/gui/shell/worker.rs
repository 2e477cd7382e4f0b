//! Hosts the lab on its own thread, and each of its tasks on another.

use std::{
    collections::VecDeque,
    future::Future,
    io,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tightrope_core::device::{DeviceChoice, Shared};

use crate::{
    gui::link::{Link, Message},
    lab::{Host, Job, Lab, Reply, Request},
};

/// Starts the lab, which saves everything and ends once the link is dropped. `shared` is the device
/// that draws the window; `wake` is called whenever replies arrive.
///
/// # Errors
/// When no thread can be started.
pub fn start(
    device: DeviceChoice,
    shared: Option<Shared>,
    out: PathBuf,
    wake: impl Fn() + Send + Sync + 'static,
) -> Result<(Link, JoinHandle<()>)> {
    let (messages, asked) = channel();
    let (answers, replies) = channel();
    let messages = Arc::new(messages);
    let waiting = VecDeque::new();
    let desk = Arc::new(Desk {
        inbox: Mutex::new(Inbox { asked, waiting }),
        answers,
        // Weak, so that no task keeps the lab alive once the window is gone.
        bell: Arc::downgrade(&messages),
        wake: Arc::new(wake),
    });
    let thread = thread::Builder::new()
        .name("lab".to_owned())
        .spawn(move || {
            let mut lab = Lab::new(device, out, Arc::clone(&desk) as Arc<dyn Host>);
            if let Some(shared) = shared {
                lab.share(shared);
            }
            pollster::block_on(work(lab, &desk));
            // The window notices that its lab is gone only when it polls.
            let wake = Arc::clone(&desk.wake);
            drop(desk);
            wake();
        })
        .context("no thread could be started to train on")?;
    let ask = move |request| messages.send(Message::Asked(request)).is_ok();
    Ok((Link::new(ask, replies), thread))
}

async fn work(mut lab: Lab, desk: &Desk) {
    loop {
        let patience = if lab.is_busy() {
            Some(lab.rest())
        } else {
            lab.leisure()
        };
        match desk.next(patience) {
            Next::Message(Message::Asked(request)) => lab.ask(request).await,
            Next::Message(Message::Woken) => lab.catch_up().await,
            Next::Nothing if lab.is_busy() => lab.advance().await,
            Next::Nothing => lab.look_for_evaluations(),
            Next::Gone => return lab.ask(Request::Close).await,
        }
        let said = lab.drain();
        if said.is_empty() {
            continue;
        }
        for reply in said {
            if desk.answers.send(reply).is_err() {
                return lab.ask(Request::Close).await;
            }
        }
        (desk.wake)();
    }
}

/// The lab's end of the link.
struct Desk {
    inbox: Mutex<Inbox>,
    answers: Sender<Reply>,
    bell: Weak<Sender<Message>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

struct Inbox {
    asked: Receiver<Message>,
    /// Messages that arrived during an iteration in slow motion.
    waiting: VecDeque<Message>,
}

enum Next {
    Message(Message),
    /// No message arrived within the given time.
    Nothing,
    /// No more messages will come.
    Gone,
}

impl Desk {
    /// The next message; a lab with other work waits for it no longer than `time`.
    fn next(&self, time: Option<Duration>) -> Next {
        let mut inbox = self.inbox();
        if let Some(message) = inbox.waiting.pop_front() {
            return Next::Message(message);
        }
        let Some(time) = time else {
            return inbox.asked.recv().map_or(Next::Gone, Next::Message);
        };
        match inbox.asked.recv_timeout(time) {
            Ok(message) => Next::Message(message),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::Gone,
        }
    }

    /// Waits until the time is over or a message arrives that cannot wait.
    fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut inbox = self.inbox();
        while inbox.waiting.iter().all(Message::can_wait) {
            let left = end.saturating_duration_since(Instant::now());
            match inbox.asked.recv_timeout(left) {
                Ok(message) => inbox.waiting.push_back(message),
                Err(_) => return,
            }
        }
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for Desk {
    fn run(&self, job: Job) -> io::Result<()> {
        let task = thread::Builder::new().name("task".to_owned());
        task.spawn(job).map(drop)
    }

    fn wake(&self) {
        let rung = self.bell.upgrade().map(|lab| lab.send(Message::Woken));
        drop(rung);
    }

    fn show(self: Arc<Self>, reply: Reply, time: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            // A closed window is noticed after the iteration.
            if self.answers.send(reply).is_ok() {
                (self.wake)();
                self.rest(time);
            }
        })
    }
}

#[cfg(test)]
mod tests;
