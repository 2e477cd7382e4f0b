//! A tree of folders and files in memory.

use std::{
    collections::BTreeMap,
    io::{Error, ErrorKind, Result},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A file's bytes; whoever has it open keeps them, whatever becomes of its name.
#[derive(Clone, Debug, Default)]
pub struct Content(Arc<Mutex<Vec<u8>>>);

impl Content {
    /// The bytes.
    pub fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Node {
    /// A folder; what lies in it is found by its name.
    Folder,
    /// A file.
    File(Content),
}

/// All names there are; the root is always a folder.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: BTreeMap<PathBuf, Node>,
}

impl Tree {
    /// An empty one.
    pub const fn new() -> Self {
        let nodes = BTreeMap::new();
        Self { nodes }
    }

    /// What there is under this name.
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

    /// Adds a file, in a folder that is there.
    pub fn add_file(&mut self, path: &Path) -> Result<Content> {
        let content = Content::default();
        self.add(path, Node::File(content.clone()))?;
        Ok(content)
    }

    /// Adds a folder, in one that is there.
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

    /// Takes a name away, and what lies below it if `below`.
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

    /// Gives a file or a folder another name, in a folder that is there; a file of that name is replaced.
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
                // Joining nothing would leave a slash at the end.
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

/// A path from the root, however it was written; nothing lies above the root.
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
