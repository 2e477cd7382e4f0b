//! Runs that were removed, until nobody can want them back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tightrope_core::{Error, Result};

/// Where deleted folders wait, beside those that stay.
const BIN: &str = ".deleted";

/// A run that left the list.
pub struct Removed {
    /// Where its folder was.
    pub folder: PathBuf,
    /// Where it is now, if it was deleted.
    pub kept: Option<PathBuf>,
}

/// Puts a folder where it can be brought back from.
pub fn put_away(folder: &Path) -> Result<PathBuf> {
    let bin = folder.parent().unwrap_or(folder).join(BIN);
    fs::create_dir_all(&bin).map_err(|error| Error::io(&bin, error))?;
    let name = folder.file_name().unwrap_or_default();
    let mut kept = bin.join(name);
    while kept.exists() {
        kept.as_mut_os_string().push("~");
    }
    fs::rename(folder, &kept).map_err(|error| Error::io(folder, error))?;
    Ok(kept)
}

impl Removed {
    /// Puts its folder back where it was.
    pub fn bring_back(&self) -> Result<()> {
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        if self.folder.exists() {
            return Err(Error::Record(format!(
                "{}: another run has taken this folder; the deleted one is in {}",
                self.folder.display(),
                kept.display()
            )));
        }
        fs::rename(kept, &self.folder).map_err(|error| Error::io(&self.folder, error))?;
        leave_bin(kept);
        Ok(())
    }

    /// Deletes it for good.
    pub fn delete(&self) {
        if let Some(kept) = &self.kept {
            // What cannot be deleted stays in the bin, where its owner finds it.
            let _ = fs::remove_dir_all(kept);
            leave_bin(kept);
        }
    }
}

fn leave_bin(kept: &Path) {
    if let Some(bin) = kept.parent() {
        // Only the last one out succeeds.
        let _ = fs::remove_dir(bin);
    }
}
