//! A tree of folders and files in memory.

use std::{
    collections::BTreeMap,
    io::{Error, ErrorKind, Result},
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of a file. An open file keeps them, whatever happens to its name.
#[derive(Clone, Debug, Default)]
pub struct Content(Arc<Mutex<Bytes>>);

/// Bytes that can tell whether they have only been appended to.
#[derive(Debug)]
pub struct Bytes {
    all: Vec<u8>,
    edition: u64,
}

impl Default for Bytes {
    fn default() -> Self {
        let (all, edition) = (Vec::new(), next_edition());
        Self { all, edition }
    }
}

fn next_edition() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Bytes {
    /// All bytes.
    pub fn all(&self) -> &[u8] {
        &self.all
    }

    /// Edition of the bytes. Every change but an append makes a new one; no two files ever share
    /// one.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Empties the file.
    pub fn clear(&mut self) {
        self.all.clear();
        self.edition = next_edition();
    }

    /// Cuts the file after `length` bytes, or fills it with zeros up to there.
    pub fn set_len(&mut self, length: usize) -> Result<()> {
        if length < self.all.len() {
            self.edition = next_edition();
        }
        self.all.truncate(length);
        self.put(length, &[])
    }

    /// Writes `new` at `at`, over existing bytes; a gap before it is filled with zeros.
    pub fn put(&mut self, at: usize, new: &[u8]) -> Result<()> {
        let end = at + new.len();
        if at < self.all.len() {
            self.edition = next_edition();
        }
        if self.all.len() < end {
            let more = end - self.all.len();
            self.all
                .try_reserve(more)
                .map_err(|_| Error::from(ErrorKind::StorageFull))?;
            self.all.resize(end, 0);
        }
        self.all[at..end].copy_from_slice(new);
        Ok(())
    }
}

impl Content {
    /// Locks and returns the bytes.
    pub fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder or a file behind a name.
#[derive(Clone, Debug)]
pub enum Node {
    /// A folder; its entries are found by their names.
    Folder,
    /// A file.
    File(Content),
}

/// All names; the root is always a folder.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: BTreeMap<PathBuf, Node>,
}

impl Tree {
    /// An empty tree.
    pub const fn new() -> Self {
        let nodes = BTreeMap::new();
        Self { nodes }
    }

    /// The folder or file of this name.
    pub fn find(&self, path: &Path) -> Result<Node> {
        let path = plain(path);
        if path.as_os_str().is_empty() {
            return Ok(Node::Folder);
        }
        let found = self.nodes.get(&path).cloned();
        found.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// The file of this name.
    pub fn file(&self, path: &Path) -> Result<Content> {
        match self.find(path)? {
            Node::File(content) => Ok(content),
            Node::Folder => Err(ErrorKind::IsADirectory.into()),
        }
    }

    /// Adds a file in an existing folder.
    pub fn add_file(&mut self, path: &Path) -> Result<Content> {
        let content = Content::default();
        self.add(path, Node::File(content.clone()))?;
        Ok(content)
    }

    /// Adds a folder in an existing one.
    pub fn add_folder(&mut self, path: &Path) -> Result<()> {
        self.add(path, Node::Folder)
    }

    fn add(&mut self, path: &Path, node: Node) -> Result<()> {
        if self.find(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let path = plain(path);
        self.folder(path.parent().unwrap_or(Path::new("")))?;
        self.nodes.insert(path, node);
        Ok(())
    }

    fn folder(&self, path: &Path) -> Result<()> {
        match self.find(path)? {
            Node::Folder => Ok(()),
            Node::File(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }

    /// All names below a folder, each with its node.
    pub fn below(&self, folder: &Path) -> impl Iterator<Item = (&Path, &Node)> {
        let folder = plain(folder);
        let all = self.nodes.iter().map(|(name, node)| (name.as_path(), node));
        all.filter(move |(name, _)| name.starts_with(&folder) && *name != folder)
    }

    /// The names in a folder.
    pub fn inside(&self, path: &Path) -> Result<Vec<PathBuf>> {
        self.folder(path)?;
        let folder = plain(path);
        let below = self.nodes.keys();
        Ok(below
            .filter(|name| name.parent() == Some(&folder))
            .cloned()
            .collect())
    }

    /// Removes a name and, if `below`, everything below it.
    pub fn remove(&mut self, path: &Path, below: bool) -> Result<()> {
        if let Node::Folder = self.find(path)?
            && !below
            && !self.inside(path)?.is_empty()
        {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        let path = plain(path);
        self.nodes.retain(|name, _| !name.starts_with(&path));
        Ok(())
    }

    /// Renames a file or a folder within existing folders; a file of the new name is replaced.
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        let moved = self.find(from)?;
        match (&moved, self.find(to)) {
            (Node::File(_), Ok(Node::File(_))) | (_, Err(_)) => {}
            _ => return Err(ErrorKind::AlreadyExists.into()),
        }
        let (from, to) = (plain(from), plain(to));
        if to.starts_with(&from) && to != from {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "a folder cannot be put into itself",
            ));
        }
        self.folder(to.parent().unwrap_or(Path::new("")))?;
        let names = self.nodes.keys().filter(|name| name.starts_with(&from));
        for name in names.cloned().collect::<Vec<_>>() {
            if let Some(node) = self.nodes.remove(&name) {
                let rest = name.strip_prefix(&from).unwrap_or(Path::new(""));
                // Joining an empty path would leave a slash at the end.
                let name = if rest.as_os_str().is_empty() {
                    to.clone()
                } else {
                    to.join(rest)
                };
                self.nodes.insert(name, node);
            }
        }
        Ok(())
    }
}

/// Normalises a path to one from the root; nothing lies above the root.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            _ => {}
        }
    }
    plain
}
