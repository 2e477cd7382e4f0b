//! Whoever hosts a lab: a thread, a test, a page.

use std::{future::Future, io, pin::Pin, sync::Arc, time::Duration};

use super::Reply;

/// Work that can be done anywhere.
pub type Job = Box<dyn FnOnce() + Send>;

/// What a lab needs of whoever hosts it.
pub trait Host: Send + Sync {
    /// Has a job done beside everything else or, where there is no beside, at once.
    ///
    /// # Errors
    /// When it cannot be done.
    fn run(&self, job: Job) -> io::Result<()>;

    /// Called, from wherever a job runs, when the lab has something to [catch up](super::Lab::catch_up) with.
    fn wake(&self);

    /// Passes a reply on at once and rests for `time`, or until somebody asks for what cannot wait
    /// ([`Request::can_wait`](super::Request::can_wait)); further rests of the iteration are over at once then. A host
    /// that cannot rest shows nothing of an iteration before it is over.
    fn show(self: Arc<Self>, _: Reply, _: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async {})
    }
}

/// Does every job at once, in its caller's place.
#[cfg(test)]
pub struct InPlace;

#[cfg(test)]
impl Host for InPlace {
    fn run(&self, job: Job) -> io::Result<()> {
        job();
        Ok(())
    }

    fn wake(&self) {}
}
