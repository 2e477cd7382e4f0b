//! Files of one JSON value per line, which readers may open while they grow.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{Error, Result},
    fs::{self, File, OpenOptions, atomic},
};

/// A text file that grows by whole lines.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    /// Opens the file at its end, or creates it.
    pub fn open(path: PathBuf) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path);
        match file {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(Error::io(path, source)),
        }
    }

    /// Locks the file against other writers while it is open.
    #[cfg(unix)]
    pub fn try_lock(&self) -> std::result::Result<(), fs::TryLockError> {
        self.file.try_lock()
    }

    /// Waits until every line is on disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|e| Error::io(&self.path, e))
    }

    /// The length of the file in bytes.
    pub fn end(&self) -> Result<u64> {
        let found = fs::metadata(&self.path).map_err(|e| Error::io(&self.path, e))?;
        Ok(found.len())
    }

    /// Removes every line after `end`.
    pub fn cut(&mut self, end: u64) -> Result<()> {
        self.file.set_len(end).map_err(|e| Error::io(&self.path, e))
    }

    /// Appends one line of text.
    pub fn text(&mut self, line: &str) -> Result<()> {
        // One write per line, so that a reader meets at most one unfinished line.
        self.file
            .write_all(format!("{line}\n").as_bytes())
            .map_err(|source| Error::io(&self.path, source))
    }

    /// Appends one value.
    pub fn value(&mut self, value: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(value)
            .map_err(|e| Error::Record(format!("{}: not JSON: {e}", self.path.display())))?;
        self.text(&line)
    }
}

/// Reads every value except an unfinished last line, left by a run that was cut off or is still
/// writing.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    read_with(path, |line| serde_json::from_slice(line))
}

/// As [`read`], with `parse` for each line.
pub fn read_with<T>(path: &Path, parse: impl Fn(&[u8]) -> serde_json::Result<T>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    each(path, parse, |value| {
        values.push(value);
        Ok(())
    })?;
    Ok(values)
}

/// Hands every value that [`read_with`] reads to `take`, one after the other.
pub fn each<T>(
    path: &Path,
    parse: impl Fn(&[u8]) -> serde_json::Result<T>,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let named = |e| Error::io(path, e);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(named(e)),
    };
    // One line may be the whole file.
    let length = fs::metadata(path).map_err(named)?.len();
    crate::memory::check(length).map_err(named)?;
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        lines.read_until(b'\n', &mut line).map_err(named)?;
        if line.pop() != Some(b'\n') {
            break;
        }
        if line.is_empty() {
            continue;
        }
        let value = parse(&line).map_err(|e| {
            Error::Record(format!(
                "{} line {number} is damaged ({e}); delete that line to go on without it",
                path.display()
            ))
        })?;
        take(value)?;
    }
    Ok(())
}

/// Replaces the file by these values.
pub fn rewrite<T: Serialize>(path: &Path, values: &[T]) -> Result<()> {
    atomic::write_with(path, |file| {
        values.iter().try_for_each(|value| put(file, path, value))
    })
}

/// Writes the line of one value to what becomes the file `path`.
pub fn put(file: &mut dyn Write, path: &Path, value: &impl Serialize) -> Result<()> {
    let mut line = Vec::new();
    serde_json::to_writer(&mut line, value)
        .map_err(|e| Error::Record(format!("{}: not JSON: {e}", path.display())))?;
    line.push(b'\n');
    file.write_all(&line).map_err(|e| Error::io(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_is_left_out_and_a_damaged_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stats.jsonl");
        assert!(read::<u32>(&path).unwrap().is_empty());
        let mut lines = Lines::open(path.clone()).unwrap();
        lines.value(&1).unwrap();
        lines.value(&2).unwrap();
        fs::write(&path, [fs::read(&path).unwrap(), b"3".to_vec()].concat()).unwrap();
        assert_eq!(read::<u32>(&path).unwrap(), [1, 2]);
        fs::write(&path, "1\n{\n3\n").unwrap();
        let error = read::<u32>(&path).unwrap_err().to_string();
        assert!(error.contains("stats.jsonl line 2"), "{error}");
        rewrite(&path, &[7, 8]).unwrap();
        assert_eq!(read::<u32>(&path).unwrap(), [7, 8]);
    }
}
