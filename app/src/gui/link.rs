//! The window's end of the channel to the lab: requests go out, replies come in, and neither
//! blocks.

use std::sync::mpsc::{Receiver, TryRecvError};

use crate::lab::{Reply, Request};

/// Channel to a lab that runs elsewhere.
pub struct Link {
    requests: Box<dyn Fn(Request) -> bool>,
    replies: Receiver<Reply>,
}

impl Link {
    /// `requests` forwards a request, and returns `false` once the lab is gone.
    pub fn new(requests: impl Fn(Request) -> bool + 'static, replies: Receiver<Reply>) -> Self {
        Self {
            requests: Box::new(requests),
            replies,
        }
    }

    /// Sends a request; `false` once the lab is gone.
    pub fn ask(&self, request: Request) -> bool {
        (self.requests)(request)
    }

    /// The next reply, if one has arrived; an error once the lab is gone.
    pub fn next(&self) -> Result<Option<Reply>, LabGone> {
        match self.replies.try_recv() {
            Ok(reply) => Ok(Some(reply)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(LabGone),
        }
    }
}

/// The lab has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabGone;

/// A message that wakes the lab.
pub enum Message {
    /// A request of the window.
    Asked(Request),
    /// A task has news for the lab.
    Woken,
}

impl Message {
    /// Whether it may wait until the end of an iteration in slow motion.
    pub fn can_wait(&self) -> bool {
        match self {
            Self::Asked(request) => request.can_wait(),
            Self::Woken => true,
        }
    }
}
