//! Writes files that are either whole or absent.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::File;
use crate::error::{Error, Result};

/// Ending of a file that is still being written.
pub const PARTIAL: &str = "partial";

/// Writes `bytes` to `path`. A reader, or a crash at any moment, sees the old file or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".");
    partial.push(PARTIAL);
    let partial = PathBuf::from(partial);
    let written = fill(&partial, bytes).and_then(|()| super::rename(&partial, path));
    if let Err(source) = written {
        // The first error is the one to report.
        let _ = super::remove_file(&partial);
        return Err(Error::io(path, source));
    }
    sync_folder_of(path)
}

fn fill(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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
