//! The window's end of the lab: requests go out, replies come in, nobody waits.

use std::sync::mpsc::{Receiver, Sender, TryRecvError};

use crate::lab::{Reply, Request};

/// Two channels to a lab that works elsewhere.
pub struct Link {
    /// Requests to it.
    pub requests: Sender<Request>,
    /// Replies from it.
    pub replies: Receiver<Reply>,
}

impl Link {
    /// Asks for something; `false` when nobody is there any more.
    pub fn ask(&self, request: Request) -> bool {
        self.requests.send(request).is_ok()
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
