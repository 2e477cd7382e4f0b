//! Folders the program remembers.

use std::path::{Path, PathBuf};

/// Makes a path absolute, so that it names the same place wherever the program starts next.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
