//! Runs that were removed, until nobody can want them back.

use std::path::{Path, PathBuf};

use tightrope_core::{Error, Result, fs};

use super::{Lab, Reply, RunKey};

/// Where deleted folders wait, beside those that stay.
pub const BIN: &str = ".deleted";

impl Lab {
    /// Forgets a run that does not train; its folder may go with it.
    pub(super) fn remove(&mut self, key: RunKey, delete: bool) -> anyhow::Result<()> {
        let place = self.place(key)?;
        let folder = place.folder.clone();
        if place.training.is_some() {
            anyhow::bail!("{}: the run still trains; stop it first", folder.display());
        }
        let kept = match delete {
            true => Some(put_away(&folder)?),
            false => None,
        };
        self.removed.insert(key, Removed { folder, kept });
        // Its place stays taken, but another opening of the folder is a new run.
        self.places[key.0].folder = PathBuf::new();
        self.replies.push(Reply::Removed(key));
        Ok(())
    }

    /// Takes back what was removed.
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

/// A run that left the list.
pub struct Removed {
    /// Where its folder was.
    pub folder: PathBuf,
    /// Where it is now, if it was deleted.
    pub kept: Option<PathBuf>,
}

/// Puts a folder where it can be brought back from.
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
    /// Puts its folder back where it was.
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
