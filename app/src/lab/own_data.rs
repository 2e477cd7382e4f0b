//! The user's own data: the list of them, and the place where a page keeps their files.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tightrope_core::{Error, Result, fs};

use super::{Lab, Reply};

/// Most bytes of files a page takes at once, since they lie in its memory.
#[cfg(any(test, target_arch = "wasm32"))]
pub const MOST_AT_ONCE: u64 = 256 << 20;

/// Data of the user's own, read once when they came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnData {
    /// Name of the data.
    pub name: String,
    /// Their place, as a value of `data.source`.
    pub source: String,
    /// Number of images.
    pub count: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Whether the lab keeps their files and deletes them when they leave the list.
    pub is_kept: bool,
}

/// The folder in which a page keeps files from the user.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// Files as they came in.
    dropped: PathBuf,
    /// Files recognised as data: a folder for each dataset, and a note about it in a file beside.
    data: PathBuf,
}

impl Shelf {
    /// A shelf in this folder.
    #[cfg(any(test, target_arch = "wasm32"))]
    pub fn new(root: &Path) -> Self {
        Self {
            dropped: root.join("dropped"),
            data: root.join("data"),
        }
    }

    /// Paths for files of these names that came in together, in the folder numbered `given`.
    #[cfg(any(test, target_arch = "wasm32"))]
    pub fn places<'a>(&self, given: usize, names: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
        let folder = self.dropped.join(given.to_string());
        let mut places = Vec::new();
        for name in names {
            let name = Path::new(name).file_name().unwrap_or("file".as_ref());
            let mut name = name.to_string_lossy().into_owned();
            while places.contains(&folder.join(&name)) {
                name.insert(0, '_');
            }
            places.push(folder.join(name));
        }
        places
    }

    /// Whether this file came into the page and is not data yet.
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.dropped)
    }

    /// Moves files into a new data folder with a name like this.
    pub fn place(&self, files: &[PathBuf], name: &str) -> Result<Placed> {
        let mut placed = Placed {
            folder: free_folder(&self.data, &word(name))?,
            files: Vec::new(),
            stays: false,
        };
        for file in files {
            let to = placed.folder.join(file.file_name().unwrap_or_default());
            fs::rename(file, &to).map_err(|error| Error::io(file, error))?;
            placed.files.push(to);
        }
        Ok(placed)
    }

    /// Deletes files that came in and are no data.
    pub fn clear(&self, files: &[PathBuf]) {
        for file in files.iter().filter(|file| self.holds(file)) {
            // Data have moved out by now, and a folder goes with its last file.
            drop(fs::remove_file(file));
            drop(file.parent().map(fs::remove_dir));
        }
    }

    /// The stored data, sorted by name.
    #[cfg(any(test, target_arch = "wasm32"))]
    fn list(&self) -> Vec<OwnData> {
        let entries = fs::read_dir(&self.data).into_iter().flatten().flatten();
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        let mut list: Vec<OwnData> = entries.filter_map(|entry| read(entry.path())).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    }

    fn note(&self, own: &OwnData) -> anyhow::Result<()> {
        let path = self.note_of(own);
        let text = serde_json::to_vec_pretty(own)?;
        Ok(fs::write(&path, text).map_err(|error| Error::io(path, error))?)
    }

    fn remove(&self, own: &OwnData) -> Result<()> {
        let folder = self.data.join(&own.name);
        fs::remove_dir_all(&folder).map_err(|error| Error::io(folder, error))?;
        let note = self.note_of(own);
        fs::remove_file(&note).map_err(|error| Error::io(note, error))
    }

    fn note_of(&self, own: &OwnData) -> PathBuf {
        self.data.join(format!("{}.json", own.name))
    }
}

/// Refuses files that exceed what a page takes at once.
///
/// # Errors
/// When they do.
#[cfg(any(test, target_arch = "wasm32"))]
pub fn check_size(bytes: u64) -> Result<()> {
    if bytes <= MOST_AT_ONCE {
        return Ok(());
    }
    Err(Error::Data(format!(
        "these files have {} MB, and a page can take {} MB at once; choose fewer or smaller images, or use the program",
        bytes >> 20,
        MOST_AT_ONCE >> 20
    )))
}

/// Files in a data folder. Dropping it deletes them unless they [stay](Self::stay).
pub struct Placed {
    /// The folder.
    pub folder: PathBuf,
    /// The files in it.
    pub files: Vec<PathBuf>,
    stays: bool,
}

impl Placed {
    /// Keeps the files.
    pub fn stay(mut self) {
        self.stays = true;
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if !self.stays {
            // The error that drops the files is worth reporting, not this one.
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

/// Makes a folder of this name, with a number appended if the name is taken.
fn free_folder(inside: &Path, name: &str) -> Result<PathBuf> {
    fs::create_dir_all(inside).map_err(|error| Error::io(inside, error))?;
    let mut count = 1;
    loop {
        let folder = match count {
            1 => inside.join(name),
            _ => inside.join(format!("{name}-{count}")),
        };
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => count += 1,
            Err(error) => return Err(Error::io(folder, error)),
        }
    }
}

/// Turns a name into one that is safe for a folder.
fn word(name: &str) -> String {
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => c,
        _ => '_',
    };
    let word: String = name.chars().take(40).map(safe).collect();
    if word.is_empty() { "data".into() } else { word }
}

impl Lab {
    /// Keeps own data on this shelf, and reports those already there.
    #[cfg(any(test, target_arch = "wasm32"))]
    pub fn keep_data(&mut self, shelf: Shelf) {
        self.own_data = shelf.list();
        self.shelf = Some(shelf);
        if !self.own_data.is_empty() {
            self.tell_own_data(false);
        }
    }

    /// Adds data to the list, in place of earlier data with the same source.
    pub(super) fn take_data(&mut self, own: OwnData, placed: Option<Placed>) -> anyhow::Result<()> {
        if let (Some(shelf), Some(placed)) = (&self.shelf, placed) {
            shelf.note(&own)?;
            placed.stay();
        }
        self.own_data.retain(|known| known.source != own.source);
        self.own_data.push(own);
        self.tell_own_data(true);
        Ok(())
    }

    /// Takes data out of the list, and deletes the files the lab kept.
    pub(super) fn forget_data(&mut self, source: &str) -> anyhow::Result<()> {
        let place = self.own_data.iter().position(|own| own.source == source);
        if let Some(place) = place {
            let own = self.own_data.remove(place);
            self.tell_own_data(false);
            if let Some(shelf) = self.shelf.as_ref().filter(|_| own.is_kept) {
                shelf.remove(&own)?;
            }
        }
        Ok(())
    }

    fn tell_own_data(&mut self, is_new: bool) {
        let all = self.own_data.clone();
        self.replies.push(Reply::OwnData { all, is_new });
    }
}
