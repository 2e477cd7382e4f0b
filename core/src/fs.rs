//! The files of runs and data: the system's files or, in a browser, where a page sees none, a file
//! system in memory under the same names.

use std::path::Path;

pub(crate) mod atomic;
#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(missing_docs, reason = "the names are those of the standard library")]
pub(crate) mod faulty;
#[cfg(any(test, target_arch = "wasm32"))]
mod memory;
#[cfg(any(test, target_arch = "wasm32"))]
mod mirror;
#[cfg(any(test, target_arch = "wasm32"))]
mod tree;

pub use atomic::write as write_whole;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub use faulty::*;
#[cfg(target_arch = "wasm32")]
pub use memory::*;
#[cfg(target_arch = "wasm32")]
pub use mirror::{Change, Mirror};
#[cfg(all(not(test), not(target_arch = "wasm32")))]
pub use std::fs::*;

/// Reads a file, unless it is too large for the memory.
///
/// # Errors
/// When it is, or cannot be read.
pub fn read_whole(path: &Path) -> std::io::Result<Vec<u8>> {
    crate::memory::check(metadata(path)?.len())?;
    read(path)
}

/// Whether a file or a folder of this name exists.
pub fn exists(path: &Path) -> bool {
    metadata(path).is_ok()
}

/// Whether a file of this name exists.
pub fn is_file(path: &Path) -> bool {
    metadata(path).is_ok_and(|found| found.is_file())
}

/// Whether a folder of this name exists.
pub fn is_dir(path: &Path) -> bool {
    metadata(path).is_ok_and(|found| found.is_dir())
}
