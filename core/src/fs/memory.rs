//! `std::fs` as far as Tightrope uses it, over a tree in memory.

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
    /// Opens a file to read it.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        OpenOptions::new().open(path)
    }

    /// Makes a file, or empties the one there is.
    ///
    /// # Errors
    /// When there is no folder for it.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let file = OpenOptions::new().create(true).open(path)?;
        file.content.bytes().clear();
        Ok(file)
    }

    /// Nothing is kept back.
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

/// How to open a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    append: bool,
    create: bool,
    create_new: bool,
}

impl OpenOptions {
    /// Only to read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writing is always allowed here.
    pub fn write(&mut self, _: bool) -> &mut Self {
        self
    }

    /// Every write goes to the end.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.append = append;
        self
    }

    /// A file that is not there is made.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.create = create;
        self
    }

    /// A file is made that must not be there.
    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.create_new = create_new;
        self
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it is not there, or must not be.
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

/// What is known of a file or a folder.
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

    /// Bytes of a file.
    #[allow(clippy::len_without_is_empty, reason = "as the system's has it")]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Node::File(content) => content.bytes().all().len() as u64,
            Node::Folder => 0,
        }
    }
}

/// A name in a folder.
#[derive(Clone, Debug)]
pub struct DirEntry(PathBuf);

impl DirEntry {
    /// With the folder's.
    pub fn path(&self) -> PathBuf {
        self.0.clone()
    }

    /// Without.
    pub fn file_name(&self) -> OsString {
        self.0.file_name().unwrap_or_default().to_owned()
    }
}

/// The names in a folder, one after another.
#[derive(Debug)]
pub struct ReadDir(std::vec::IntoIter<PathBuf>);

impl Iterator for ReadDir {
    type Item = Result<DirEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(DirEntry).map(Ok)
    }
}

/// What is known of this file or folder.
///
/// # Errors
/// When it is not there.
pub fn metadata(path: impl AsRef<Path>) -> Result<Metadata> {
    tree().find(path.as_ref()).map(Metadata)
}

/// What lies in a folder.
///
/// # Errors
/// When it is not there.
pub fn read_dir(path: impl AsRef<Path>) -> Result<ReadDir> {
    let folder = path.as_ref();
    let names = tree().inside(folder)?.into_iter();
    // Under the name that was asked for, as the system does it.
    let here = names.filter_map(|name| Some(folder.join(name.file_name()?)));
    Ok(ReadDir(here.collect::<Vec<PathBuf>>().into_iter()))
}

/// A file's bytes.
///
/// # Errors
/// When it is not there.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let content = tree().file(path.as_ref())?;
    Ok(content.bytes().all().to_vec())
}

/// A file's text.
///
/// # Errors
/// When it is not there, or not text.
pub fn read_to_string(path: impl AsRef<Path>) -> Result<String> {
    String::from_utf8(read(path)?).map_err(|why| io::Error::new(ErrorKind::InvalidData, why))
}

/// Makes a file of these bytes, or replaces those of the one there is.
///
/// # Errors
/// When there is no folder for it.
pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<()> {
    File::create(path)?.write_all(bytes.as_ref())
}

/// Makes a folder in one that is there.
///
/// # Errors
/// When the name is taken, or there is no folder for it.
pub fn create_dir(path: impl AsRef<Path>) -> Result<()> {
    tree().add_folder(path.as_ref())
}

/// Makes a folder and those it lies in, as far as they are not there.
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

/// Gives a file or a folder another name; a file of that name is replaced.
///
/// # Errors
/// When it is not there, or cannot be put there.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    tree().rename(from.as_ref(), to.as_ref())
}

/// Deletes a file.
///
/// # Errors
/// When it is not there.
pub fn remove_file(path: impl AsRef<Path>) -> Result<()> {
    let mut tree = tree();
    tree.file(path.as_ref())?;
    tree.remove(path.as_ref(), false)
}

/// Deletes an empty folder.
///
/// # Errors
/// When it is not there, or not empty.
pub fn remove_dir(path: impl AsRef<Path>) -> Result<()> {
    tree().remove(path.as_ref(), false)
}

/// Deletes a folder and all that is in it.
///
/// # Errors
/// When it is not there.
pub fn remove_dir_all(path: impl AsRef<Path>) -> Result<()> {
    tree().remove(path.as_ref(), true)
}

#[cfg(test)]
mod tests;
