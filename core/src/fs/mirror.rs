//! Tracks the changes that keep a copy of files elsewhere up to date. This is how a page's memory
//! outlives the page.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    memory::tree,
    tree::{Node, Tree},
};

/// A change to carry out elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Writes `bytes` to a file from `at` on; at 0, they are the whole file.
    Write {
        /// The file.
        path: PathBuf,
        /// Offset of the bytes.
        at: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Removes a file.
    Remove(PathBuf),
}

/// State of the files below some folders in the copy elsewhere.
#[derive(Debug)]
pub struct Mirror {
    folders: Vec<PathBuf>,
    keeps: fn(&Path) -> bool,
    /// Edition and length of each file.
    there: BTreeMap<PathBuf, (u64, usize)>,
}

impl Mirror {
    /// Mirrors the files below `folders` that `keeps` accepts; the copy starts empty.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>, keeps: fn(&Path) -> bool) -> Self {
        Self {
            folders: folders.into_iter().collect(),
            keeps,
            there: BTreeMap::new(),
        }
    }

    /// Records that the files below a folder came from the copy and are identical there.
    pub fn know(&mut self, folder: &Path) {
        for (path, file) in files(&tree(), folder) {
            self.there.insert(path, file);
        }
    }

    /// Returns the changes since the last call, in a safe order. Logs come first, so that no
    /// checkpoint is ahead of its run's log wherever the writing stops; removals come last.
    pub fn changes(&mut self) -> Vec<Change> {
        let tree = tree();
        let here = self.folders.iter().flat_map(|folder| files(&tree, folder));
        let here: BTreeMap<_, _> = here.filter(|(path, _)| (self.keeps)(path)).collect();
        let mut changes = Vec::new();
        for (path, &(edition, length)) in &here {
            let at = match self.there.get(path) {
                Some(&known) if known == (edition, length) => continue,
                Some(&(known, there)) if known == edition => there,
                _ => 0,
            };
            if let Ok(content) = tree.file(path) {
                changes.push(Change::Write {
                    path: path.clone(),
                    at,
                    bytes: content.bytes().all()[at..].to_vec(),
                });
            }
        }
        changes.sort_by_key(|change| !change.is_to_log());
        let gone = self.there.keys().filter(|path| !here.contains_key(*path));
        changes.extend(gone.cloned().map(Change::Remove));
        self.there = here;
        changes
    }

    /// Takes back a change that failed; the next call returns it again, as a whole.
    pub fn undone(&mut self, change: &Change) {
        match change {
            Change::Write { path, .. } => drop(self.there.remove(path)),
            Change::Remove(path) => drop(self.there.insert(path.clone(), (0, 0))),
        }
    }
}

impl Change {
    fn is_to_log(&self) -> bool {
        let Self::Write { path, .. } = self else {
            return false;
        };
        path.extension().is_some_and(|ending| ending == "jsonl")
    }
}

fn files(tree: &Tree, folder: &Path) -> Vec<(PathBuf, (u64, usize))> {
    let below = tree.below(folder).filter_map(|(path, node)| match node {
        Node::File(content) => {
            let bytes = content.bytes();
            Some((path.to_owned(), (bytes.edition(), bytes.all().len())))
        }
        Node::Folder => None,
    });
    below.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::memory as fs;

    fn write(path: &Path, at: usize, bytes: &[u8]) -> Change {
        let (path, bytes) = (path.to_owned(), bytes.to_vec());
        Change::Write { path, at, bytes }
    }

    /// Carries out changes on a plain map of files.
    fn carry_out(changes: &[Change], there: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for change in changes {
            match change {
                Change::Write { path, at, bytes } => {
                    let file = there.entry(path.clone()).or_default();
                    assert!(*at <= file.len(), "{} has a gap", path.display());
                    file.truncate(*at);
                    file.extend(bytes);
                }
                Change::Remove(path) => assert!(there.remove(path).is_some()),
            }
        }
    }

    #[test]
    fn a_log_that_grows_is_appended_to_and_what_is_replaced_is_written_anew() {
        let root = Path::new("mirror-grows/run");
        let (log, other) = (root.join("stats.jsonl"), root.join("checkpoint"));
        fs::create_dir_all(root).unwrap();
        let mut mirror = Mirror::new([root.to_owned()], |_| true);
        fs::write(&other, "first").unwrap();
        fs::write(&log, "1").unwrap();
        let both = [write(&log, 0, b"1"), write(&other, 0, b"first")];
        assert_eq!(mirror.changes(), both);
        assert_eq!(mirror.changes(), []);
        let mut open = fs::OpenOptions::new();
        let mut open = open.append(true).open(&log).unwrap();
        std::io::Write::write_all(&mut open, b"23").unwrap();
        fs::write(root.join("new"), "2nd").unwrap();
        fs::rename(root.join("new"), &other).unwrap();
        let both = [write(&log, 1, b"23"), write(&other, 0, b"2nd")];
        assert_eq!(mirror.changes(), both);
        mirror.undone(&both[0]);
        assert_eq!(mirror.changes(), [write(&log, 0, b"123")]);
        fs::remove_dir_all(root).unwrap();
        let gone = [other, log].map(Change::Remove);
        assert_eq!(mirror.changes(), gone);
        mirror.undone(&gone[0]);
        assert_eq!(mirror.changes(), gone[..1]);
    }

    #[test]
    fn what_came_from_there_is_known_and_other_folders_are_not_looked_at() {
        let root = Path::new("mirror-known");
        fs::create_dir_all(root.join("kept/a")).unwrap();
        fs::create_dir_all(root.join("other")).unwrap();
        fs::write(root.join("kept/a/old"), "old").unwrap();
        let mut mirror = Mirror::new([root.join("kept")], |path| !path.ends_with("not"));
        mirror.know(&root.join("kept/a"));
        fs::write(root.join("kept/not"), "1").unwrap();
        fs::write(root.join("other/file"), "").unwrap();
        fs::write(root.join("kept/empty"), "").unwrap();
        assert_eq!(mirror.changes(), [write(&root.join("kept/empty"), 0, b"")]);
        assert_eq!(mirror.changes(), []);
    }

    #[test]
    fn any_steps_leave_the_same_files_on_both_sides() {
        let root = Path::new("mirror-steps");
        fs::create_dir_all(root.join("a")).unwrap();
        let mut mirror = Mirror::new([root.to_owned()], |_| true);
        let mut there = BTreeMap::new();
        let mut state = 1_u32;
        for step in 0..400_u32 {
            // A linear congruential generator; any numbers will do.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let name = |n: u32| root.join(format!("a/{}.jsonl", n % 5));
            let (one, two) = (name(state >> 8), name(state >> 16));
            match (state >> 24) % 5 {
                0 => fs::write(&one, step.to_le_bytes()).unwrap(),
                1 => drop(fs::remove_file(&one)),
                2 => drop(fs::rename(&one, &two)),
                3 => drop(fs::rename(root.join("a"), root.join("b"))),
                _ => drop(fs::rename(root.join("b"), root.join("a"))),
            }
            fs::create_dir_all(root.join("a")).unwrap();
            let mut open = fs::OpenOptions::new();
            let mut open = open.append(true).create(true).open(&two).unwrap();
            std::io::Write::write_all(&mut open, &[7]).unwrap();
            if step % 3 == 0 {
                carry_out(&mirror.changes(), &mut there);
                let here = files(&tree(), root);
                assert_eq!(here.len(), there.len());
                for (path, bytes) in &there {
                    assert_eq!(&fs::read(path).unwrap(), bytes, "step {step}");
                }
            }
        }
        assert!(!there.is_empty());
    }
}
