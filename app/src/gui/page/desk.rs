//! Mailbox of a lab in a browser: requests wait for the lab, replies for delivery.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use web_time::Instant;

use super::{store::Store, turns};
use crate::{
    gui::link::Message,
    lab::{Host, Job, Lab, Reply, Request},
};

/// Shortest time between two deliveries of replies.
const APART: Duration = Duration::from_millis(10);

/// Longest time between two checkpoints of runs that outlive the page: nothing announces its end.
const SAVED: Duration = Duration::from_secs(15);

/// Mailbox of the lab.
pub struct Desk {
    inbox: Mutex<Tray<VecDeque<Message>>>,
    outbox: Mutex<Tray<Vec<Reply>>>,
}

/// Messages, and the task waiting for them.
#[derive(Default)]
struct Tray<M> {
    messages: M,
    sleeper: Option<Waker>,
}

impl<M> Tray<M> {
    fn rouse(&mut self) {
        if let Some(sleeper) = self.sleeper.take() {
            sleeper.wake();
        }
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// An empty mailbox.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            inbox: Mutex::default(),
            outbox: Mutex::default(),
        })
    }

    /// Queues a request; always `true`, since this lab never ends.
    pub fn ask(&self, request: Request) -> bool {
        self.put(Message::Asked(request));
        true
    }

    fn put(&self, message: Message) {
        let mut inbox = hold(&self.inbox);
        inbox.messages.push_back(message);
        inbox.rouse();
    }

    fn next(&self) -> Option<Message> {
        hold(&self.inbox).messages.pop_front()
    }

    /// Queues replies for delivery.
    pub fn answer(&self, said: Vec<Reply>) {
        if !said.is_empty() {
            let mut outbox = hold(&self.outbox);
            outbox.messages.extend(said);
            outbox.rouse();
        }
    }

    /// Delivers replies until `pass_on` returns `false`. Replies are batched, since an iteration
    /// may take less time than a message.
    pub async fn deliver(&self, mut pass_on: impl FnMut(Vec<Reply>) -> bool) {
        loop {
            let said = poll_fn(|context| {
                let mut outbox = hold(&self.outbox);
                if outbox.messages.is_empty() {
                    outbox.sleeper = Some(context.waker().clone());
                    return Poll::Pending;
                }
                Poll::Ready(std::mem::take(&mut outbox.messages))
            });
            if !pass_on(said.await) {
                return;
            }
            turns::sleep(APART).await;
        }
    }

    /// Waits until a queued message satisfies `wakes`, or until `time` is over, if given.
    async fn wait(self: &Arc<Self>, time: Option<Duration>, wakes: impl Fn(&Message) -> bool) {
        let end = time.map(|time| Instant::now() + time);
        if let Some(time) = time {
            let desk = Arc::clone(self);
            turns::after(time, move || hold(&desk.inbox).rouse());
        }
        poll_fn(|context| {
            let mut inbox = hold(&self.inbox);
            let is_over = end.is_some_and(|end| Instant::now() >= end);
            if is_over || inbox.messages.iter().any(&wakes) {
                return Poll::Ready(());
            }
            inbox.sleeper = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Runs the lab as long as the page exists; `store` loads kept runs into memory.
pub async fn work(mut lab: Lab, desk: Arc<Desk>, store: Option<Rc<Store>>) {
    let mut saved = Instant::now();
    // Replies the lab has before the first request.
    desk.answer(lab.drain());
    loop {
        if store.is_some() && lab.is_busy() && saved.elapsed() >= SAVED {
            lab.ask(Request::Save).await;
            saved = Instant::now();
        }
        match desk.next() {
            Some(Message::Asked(request)) => {
                if let Some(store) = &store {
                    desk.answer(store.prepare(&request).await);
                }
                lab.ask(request).await;
            }
            Some(Message::Woken) => lab.catch_up().await,
            None if !lab.is_busy() => desk.wait(None, |_| true).await,
            None if !lab.rest().is_zero() => desk.wait(Some(lab.rest()), |_| true).await,
            None => lab.advance().await,
        }
        desk.answer(lab.drain());
        turns::next().await;
    }
}

impl Host for Desk {
    fn run(&self, job: Job) -> io::Result<()> {
        // Deferred, so that the window first shows that the job has begun.
        turns::after(Duration::ZERO, job);
        Ok(())
    }

    fn wake(&self) {
        self.put(Message::Woken);
    }

    fn show(self: Arc<Self>, reply: Reply, time: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            self.answer(vec![reply]);
            self.wait(Some(time), |message| !message.can_wait()).await;
        })
    }
}
