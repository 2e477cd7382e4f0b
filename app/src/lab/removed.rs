//! Removed runs, which the user can restore until the lab closes.

use std::path::{Path, PathBuf};

use tightrope_core::{Error, Result, fs};

use super::{Lab, Reply, RunKey};

/// The folder for deleted runs, beside the run folders that stay.
pub const BIN: &str = ".deleted";

impl Lab {
    /// Removes a run that does not train from the list, and on `delete` moves its folder to the
    /// bin.
    pub(super) fn remove(&mut self, key: RunKey, delete: bool) -> anyhow::Result<()> {
        let slot = self.slot(key)?;
        let folder = slot.folder.clone();
        if slot.training.is_some() {
            anyhow::bail!(
                "{}: the run is still training; stop it first",
                folder.display()
            );
        }
        let kept = match delete {
            true => Some(put_away(&folder)?),
            false => None,
        };
        self.removed.insert(key, Removed { folder, kept });
        // The slot stays taken: opening the folder again makes a new run.
        self.slots[key.0].folder = PathBuf::new();
        self.replies.push(Reply::Removed(key));
        Ok(())
    }

    /// Restores a removed run.
    pub(super) fn restore(&mut self, key: RunKey) -> anyhow::Result<()> {
        if let Some(removed) = self.removed.remove(&key) {
            removed.bring_back()?;
            self.open(removed.folder, false)?;
        }
        Ok(())
    }
}

/// Deletes run folders that are not in the list.
pub fn discard(folders: &[PathBuf]) -> Result<()> {
    for folder in folders {
        fs::remove_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    Ok(())
}

/// A run removed from the list.
pub struct Removed {
    /// Its folder before.
    pub folder: PathBuf,
    /// Its folder in the bin, if it was deleted.
    pub kept: Option<PathBuf>,
}

/// Moves a folder to the bin, from which it can come back.
fn put_away(folder: &Path) -> Result<PathBuf> {
    let bin = folder.parent().unwrap_or(folder).join(BIN);
    fs::create_dir_all(&bin).map_err(|error| Error::io(&bin, error))?;
    let name = folder.file_name().unwrap_or_default();
    let mut kept = bin.join(name);
    while fs::exists(&kept) {
        kept.as_mut_os_string().push("~");
    }
    fs::rename(folder, &kept).map_err(|error| Error::io(folder, error))?;
    Ok(kept)
}

impl Removed {
    /// Moves the folder back to its place.
    pub fn bring_back(&self) -> Result<()> {
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        if fs::exists(&self.folder) {
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

    /// Deletes the folder for good.
    pub fn delete(&self) {
        if let Some(kept) = &self.kept {
            // A folder that cannot be deleted stays in the bin, where its owner finds it.
            let _ = fs::remove_dir_all(kept);
            leave_bin(kept);
        }
    }
}

fn leave_bin(kept: &Path) {
    if let Some(bin) = kept.parent() {
        // This succeeds only for the last folder to leave.
        let _ = fs::remove_dir(bin);
    }
}
