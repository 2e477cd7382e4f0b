//! Ctrl-C and similar signals.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

/// Exit code after an interruption.
pub const INTERRUPTED: u8 = 130;

/// Returns the flag that Ctrl-C or a similar signal sets; a second signal ends the program at once.
pub fn interruption() -> Result<&'static AtomicBool> {
    interruption_waking(|| ())
}

/// As [`interruption`], for a program that sleeps: the first signal also calls `wake`.
pub fn interruption_waking(wake: impl Fn() + Send + 'static) -> Result<&'static AtomicBool> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: OnceLock<()> = OnceLock::new();
    if INSTALLED.set(()).is_ok() {
        ctrlc::set_handler(move || {
            #[allow(clippy::disallowed_methods, reason = "who asks twice will not wait")]
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED.into());
            }
            wake();
        })
        .context("Ctrl-C cannot be caught")?;
    }
    Ok(&ASKED)
}
