//! Hosts the lab on a thread of its own.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result};
use tightrope_core::device::{DeviceChoice, Shared};

use super::link::Link;
use crate::lab::{Lab, Reply, Request};

/// Starts the lab, which saves everything and ends when the link is dropped; `shared` is what the window draws with, `wake` is called whenever there is something to hear.
///
/// # Errors
/// When the system starts no thread.
pub fn start(
    device: DeviceChoice,
    shared: Option<Shared>,
    out: PathBuf,
    wake: impl Fn() + Send + 'static,
) -> Result<(Link, JoinHandle<()>)> {
    let (requests, asked) = channel();
    let (answers, replies) = channel();
    let thread = thread::Builder::new()
        .name("lab".to_owned())
        .spawn(move || {
            let mut lab = Lab::new(device, out);
            if let Some(shared) = shared {
                lab.share(shared);
            }
            pollster::block_on(work(lab, &asked, &answers, &wake));
            // The window hears that its lab is gone only when it looks.
            drop(answers);
            wake();
        })
        .context("no thread could be started to train on")?;
    Ok((Link { requests, replies }, thread))
}

async fn work(mut lab: Lab, asked: &Receiver<Request>, answers: &Sender<Reply>, wake: &impl Fn()) {
    loop {
        let heard = if lab.is_busy() {
            asked.recv_timeout(lab.rest())
        } else {
            asked.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match heard {
            Ok(request) => lab.ask(request).await,
            Err(RecvTimeoutError::Timeout) => lab.advance().await,
            Err(RecvTimeoutError::Disconnected) => return lab.ask(Request::Close).await,
        }
        let said = lab.drain();
        if said.is_empty() {
            continue;
        }
        for reply in said {
            if answers.send(reply).is_err() {
                return;
            }
        }
        wake();
    }
}
