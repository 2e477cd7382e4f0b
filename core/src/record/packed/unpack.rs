//! Unpacks run folders from a zip archive of any origin. No file lands outside them, and none
//! unpacks without end.

use std::{
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use zip::ZipArchive;

use super::{files_of, is_of_run};
use crate::{
    error::{Error, Result},
    fs::{self, File},
    progress::Progress,
    record::{
        checkpoint,
        folder::{CONFIG, STATS},
        name::{self, Reservation},
        read_run,
    },
    zip_archive,
};

/// Limits on an unpacked archive.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of all files together.
    pub bytes: u64,
    /// Files and folders.
    pub entries: usize,
}

impl Default for Bounds {
    /// More than runs of days take; less in a browser, which holds all of it in memory.
    fn default() -> Self {
        let gigabyte = 1 << 30;
        Self {
            bytes: match cfg!(target_arch = "wasm32") {
                true => gigabyte / 2,
                false => 16 * gigabyte,
            },
            entries: 100_000,
        }
    }
}

/// A run from an archive. One that is new to the folder of runs is removed again unless it is
/// [settled](Self::settle).
pub struct Unpacked(Found);

enum Found {
    /// An identical run that was already there.
    Known(PathBuf),
    /// The unpacked files, the run's name in the archive, and the suffix of a new name.
    New(Reservation, String, String),
}

impl Unpacked {
    /// Moves the run to its place: under its old name or, if that is taken, under the next free
    /// number.
    ///
    /// # Errors
    /// When the folder cannot be renamed.
    pub fn settle(self) -> Result<PathBuf> {
        match self.0 {
            Found::Known(folder) => Ok(folder),
            Found::New(place, named, suffix) => place.take_name(&named, &suffix),
        }
    }
}

/// Whether a zip archive has run folders in it.
///
/// # Errors
/// When the archive cannot be read.
pub fn holds_runs(archive: &Path) -> Result<bool> {
    let entries = Bounds::default().entries;
    Ok(!Archive::open(archive, entries)?.roots().is_empty())
}

/// Unpacks every run folder of a zip archive into the folder of runs `out`; ignores other files.
/// Reports files to `progress`.
///
/// # Errors
/// When the archive is damaged or hostile, unpacks to more than `bounds`, or holds no valid run, or
/// `progress` cancels; `out` is then unchanged.
pub fn unpack(
    archive: &Path,
    out: &Path,
    bounds: Bounds,
    progress: &dyn Progress,
) -> Result<Vec<Unpacked>> {
    let mut archive = Archive::open(archive, bounds.entries)?;
    archive.check(bounds)?;
    let roots = archive.roots();
    let mut left = bounds.bytes;
    let mut done = 0;
    let mut runs = Vec::new();
    for root in roots {
        let place = Reservation::take(out)?;
        let folder = place.path().join(checkpoint::FOLDER);
        fs::create_dir(&folder).map_err(|error| Error::io(&folder, error))?;
        for index in archive.files_below(&root) {
            progress.at(done, archive.names.len())?;
            done += 1;
            archive.copy(index, &root, place.path(), bounds, &mut left)?;
        }
        runs.push(archive.judge(place, &root, out)?);
    }
    Ok(runs)
}

/// An opened archive.
struct Archive<'a> {
    path: &'a Path,
    zip: ZipArchive<BufReader<File>>,
    /// Names of the entries, by place.
    names: Vec<String>,
}

impl<'a> Archive<'a> {
    fn open(path: &'a Path, entries: usize) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let damaged = |why: zip::result::ZipError| {
            Error::Record(format!(
                "{}: not a zip archive, or truncated ({why}); fetch it again",
                path.display()
            ))
        };
        let zip = zip_archive::open(BufReader::new(file), entries as u64).map_err(damaged)?;
        let names = zip
            .file_names()
            .map(|name| name.map(std::borrow::Cow::into_owned));
        let names = names.collect::<Result<_, _>>().map_err(damaged)?;
        Ok(Self { path, zip, names })
    }

    fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::Record(format!("{}: {what}", self.path.display()))
    }

    /// Folders of the archive that hold a run, each with a trailing `/`, or empty for the archive
    /// itself.
    fn roots(&self) -> Vec<String> {
        let configs = self.names.iter().filter_map(|name| {
            let root = name.strip_suffix(CONFIG)?;
            let is_folder = root.is_empty() || root.ends_with('/');
            is_folder.then(|| root.to_owned())
        });
        // Other programs have a config.json, too.
        configs
            .filter(|root| self.names.contains(&format!("{root}{STATS}")))
            .collect()
    }

    /// Refuses archives with more than a run folder needs, or with paths that no honest archive
    /// has.
    fn check(&self, bounds: Bounds) -> Result<()> {
        let mut size = 0_u64;
        for (index, name) in self.names.iter().enumerate() {
            let entry = self
                .zip
                .by_index_data(index)
                .map_err(|why| self.error(why))?;
            let escapes = name.starts_with('/')
                || name.contains(['\\', '\0'])
                || name.split('/').any(|part| part == "..");
            if escapes || entry.is_symlink() {
                return Err(self.error(format!(
                    "{name:?} points outside its run folder; nothing was unpacked"
                )));
            }
            size = size.saturating_add(entry.size());
        }
        if size > bounds.bytes {
            return Err(self.too_large(bounds));
        }
        Ok(())
    }

    fn too_large(&self, bounds: Bounds) -> Error {
        self.error(format!(
            "unpacks to more than {} MB; unpack it with another program, or take fewer runs",
            bounds.bytes >> 20
        ))
    }

    /// Places of the entries that belong to the run in folder `root`.
    fn files_below(&self, root: &str) -> Vec<usize> {
        let names = self.names.iter().enumerate();
        let own = names.filter(|(_, name)| name.strip_prefix(root).is_some_and(is_of_run));
        own.map(|(index, _)| index).collect()
    }

    /// Unpacks one file. `left` limits the bytes that may still come, whatever sizes the archive
    /// states.
    fn copy(
        &mut self,
        index: usize,
        root: &str,
        into: &Path,
        bounds: Bounds,
        left: &mut u64,
    ) -> Result<()> {
        let (shown, name) = (self.path.display(), &self.names[index]);
        let damaged = |why: &dyn std::fmt::Display| {
            Error::Record(format!("{shown}: {name} cannot be unpacked ({why})"))
        };
        let path = into.join(name.strip_prefix(root).unwrap_or(name));
        let mut file = File::create(&path).map_err(|error| Error::io(&path, error))?;
        let entry = self.zip.by_index(index).map_err(|why| damaged(&why))?;
        let copied =
            io::copy(&mut entry.take(*left + 1), &mut file).map_err(|why| damaged(&why))?;
        *left = left
            .checked_sub(copied)
            .ok_or_else(|| self.too_large(bounds))?;
        Ok(())
    }

    /// Reads the unpacked files as a run, and checks whether the run is already there.
    fn judge(&self, place: Reservation, root: &str, out: &Path) -> Result<Unpacked> {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let named = root.trim_end_matches('/').rsplit('/').next();
        let named = named.filter(|name| !name.is_empty()).unwrap_or(&stem);
        let run = read_run(place.path()).map_err(|error| {
            // Names the run instead of its temporary folder, which tells the user nothing.
            let hidden = place.path().display().to_string();
            self.error(error.to_string().replace(&hidden, named))
        })?;
        let known = out.join(named);
        if fs::is_dir(&known) && is_same(place.path(), &known)? {
            return Ok(Unpacked(Found::Known(known)));
        }
        let suffix = name::suffix(&run.config);
        Ok(Unpacked(Found::New(place, named.to_owned(), suffix)))
    }
}

/// Whether two run folders hold the same files, byte by byte.
fn is_same(a: &Path, b: &Path) -> Result<bool> {
    let files = files_of(a)?;
    if files != files_of(b)? {
        return Ok(false);
    }
    let read = |path: PathBuf| fs::read_whole(&path).map_err(|error| Error::io(path, error));
    for file in files {
        if read(a.join(&file))? != read(b.join(&file))? {
            return Ok(false);
        }
    }
    Ok(true)
}
