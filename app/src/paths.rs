//! Paths that are kept.

use std::path::{Path, PathBuf};

/// A path that means the same wherever the program is started next.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
