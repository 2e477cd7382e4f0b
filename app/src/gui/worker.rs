//! Hosts the lab on a thread of its own.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
};

use anyhow::{Context, Result};
use tightrope_core::device::DeviceChoice;

use super::link::Link;
use crate::lab::{Lab, Reply, Request};

/// Starts the lab; `wake` is called whenever there is something to hear.
///
/// # Errors
/// When the system starts no thread.
pub fn start(device: DeviceChoice, out: PathBuf, wake: impl Fn() + Send + 'static) -> Result<Link> {
    let (requests, asked) = channel();
    let (answers, replies) = channel();
    thread::Builder::new()
        .name("lab".to_owned())
        .spawn(move || {
            let lab = Lab::new(device, out);
            pollster::block_on(work(lab, &asked, &answers, &wake));
            // The window hears that its lab is gone only when it looks.
            drop(answers);
            wake();
        })
        .context("no thread could be started to train on")?;
    Ok(Link { requests, replies })
}

async fn work(mut lab: Lab, asked: &Receiver<Request>, answers: &Sender<Reply>, wake: &impl Fn()) {
    loop {
        let request = if lab.is_busy() {
            match asked.recv_timeout(lab.rest()) {
                Ok(request) => Some(request),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        } else {
            match asked.recv() {
                Ok(request) => Some(request),
                Err(_) => return,
            }
        };
        match request {
            Some(request) => lab.ask(request).await,
            None => lab.advance().await,
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
