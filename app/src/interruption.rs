//! Ctrl-C and other requests to stop.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};

/// Exit code after an interruption.
pub const INTERRUPTED: u8 = 130;

static ASKED: AtomicBool = AtomicBool::new(false);
/// Calls that the first request makes.
static WAKES: Mutex<Vec<Box<dyn Fn() + Send>>> = Mutex::new(Vec::new());

/// Returns the flag that Ctrl-C or another request to stop sets. A second Ctrl-C ends the program at
/// once; other requests may come in pairs, as when a terminal closes.
///
/// # Errors
/// When the system does not let the program catch requests.
pub fn interruption() -> Result<&'static AtomicBool> {
    static LISTENS: OnceLock<()> = OnceLock::new();
    if LISTENS.set(()).is_ok() {
        listen().context("Ctrl-C cannot be caught")?;
    }
    Ok(&ASKED)
}

/// As [`interruption`], for a program that sleeps: the first request also calls `wake`.
///
/// # Errors
/// As there.
pub fn interruption_waking(wake: impl Fn() + Send + 'static) -> Result<&'static AtomicBool> {
    let mut wakes = WAKES.lock().unwrap_or_else(PoisonError::into_inner);
    wakes.push(Box::new(wake));
    drop(wakes);
    interruption()
}

fn asked(by_ctrl_c: bool) {
    if ASKED.swap(true, Ordering::Relaxed) {
        #[allow(
            clippy::disallowed_methods,
            reason = "a user who asks twice will not wait"
        )]
        if by_ctrl_c {
            std::process::exit(INTERRUPTED.into());
        }
        return;
    }
    for wake in &*WAKES.lock().unwrap_or_else(PoisonError::into_inner) {
        wake();
    }
}

/// Calls [`asked`] for every signal by which a terminal, a system or a batch queue asks a program
/// to stop. The closing of a terminal stays ignored if `nohup` started the program so.
#[cfg(unix)]
fn listen() -> std::io::Result<()> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ},
        iterator::Signals,
    };
    // A file that grows beyond the limit then fails to be written, which is reported, where the
    // signal would end the program.
    signal_hook::flag::register(SIGXFSZ, Arc::<AtomicBool>::default())?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU])?;
    if !is_ignored(SIGHUP) {
        signals.add_signal(SIGHUP)?;
    }
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                asked(signal == SIGINT);
            }
        })?;
    Ok(())
}

#[cfg(unix)]
fn is_ignored(signal: libc::c_int) -> bool {
    #[allow(
        unsafe_code,
        reason = "the standard library does not say what a signal does"
    )]
    // SAFETY: without a new action, sigaction(2) only fills in the old one, for which any bytes do.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &mut now) == 0
            && now.sa_sigaction == libc::SIG_IGN
    }
}

#[cfg(not(unix))]
fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| asked(true))
}
