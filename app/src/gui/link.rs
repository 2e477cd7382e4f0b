//! The window's end of the lab: requests go out, replies come in, nobody waits.

use std::sync::mpsc::{Receiver, TryRecvError};

use crate::lab::{Reply, Request};

/// The way to a lab that works elsewhere, and back.
pub struct Link {
    requests: Box<dyn Fn(Request) -> bool>,
    replies: Receiver<Reply>,
}

impl Link {
    /// `requests` passes a request on, or says `false` when nobody is there any more.
    pub fn new(requests: impl Fn(Request) -> bool + 'static, replies: Receiver<Reply>) -> Self {
        Self {
            requests: Box::new(requests),
            replies,
        }
    }

    /// Asks for something; `false` when nobody is there any more.
    pub fn ask(&self, request: Request) -> bool {
        (self.requests)(request)
    }

    /// The next reply, if one is there; an error when nobody is there any more.
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

/// What the lab wakes for.
pub enum Message {
    /// The window asks for something.
    Asked(Request),
    /// A task has something to say.
    Woken,
}

impl Message {
    /// Whether it may wait until an iteration in slow motion is over.
    pub fn can_wait(&self) -> bool {
        match self {
            Self::Asked(request) => request.can_wait(),
            Self::Woken => true,
        }
    }
}
