//! The part of `std::fs` that Tightrope uses, over a tree in memory.

use std::{
    ffi::OsString,
    io::{self, ErrorKind, Read, Result, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::tree::{Content, Node, Tree};

static TREE: Mutex<Tree> = Mutex::new(Tree::new());

pub(super) fn tree() -> MutexGuard<'static, Tree> {
    TREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open file.
#[derive(Debug)]
pub struct File {
    content: Content,
    at: u64,
    append: bool,
}

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// When the file does not exist.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        OpenOptions::new().open(path)
    }

    /// Creates a file, or empties an existing one.
    ///
    /// # Errors
    /// When its folder does not exist.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let file = OpenOptions::new().create(true).open(path)?;
        file.content.bytes().clear();
        Ok(file)
    }

    /// Cuts the file after `length` bytes, or fills it with zeros up to there.
    ///
    /// # Errors
    /// When memory does not suffice.
    pub fn set_len(&self, length: u64) -> Result<()> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        self.content.bytes().set_len(length)
    }

    /// Does nothing: no write is buffered.
    ///
    /// # Errors
    /// Never.
    pub fn sync_all(&self) -> Result<()> {
        Ok(())
    }
}

impl Read for File {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let bytes = self.content.bytes();
        let rest = usize::try_from(self.at)
            .ok()
            .and_then(|at| bytes.all().get(at..))
            .unwrap_or_default();
        let read = rest.len().min(out.len());
        out[..read].copy_from_slice(&rest[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for File {
    fn write(&mut self, new: &[u8]) -> Result<usize> {
        let mut bytes = self.content.bytes();
        let at = if self.append {
            bytes.all().len()
        } else {
            usize::try_from(self.at).map_err(io::Error::other)?
        };
        bytes.put(at, new)?;
        self.at = (at + new.len()) as u64;
        Ok(new.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(by) => (self.content.bytes().all().len() as u64, by),
            SeekFrom::Current(by) => (self.at, by),
        };
        let at = from.checked_add_signed(by);
        self.at = at.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Options for opening a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    append: bool,
    create: bool,
    create_new: bool,
}

impl OpenOptions {
    /// Options for reading only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does nothing: writing is always allowed here.
    pub fn write(&mut self, _: bool) -> &mut Self {
        self
    }

    /// Sends every write to the end.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.append = append;
        self
    }

    /// Creates a file that does not exist.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.create = create;
        self
    }

    /// Creates a file and fails if it exists.
    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.create_new = create_new;
        self
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When the file is missing, or exists and must not.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<File> {
        let (path, mut tree) = (path.as_ref(), tree());
        let content = match tree.file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.create => {
                tree.add_file(path)?
            }
            _ if self.create_new => tree.add_file(path)?,
            found => found?,
        };
        Ok(File {
            content,
            at: 0,
            append: self.append,
        })
    }
}

/// Metadata of a file or a folder.
#[derive(Clone, Debug)]
pub struct Metadata(Node);

impl Metadata {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        matches!(self.0, Node::File(_))
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        matches!(self.0, Node::Folder)
    }

    /// Length of a file in bytes.
    #[allow(clippy::len_without_is_empty, reason = "as the system's has it")]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Node::File(content) => content.bytes().all().len() as u64,
            Node::Folder => 0,
        }
    }
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub struct DirEntry(PathBuf);

impl DirEntry {
    /// The path of the folder joined with the entry's name.
    pub fn path(&self) -> PathBuf {
        self.0.clone()
    }

    /// The entry's name alone.
    pub fn file_name(&self) -> OsString {
        self.0.file_name().unwrap_or_default().to_owned()
    }
}

/// Iterates over the entries of a folder.
#[derive(Debug)]
pub struct ReadDir(std::vec::IntoIter<PathBuf>);

impl Iterator for ReadDir {
    type Item = Result<DirEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(DirEntry).map(Ok)
    }
}

/// Metadata of this file or folder.
///
/// # Errors
/// When it does not exist.
pub fn metadata(path: impl AsRef<Path>) -> Result<Metadata> {
    tree().find(path.as_ref()).map(Metadata)
}

/// Entries of a folder.
///
/// # Errors
/// When the folder does not exist.
pub fn read_dir(path: impl AsRef<Path>) -> Result<ReadDir> {
    let folder = path.as_ref();
    let names = tree().inside(folder)?.into_iter();
    // Paths start with the folder as the caller wrote it, like the system's.
    let here = names.filter_map(|name| Some(folder.join(name.file_name()?)));
    Ok(ReadDir(here.collect::<Vec<PathBuf>>().into_iter()))
}

/// A file's bytes.
///
/// # Errors
/// When the file does not exist.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let content = tree().file(path.as_ref())?;
    Ok(content.bytes().all().to_vec())
}

/// A file's text.
///
/// # Errors
/// When the file does not exist, or is not text.
pub fn read_to_string(path: impl AsRef<Path>) -> Result<String> {
    String::from_utf8(read(path)?).map_err(|why| io::Error::new(ErrorKind::InvalidData, why))
}

/// Creates a file of these bytes, or replaces an existing one's.
///
/// # Errors
/// When its folder does not exist.
pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<()> {
    File::create(path)?.write_all(bytes.as_ref())
}

/// Creates a folder in an existing one.
///
/// # Errors
/// When the name is taken, or the parent does not exist.
pub fn create_dir(path: impl AsRef<Path>) -> Result<()> {
    tree().add_folder(path.as_ref())
}

/// Creates a folder and all missing parents.
///
/// # Errors
/// When a file is in the way.
pub fn create_dir_all(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let is_dir = || metadata(path).is_ok_and(|found| found.is_dir());
    match (create_dir(path), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
            create_dir_all(parent)?;
            create_dir(path)
        }
        (Err(_), _) if is_dir() => Ok(()),
        (made, _) => made,
    }
}

/// Renames a file or a folder; a file of the new name is replaced.
///
/// # Errors
/// When it does not exist, or cannot be put there.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    tree().rename(from.as_ref(), to.as_ref())
}

/// Deletes a file.
///
/// # Errors
/// When the file does not exist.
pub fn remove_file(path: impl AsRef<Path>) -> Result<()> {
    let mut tree = tree();
    tree.file(path.as_ref())?;
    tree.remove(path.as_ref(), false)
}

/// Deletes an empty folder.
///
/// # Errors
/// When the folder does not exist, or is not empty.
pub fn remove_dir(path: impl AsRef<Path>) -> Result<()> {
    tree().remove(path.as_ref(), false)
}

/// Deletes a folder and everything in it.
///
/// # Errors
/// When the folder does not exist.
pub fn remove_dir_all(path: impl AsRef<Path>) -> Result<()> {
    tree().remove(path.as_ref(), true)
}

#[cfg(test)]
mod tests;
