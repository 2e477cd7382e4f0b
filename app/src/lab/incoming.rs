//! What comes in - dropped on the window, chosen or named - is told by its content: runs, packed or not, settings, data.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tightrope_core::{
    Error,
    config::RunConfig,
    data::{self, FileKind, MIN_IMAGES},
    fs::{self, File},
    preset,
    progress::Progress,
    record::{Bounds, Unpacked, holds_runs, is_run_folder, unpack},
};

use super::{
    Lab, OwnData, Reply, Shelf, away, own_data::Placed, recorded::check_out, run_folders,
    work::Outcome,
};

/// Something that came in, as far as a task can take it.
pub enum Found {
    /// A run folder, or a folder of them.
    Runs(PathBuf),
    /// Runs out of an archive.
    Unpacked(Vec<Unpacked>),
    /// What a settings file makes of a run.
    Settings(Box<RunConfig>),
    /// Data that can be learned from, and their files, where those were moved.
    Data(OwnData, Option<Placed>),
}

impl Lab {
    /// Looks at what came in, all of it together.
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

    /// Takes in what was found; one thing that is wrong keeps none of the others out.
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

/// What files and folders are, as far as it matters what becomes of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Runs,
    PackedRuns,
    Settings,
    Images,
    Idx,
    Batches,
    /// Data by itself.
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

    /// Whether several such files are one set of data.
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

/// Looks at everything; [`Error::Cancelled`] when it is called off.
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
            Kind::Settings => away::read_settings(&paths[0]).map(Found::Settings),
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

fn packed(archive: &Path, out: &Path, progress: &dyn Progress) -> Result<Found> {
    check_out(out)?;
    let runs = unpack(archive, out, Bounds::default(), progress)?;
    Ok(Found::Unpacked(runs))
}

/// Reads data once, so that what is wrong with them is known before anybody wants to train.
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
        // One more than came in tells whether there are others beside them.
        config.limit = MIN_IMAGES.max(paths.len() + 1);
    }
    let dataset = data::open_watched(&config, progress).map_err(|error| about(&path, error))?;
    if kind == Kind::Images && dataset.len() > paths.len() {
        anyhow::bail!(wrong(
            &path,
            "more images lie here than those; give the whole folder, or a zip of what is to be learned"
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
            let found = train.or(images.first());
            found
                .ok_or_else(|| {
                    wrong(
                        &first,
                        "labels without their images; give the file of images with it",
                    )
                })?
                .to_path_buf()
        }
        _ => first,
    })
}

/// What to call data that are kept, by their files.
fn called(kind: Kind, paths: &[PathBuf]) -> String {
    match (kind, paths) {
        (Kind::Images, _) => "images".to_owned(),
        (Kind::Batches, [_, _, ..]) => "cifar10".to_owned(),
        _ => stem(&paths[0]),
    }
}

/// The name of a file without any of its endings.
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

/// The error, which names the file or folder if it did not.
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
