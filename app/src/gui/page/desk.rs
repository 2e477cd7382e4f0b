//! The lab's place on a page: where requests lie until it comes to them.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    task::{Poll, Waker},
    time::Duration,
};

use egui::Context;
use web_time::Instant;

use super::{files, turns};
use crate::{
    gui::link::Message,
    lab::{Host, Job, Lab, Reply, Request},
};

/// Shortest time between two frames that only show what training has said.
const FRAME: Duration = Duration::from_millis(33);

/// Where the lab works.
pub struct Desk {
    inbox: Mutex<Inbox>,
    answers: Sender<Reply>,
    window: Context,
}

#[derive(Default)]
struct Inbox {
    messages: VecDeque<Message>,
    /// Of the lab, while it waits.
    sleeper: Option<Waker>,
}

impl Desk {
    /// A desk whose lab answers here, to this window.
    pub fn new(answers: Sender<Reply>, window: Context) -> Arc<Self> {
        Arc::new(Self {
            inbox: Mutex::default(),
            answers,
            window,
        })
    }

    /// Puts a request on the desk. Somebody is always there.
    pub fn ask(&self, request: Request) -> bool {
        self.put(Message::Asked(request));
        true
    }

    fn put(&self, message: Message) {
        self.inbox().messages.push_back(message);
        self.rouse();
    }

    fn rouse(&self) {
        let sleeper = self.inbox().sleeper.take();
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }

    fn next(&self) -> Option<Message> {
        self.inbox().messages.pop_front()
    }

    /// Passes replies on; `false` when the window is gone.
    fn answer(&self, said: Vec<Reply>) -> bool {
        if said.is_empty() {
            return true;
        }
        for reply in said {
            if let Reply::Written(written) = &reply {
                written.iter().for_each(|file| files::download(file));
            }
            if self.answers.send(reply).is_err() {
                return false;
            }
        }
        self.window.request_repaint_after(FRAME);
        true
    }

    /// Waits until a message lies there that `wakes`, or until `time` is over, if it ever is.
    async fn wait(self: &Arc<Self>, time: Option<Duration>, wakes: impl Fn(&Message) -> bool) {
        let end = time.map(|time| Instant::now() + time);
        if let Some(time) = time {
            let desk = Arc::clone(self);
            turns::after(time, move || desk.rouse());
        }
        poll_fn(|context| {
            let mut inbox = self.inbox();
            let is_over = end.is_some_and(|end| Instant::now() >= end);
            if is_over || inbox.messages.iter().any(&wakes) {
                return Poll::Ready(());
            }
            inbox.sleeper = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lab's work, until the window is gone.
pub async fn work(mut lab: Lab, desk: Arc<Desk>) {
    loop {
        match desk.next() {
            Some(Message::Asked(request)) => lab.ask(request).await,
            Some(Message::Woken) => lab.catch_up().await,
            None if !lab.is_busy() => desk.wait(None, |_| true).await,
            None if !lab.rest().is_zero() => desk.wait(Some(lab.rest()), |_| true).await,
            None => lab.advance().await,
        }
        if !desk.answer(lab.drain()) {
            return;
        }
        turns::next().await;
    }
}

impl Host for Desk {
    fn run(&self, job: Job) -> io::Result<()> {
        // Not at once: the window shows first that it has begun.
        turns::after(Duration::ZERO, job);
        Ok(())
    }

    fn wake(&self) {
        self.put(Message::Woken);
    }

    fn show(self: Arc<Self>, reply: Reply, time: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            if self.answer(vec![reply]) {
                self.wait(Some(time), |message| !message.can_wait()).await;
            }
        })
    }
}
