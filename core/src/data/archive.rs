//! Zip and tar archives. A build without the feature `archives` refuses them.

#[cfg(not(feature = "archives"))]
mod refuse;
#[cfg(feature = "archives")]
mod unpack;

use std::{io::Read, path::Path};

use super::bounds::{self, Bounded};

#[cfg(not(feature = "archives"))]
pub(super) use refuse::{Zip, each_in_tar, open};
#[cfg(feature = "archives")]
pub(super) use unpack::{Zip, each_in_tar, open};

/// Whether a path is named like a tar archive, compressed or not.
pub(super) fn is_tar(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    [".tar", ".tar.gz", ".tgz", ".tar.xz"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Reads a whole entry unless it is larger than any image should be.
pub(super) fn bounded(entry: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Bounded::new(entry, bounds::ENCODED).read_to_end(&mut bytes)?;
    Ok(bytes)
}
