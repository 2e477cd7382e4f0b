//! Files of one export. None overwrites another file, and an error removes them all.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use tightrope_core::{
    Error, Result,
    fs::{self, OpenOptions},
    record::write_whole,
};

/// Files that disappear on drop unless [`keep`](Self::keep) is called.
pub struct Files {
    folder: PathBuf,
    /// Whether this export made the folder.
    is_new: bool,
    written: Vec<PathBuf>,
}

impl Files {
    /// Prepares to write into this folder, and makes it if needed.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: &Path) -> Result<Self> {
        if fs::is_file(folder) {
            return Err(Error::setting(
                "out",
                format!(
                    "{}: this is a file; name the folder that the files go to",
                    folder.display()
                ),
            ));
        }
        let is_new = !fs::exists(folder);
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        Ok(Self {
            folder: folder.to_owned(),
            is_new,
            written: Vec::new(),
        })
    }

    /// Writes `STEM.ENDING`, or `STEM-2.ENDING` and so on if the name is taken.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, stem: &str, ending: &str, bytes: &[u8]) -> Result<()> {
        let mut count = 1;
        let path = loop {
            let name = match count {
                1 => format!("{stem}.{ending}"),
                _ => format!("{stem}-{count}.{ending}"),
            };
            let path = self.folder.join(name);
            // Creates the file at once, so that a parallel export takes another name.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => break path,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => count += 1,
                Err(error) => return Err(Error::io(path, error)),
            }
        };
        self.written.push(path.clone());
        write_whole(&path, bytes)
    }

    /// Keeps the files.
    pub fn keep(mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.written)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for path in &self.written {
            // The error that stopped the export is worth reporting, not this one.
            drop(fs::remove_file(path));
        }
        if self.is_new {
            // A folder with other files in it stays.
            drop(fs::remove_dir(&self.folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_taken_twice_and_nothing_stays_of_what_failed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("take-away");
        let mut first = Files::new(&folder).unwrap();
        first.write("a", "txt", b"1").unwrap();
        let mut second = Files::new(&folder).unwrap();
        second.write("a", "txt", b"2").unwrap();
        let kept = second.keep();
        assert_eq!(kept, [folder.join("a-2.txt")]);
        drop(first);
        assert!(!folder.join("a.txt").exists());
        assert_eq!(fs::read(&kept[0]).unwrap(), b"2");

        let fresh = dir.path().join("fresh");
        let mut files = Files::new(&fresh).unwrap();
        files.write("a", "txt", b"1").unwrap();
        assert!(files.write("no/such", "txt", b"1").is_err());
        drop(files);
        assert!(!fresh.exists());
        let error = Files::new(&kept[0]).err().unwrap().to_string();
        assert!(error.contains("this is a file"), "{error}");
    }
}
