//! Recognises by their content the files a user drops, chooses or names: runs, packed or not,
//! settings, data.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tightrope_core::{
    Error,
    config::RunConfig,
    data::{self, FileKind, MIN_IMAGES},
    fs::{self, File},
    preset::{self, ConfigFile},
    progress::Progress,
    record::{Bounds, Unpacked, holds_runs, is_run_folder, unpack},
    session::check_out,
};

use super::{Lab, OwnData, Reply, Shelf, own_data::Placed, run_folders, work::Outcome};
use crate::comparison::{Comparison, Ground, spec_of};

/// A recognised file or folder, as far as a task can read it.
pub enum Found {
    /// A run folder, or a folder of them.
    Runs(PathBuf),
    /// Runs from an archive.
    Unpacked(Vec<Unpacked>),
    /// The run that a settings file describes.
    Settings(Box<RunConfig>),
    /// Data to learn from, and their files if the task moved them.
    Data(OwnData, Option<Placed>),
}

impl Lab {
    /// Starts a task that looks at files given together.
    pub(super) fn incoming(&mut self, paths: Vec<PathBuf>) -> Result<()> {
        let what = match &paths[..] {
            [path] => format!("Opening {}", path.display()),
            _ => format!("Opening {} files", paths.len()),
        };
        let (out, shelf) = (self.out.clone(), self.shelf.clone());
        self.begin(None, what, move |progress| {
            let found = look(&paths, &out, shelf.as_ref(), progress);
            if let Some(shelf) = &shelf {
                shelf.clear(&paths);
            }
            Ok(Outcome::Found(found?))
        })?;
        Ok(())
    }

    /// Takes in the finds of a task. An error in one leaves the others in.
    pub(super) fn found(&mut self, found: Vec<Result<Found>>) {
        for found in found {
            if let Err(error) = found.and_then(|found| self.take_found(found)) {
                self.replies.push(Reply::Trouble {
                    key: None,
                    what: error.to_string(),
                });
            }
        }
    }

    fn take_found(&mut self, found: Found) -> Result<()> {
        let go_on = false;
        match found {
            Found::Runs(folder) => self.open(folder, go_on)?,
            Found::Unpacked(runs) => {
                for run in runs {
                    self.open(run.settle()?, go_on)?;
                }
            }
            Found::Settings(config) => self.replies.push(Reply::Settings(config)),
            Found::Data(own, placed) => self.take_data(own, placed)?,
        }
        Ok(())
    }
}

/// Kind of a file or folder, which decides how the lab takes it in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Runs,
    PackedRuns,
    Settings,
    Images,
    Idx,
    Batches,
    /// Data that need no other file.
    Data,
}

impl Kind {
    fn of(path: &Path) -> Result<Self> {
        if fs::is_dir(path) {
            let has_runs = run_folders(path).iter().any(|run| is_run_folder(run));
            return Ok(if has_runs { Self::Runs } else { Self::Data });
        }
        if !fs::exists(path) {
            return Err(wrong(path, "no such file or folder"));
        }
        Ok(match FileKind::of(path)? {
            Some(FileKind::Zip) if holds_runs(path)? => Self::PackedRuns,
            Some(FileKind::Image) => Self::Images,
            Some(FileKind::Idx | FileKind::IdxLabels) => Self::Idx,
            Some(FileKind::CifarBatch) => Self::Batches,
            Some(FileKind::Zip | FileKind::Tar | FileKind::Stl) => Self::Data,
            None if is_settings(path) => Self::Settings,
            None => return Err(unknown(path)),
        })
    }

    /// Whether several files of this kind form one dataset.
    fn is_part(self) -> bool {
        matches!(self, Self::Images | Self::Idx | Self::Batches)
    }
}

fn is_settings(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    let is_json = head.trim_ascii_start().starts_with(b"{");
    read.is_ok() && (is_json || path.extension().is_some_and(|end| end == "json"))
}

/// Looks at every path; [`Error::Cancelled`] when the user calls it off.
fn look(
    paths: &[PathBuf],
    out: &Path,
    shelf: Option<&Shelf>,
    progress: &dyn Progress,
) -> Result<Vec<Result<Found>>> {
    let mut groups: Vec<(Kind, Vec<PathBuf>)> = Vec::new();
    let mut found = Vec::new();
    for path in paths {
        progress.at(0, 0)?;
        match Kind::of(path) {
            Err(error) => found.push(Err(error)),
            Ok(kind) => {
                let same = groups.iter_mut().find(|(other, _)| *other == kind);
                match same.filter(|_| kind.is_part()) {
                    Some((_, group)) => group.push(path.clone()),
                    None => groups.push((kind, vec![path.clone()])),
                }
            }
        }
    }
    for (kind, paths) in groups {
        let own = match kind {
            Kind::Runs => Ok(Found::Runs(paths[0].clone())),
            Kind::PackedRuns => packed(&paths[0], out, progress),
            Kind::Settings => read_settings(&paths[0]).map(Found::Settings),
            _ => learnable(kind, paths, shelf, progress),
        };
        match own {
            Err(error) if matches!(error.downcast_ref(), Some(Error::Cancelled)) => {
                return Err(error);
            }
            own => found.push(own),
        }
    }
    Ok(found)
}

/// Reads a settings file by the rules of the command line.
fn read_settings(file: &Path) -> Result<Box<RunConfig>> {
    let text = fs::read_to_string(file).map_err(|error| Error::io(file, error))?;
    let file = ConfigFile::parse(&text)?;
    let spec = spec_of(&file);
    let ground = Ground {
        file,
        ..Ground::default()
    };
    Ok(Box::new(Comparison::default().run(spec, false, &ground)?))
}

fn packed(archive: &Path, out: &Path, progress: &dyn Progress) -> Result<Found> {
    check_out(out)?;
    let runs = unpack(archive, out, Bounds::default(), progress)?;
    Ok(Found::Unpacked(runs))
}

/// Reads data once, so that errors show before a run wants to train on them.
fn learnable(
    kind: Kind,
    mut paths: Vec<PathBuf>,
    shelf: Option<&Shelf>,
    progress: &dyn Progress,
) -> Result<Found> {
    let shelf = shelf.filter(|shelf| shelf.holds(&paths[0]));
    let placed = shelf
        .map(|shelf| shelf.place(&paths, &called(kind, &paths)))
        .transpose()?;
    if let Some(placed) = &placed {
        paths.clone_from(&placed.files);
    }
    let path = whole(kind, &paths)?;
    let source = data::recognise(&path, progress)?.ok_or_else(|| unknown(&path))?;
    let mut config = (preset::for_data(source)?.build)().data;
    config.source = format!("{source}:{}", path.display());
    if kind == Kind::Images {
        // A limit of one more image than given reveals others in the same folder.
        config.limit = MIN_IMAGES.max(paths.len() + 1);
    }
    let dataset = data::open_watched(&config, progress).map_err(|error| about(&path, error))?;
    if kind == Kind::Images && dataset.len() > paths.len() {
        anyhow::bail!(wrong(
            &path,
            "the folder holds more images than these; give all of it, or a zip of what is to be learned"
        ));
    }
    let own = OwnData {
        name: stem(placed.as_ref().map_or(&path, |placed| &placed.folder)),
        count: dataset.len(),
        channels: dataset.image_shape().map_or(0, |(channels, _)| channels),
        is_kept: placed.is_some(),
        source: config.source,
    };
    Ok(Found::Data(own, placed))
}

/// The file or folder that stands for files given together.
fn whole(kind: Kind, paths: &[PathBuf]) -> Result<PathBuf> {
    let first = paths[0].clone();
    let folder = first.parent().unwrap_or(Path::new("")).to_owned();
    let is_idx = |path: &&PathBuf| matches!(FileKind::of(path), Ok(Some(FileKind::Idx)));
    Ok(match kind {
        Kind::Images => folder,
        Kind::Batches if paths.len() > 1 => folder,
        Kind::Idx => {
            let images: Vec<&PathBuf> = paths.iter().filter(is_idx).collect();
            let train = images.iter().find(|path| stem(path).contains("train"));
            let found = train.or(images.first()).copied();
            let alone = "labels without their images; give the file of images with it";
            found.ok_or_else(|| wrong(&first, alone))?.clone()
        }
        _ => first,
    })
}

/// A name for data the lab keeps, from their files.
fn called(kind: Kind, paths: &[PathBuf]) -> String {
    match (kind, paths) {
        (Kind::Images, _) => "images".to_owned(),
        (Kind::Batches, [_, _, ..]) => "cifar10".to_owned(),
        _ => stem(&paths[0]),
    }
}

/// The name of a file without its extensions.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn unknown(path: &Path) -> anyhow::Error {
    wrong(
        path,
        "neither runs nor settings nor data; data are PNG, JPEG or WebP images, a zip or a folder of them, or the files \
         of MNIST, CIFAR-10 (binary version) or STL-10",
    )
}

fn wrong(path: &Path, what: &str) -> anyhow::Error {
    anyhow::anyhow!("{}: {what}", path.display())
}

/// Adds the name of the file or folder to an error that lacks it.
fn about(path: &Path, error: Error) -> anyhow::Error {
    let text = error.to_string();
    match error {
        Error::Data(_) if !text.contains(&path.display().to_string()) => {
            wrong(path, text.trim_start_matches("data: "))
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests;
