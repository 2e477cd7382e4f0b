//! Names of run folders, and the race for the next free number.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

#[cfg(unix)]
use super::lock::is_in_use;
use crate::{
    config::{Role, RunConfig},
    error::{Error, Result},
    fs::{self, atomic},
};

/// The name behind the number, e.g. `cifar10-adapt_relax-dG0.10-s42`.
pub fn suffix(config: &RunConfig) -> String {
    let source = config.data.source.split(':').next().unwrap_or_default();
    format!(
        "{}-{}-dG{:.2}-s{}",
        word(source),
        word(config.method.name()),
        config.density_of(Role::G, config.stages()),
        config.seed
    )
}

/// Makes a part of a name: `-` stays free to separate parts, and all characters are safe on every
/// file system.
fn word(text: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let word: String = text.chars().take(40).map(safe).collect();
    if word.is_empty() { "data".into() } else { word }
}

/// A run folder being made. It is hidden, and removed again unless it gets its name.
#[derive(Debug)]
pub struct Reservation {
    number: u64,
    out: PathBuf,
    folder: PathBuf,
    made_out: bool,
    kept: bool,
}

impl Reservation {
    /// Reserves the next free number in `out`, safely beside other processes that do the same.
    pub fn take(out: &Path) -> Result<Self> {
        let made_out = !fs::exists(out);
        fs::create_dir_all(out).map_err(|e| Error::io(out, e))?;
        #[cfg(unix)]
        sweep(out)?;
        loop {
            let number = numbers(out)?.into_iter().max().map_or(0, |n| n + 1);
            let hidden = out.join(format!(".{number:05}"));
            match fs::create_dir(&hidden) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(Error::io(hidden, e)),
            }
            let reservation = Self {
                number,
                out: out.into(),
                folder: hidden,
                made_out,
                kept: false,
            };
            // Another process may have named its folder between the look and the reservation.
            if numbers(out)?.into_iter().filter(|&n| n == number).count() == 1 {
                return Ok(reservation);
            }
        }
    }

    /// Folder for the first files.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder its name; from here on it is a run folder.
    pub fn name(self, suffix: &str) -> Result<PathBuf> {
        let name = format!("{:05}-{suffix}", self.number);
        self.call(&name)
    }

    /// Gives the folder the name it had elsewhere. If that is taken or is no run's name, it gets
    /// [its own](Self::name).
    #[cfg(feature = "archives")]
    pub fn take_name(self, name: &str, suffix: &str) -> Result<PathBuf> {
        let (number, rest) = name.split_once('-').unwrap_or_default();
        let is_number = number.len() >= 5 && number.parse::<u64>().is_ok();
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if is_number && rest.chars().all(is_safe) && !fs::exists(&self.out.join(name)) {
            self.call(name)
        } else {
            self.name(suffix)
        }
    }

    fn call(mut self, name: &str) -> Result<PathBuf> {
        let path = self.out.join(name);
        fs::rename(&self.folder, &path).map_err(|e| Error::io(&path, e))?;
        self.folder = path.clone();
        atomic::sync_folder_of(&path)?;
        self.kept = true;
        Ok(path)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.folder);
            if self.made_out {
                // Rightly fails if another program has put a file there.
                let _ = fs::remove_dir(&self.out);
            }
        }
    }
}

/// Removes the folders that a killed program never named. They hold no checkpoint, so that nothing
/// could resume them.
#[cfg(unix)]
fn sweep(out: &Path) -> Result<()> {
    // A run that comes out of an archive is not locked while it is unpacked.
    const YOUNG: std::time::Duration = std::time::Duration::from_secs(3600);
    for entry in fs::read_dir(out).map_err(|e| Error::io(out, e))?.flatten() {
        let name = entry.file_name();
        let digits = name.to_str().and_then(|name| name.strip_prefix('.'));
        let is_hidden = digits.is_some_and(|d| d.len() >= 5 && d.parse::<u64>().is_ok());
        let made = entry.metadata().and_then(|found| found.modified());
        let is_old = made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > YOUNG));
        if is_hidden && is_old && !is_in_use(&entry.path()) {
            fs::remove_dir_all(entry.path()).map_err(|e| Error::io(entry.path(), e))?;
        }
    }
    Ok(())
}

/// The numbers in use in `out`, reservations included.
fn numbers(out: &Path) -> Result<Vec<u64>> {
    let entries = fs::read_dir(out).map_err(|e| Error::io(out, e))?;
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| Error::io(out, e))?.file_name();
        let name = name.to_string_lossy();
        let digits = name
            .trim_start_matches('.')
            .split('-')
            .next()
            .unwrap_or_default();
        if digits.len() >= 5
            && let Ok(number) = digits.parse()
        {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture;

    #[test]
    fn names_are_safe_and_in_parts() {
        let mut config = fixture::config();
        assert_eq!(suffix(&config), "spiral-adapt_relax-dG0.10-s42");
        config.data.source = "fashion-mnist:../data/a b".into();
        assert_eq!(suffix(&config), "fashion_mnist-adapt_relax-dG0.10-s42");
        config.data.source = "../ümlaut".into();
        assert_eq!(suffix(&config), "____mlaut-adapt_relax-dG0.10-s42");
    }

    #[test]
    fn numbers_go_on_from_the_highest() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["00003-a", "00041-b", "notes", "7-c", ".00042"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let path = Reservation::take(dir.path()).unwrap().name("x").unwrap();
        assert!(path.ends_with("00043-x"));
    }

    #[test]
    fn every_process_gets_its_own_number() {
        let dir = tempfile::tempdir().unwrap();
        let take = |thread: usize| {
            let dir = dir.path();
            move || {
                for i in 0..20 {
                    let name = format!("t{thread}_{i}");
                    Reservation::take(dir).unwrap().name(&name).unwrap();
                }
            }
        };
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(take(thread));
            }
        });
        let mut taken = numbers(dir.path()).unwrap();
        taken.sort_unstable();
        let before = taken.len();
        taken.dedup();
        assert_eq!((before, taken.len()), (80, 80));
    }

    #[test]
    fn a_given_up_reservation_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("runs");
        let reservation = Reservation::take(&out).unwrap();
        fs::write(reservation.path().join("config.json"), "{}").unwrap();
        drop(reservation);
        assert!(!out.exists());
    }
}
