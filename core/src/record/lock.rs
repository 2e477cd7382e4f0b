//! The lock that keeps a run's folder to one process.

use std::path::Path;

use super::jsonl::Lines;
use crate::error::Result;
#[cfg(unix)]
use crate::{
    error::Error,
    fs::{File, TryLockError},
};

/// Held by the process that trains a run, until dropped. Systems other than Unix lock nothing: a
/// lock there would also keep readers out.
#[derive(Debug)]
pub struct Lock {
    /// Locks the folder itself, so that removing any of its files frees nothing.
    #[cfg(unix)]
    _folder: File,
}

impl Lock {
    /// Locks a run's folder; `log` is its open log. Only a file can be locked on a network share,
    /// and only a folder outlives the removal of its files: both are locked, each where it can be.
    ///
    /// # Errors
    /// When another process holds the lock.
    pub fn take(run: &Path, log: &Lines) -> Result<Self> {
        #[cfg(unix)]
        {
            let in_use = || {
                Error::Record(format!(
                    "{}: in use; another process is training this run",
                    run.display()
                ))
            };
            let folder = File::open(run).map_err(|e| Error::io(run, e))?;
            let mut tries = 0..5;
            while is_held(folder.try_lock()) {
                tries.next().ok_or_else(in_use)?;
                // The holder may only be asking whether the run is in use.
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            if is_held(log.try_lock()) {
                return Err(in_use());
            }
            Ok(Self { _folder: folder })
        }
        #[cfg(not(unix))]
        {
            let _ = (run, log);
            Ok(Self {})
        }
    }
}

/// Whether a process is training the run in this folder. Always `false` on systems that lock
/// nothing, and for folders that cannot be opened.
pub fn is_in_use(run: &Path) -> bool {
    #[cfg(unix)]
    {
        File::open(run).is_ok_and(|folder| is_held(folder.try_lock_shared()))
    }
    #[cfg(not(unix))]
    {
        let _ = run;
        false
    }
}

/// Whether another process holds a lock. File systems without locks hold none.
#[cfg(unix)]
fn is_held(tried: Result<(), TryLockError>) -> bool {
    matches!(tried, Err(TryLockError::WouldBlock))
}
