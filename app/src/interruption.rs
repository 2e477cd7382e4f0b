//! Ctrl-C and its kin.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

/// Exit code after an interruption.
pub const INTERRUPTED: u8 = 130;

/// Set by Ctrl-C and the like; a second one ends the program at once.
pub fn interruption() -> Result<&'static AtomicBool> {
    interruption_waking(|| ())
}

/// The same for a program that sleeps until it is woken.
pub fn interruption_waking(wake: impl Fn() + Send + 'static) -> Result<&'static AtomicBool> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: OnceLock<()> = OnceLock::new();
    if INSTALLED.set(()).is_ok() {
        ctrlc::set_handler(move || {
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED.into());
            }
            wake();
        })
        .context("Ctrl-C cannot be caught")?;
    }
    Ok(&ASKED)
}
