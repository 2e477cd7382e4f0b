//! Ctrl-C and its kin.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

use super::finish::INTERRUPTED;

/// Set by Ctrl-C and the like; a second one ends the program at once.
pub fn interruption() -> Result<&'static AtomicBool> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: OnceLock<()> = OnceLock::new();
    if INSTALLED.set(()).is_ok() {
        ctrlc::set_handler(|| {
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED.into());
            }
        })
        .context("Ctrl-C cannot be caught")?;
    }
    Ok(&ASKED)
}
