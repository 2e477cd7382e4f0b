//! Writes files that are either whole or absent.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::File;
use crate::error::{Error, Result};

/// Ending of a file that is still being written.
pub const PARTIAL: &str = "partial";

/// Writes `bytes` to `path`. A reader, or a crash at any moment, sees the old file or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| {
        file.write_all(bytes)
            .map_err(|source| Error::io(path, source))
    })
}

/// As [`write`], with what `fill` writes.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".");
    partial.push(PARTIAL);
    let partial = PathBuf::from(partial);
    let named = |source| Error::io(path, source);
    let write = || {
        let mut file = BufWriter::new(File::create(&partial).map_err(named)?);
        fill(&mut file)?;
        let file = file.into_inner().map_err(|e| named(e.into_error()))?;
        file.sync_all().map_err(named)?;
        drop(file);
        super::rename(&partial, path).map_err(named)
    };
    if let Err(error) = write() {
        // The first error is the one to report.
        let _ = super::remove_file(&partial);
        return Err(error);
    }
    sync_folder_of(path)
}

/// Makes the name `path` durable in its folder. Only Unix can sync a folder.
pub fn sync_folder_of(path: &Path) -> Result<()> {
    // A bare file name lies in the folder with an empty name.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    #[cfg(unix)]
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(|source| Error::io(folder, source))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Writes a value as JSON for human readers, by [`write`].
pub fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| {
        Error::Record(format!(
            "{}: cannot be written as JSON: {e}",
            path.display()
        ))
    })?;
    text.push('\n');
    write(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_partial_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write(&path, b"old").unwrap();
        // A folder in the way of the temporary file makes creating it fail.
        let partial = dir.path().join("a.json.partial");
        fs::create_dir(&partial).unwrap();
        assert!(
            write(&path, b"new")
                .unwrap_err()
                .to_string()
                .contains("a.json")
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir(&partial).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
