//! The host of a lab: a thread, a test or a page.

use std::{future::Future, io, pin::Pin, sync::Arc, time::Duration};

use super::Reply;

/// Work that any thread can do.
pub type Job = Box<dyn FnOnce() + Send>;

/// Services a lab needs from its host.
pub trait Host: Send + Sync {
    /// Does a job in the background, or at once on a host that has no background.
    ///
    /// # Errors
    /// When the host cannot do it.
    fn run(&self, job: Job) -> io::Result<()>;

    /// Tells the host that the lab has something to [catch up](super::Lab::catch_up) with. Jobs
    /// call it from their own threads.
    fn wake(&self);

    /// Passes a reply on at once, then rests for `time` or until a request arrives that cannot wait
    /// ([`Request::can_wait`](super::Request::can_wait)). From then on, the iteration's further
    /// rests end at once. A host that cannot rest shows nothing of an iteration before it ends.
    fn show(self: Arc<Self>, _: Reply, _: Duration) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async {})
    }
}

/// Does every job at once on the caller's thread.
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
