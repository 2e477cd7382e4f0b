//! Datasets. Each is one file with an `open` function and one line in [`SOURCES`].
//!
//! Images are decoded once, at the side used for training, and stay in memory as bytes.

mod archive;
mod bounds;
mod cifar;
mod collection;
mod draw;
mod encoded;
mod folder;
mod idx;
mod images;
mod mixture;
mod pixels;
mod read;
mod recognise;
mod scenes;
mod settings;
pub mod shapes;
mod stl;
mod tiny_imagenet;

use std::path::{Path, PathBuf};

use crate::{
    error::{Error, Result},
    hint::nearest,
    progress::Progress,
};

pub(crate) use draw::Draw;
pub use images::{ImageSet, MIN_IMAGES};
pub use mixture::Mixture;
pub use recognise::{FileKind, recognise};
pub use settings::DataConfig;

/// A kind of data, as `tightrope datasets` lists it.
#[derive(Debug)]
pub struct Source {
    /// Name before the colon in `name:path`.
    pub name: &'static str,
    /// One-line description.
    pub about: &'static str,
    /// Whether it needs a path.
    pub needs_path: bool,
    /// Whether it holds images rather than points in the plane.
    pub images: bool,
    open: fn(&Request) -> Result<Dataset>,
}

/// A request to a source.
struct Request<'a> {
    /// The source's name, for messages.
    name: &'static str,
    /// Path of the files; empty for built-in data.
    path: &'a Path,
    /// Image side wanted, in pixels.
    side: usize,
    /// Most images to keep, drawn from all; `usize::MAX` keeps all.
    limit: usize,
    /// Most memory for all of it, in bytes.
    memory: u64,
    /// Receives the number of images read so far.
    progress: &'a dyn Progress,
}

/// Every source by name.
pub static SOURCES: &[Source] = &[
    built_in(
        "ring",
        "8 Gaussians on a circle (2-D)",
        false,
        mixture::open,
    ),
    built_in(
        "grid",
        "25 Gaussians on a square grid (2-D)",
        false,
        mixture::open,
    ),
    built_in(
        "spiral",
        "24 Gaussians along a spiral (2-D)",
        false,
        mixture::open,
    ),
    built_in(
        "shapes",
        "6 shapes in 6 hues drawn in code, 36 countable modes (RGB, side 16 or 32)",
        true,
        shapes::open,
    ),
    built_in(
        "scenes",
        "two overlapping shapes on striped grounds drawn in code: harder (RGB, side 16 or 32)",
        true,
        scenes::open,
    ),
    from_path(
        "cifar10",
        "CIFAR-10, binary version: folder, one batch, or tar; .xz and .gz too (RGB, side 16 or 32)",
        cifar::open,
    ),
    from_path(
        "mnist",
        "MNIST, IDX files: folder or image file; .gz too (grey, side 16 or 32)",
        idx::open,
    ),
    from_path(
        "fashion-mnist",
        "Fashion-MNIST, IDX files: folder or image file; .gz too (grey, side 16 or 32)",
        idx::open,
    ),
    from_path(
        "stl10",
        "STL-10, binary version: folder or unlabeled_X.bin (RGB, side 8 to 96)",
        stl::open,
    ),
    from_path(
        "tiny-imagenet",
        "TinyImageNet's training images: folder, zip or tar (RGB, side 8 to 512)",
        tiny_imagenet::open,
    ),
    from_path(
        "folder",
        "PNG, JPEG and WebP images in a folder and below it (RGB, side 8 to 512)",
        folder::open,
    ),
    from_path(
        "zip",
        "PNG, JPEG and WebP images in a zip archive (RGB, side 8 to 512)",
        archive::open,
    ),
];

const fn built_in(
    name: &'static str,
    about: &'static str,
    images: bool,
    open: fn(&Request) -> Result<Dataset>,
) -> Source {
    Source {
        name,
        about,
        needs_path: false,
        images,
        open,
    }
}

const fn from_path(
    name: &'static str,
    about: &'static str,
    open: fn(&Request) -> Result<Dataset>,
) -> Source {
    Source {
        name,
        about,
        needs_path: true,
        images: true,
        open,
    }
}

/// Data to draw samples from.
#[derive(Clone, Debug)]
pub enum Dataset {
    /// A mixture of Gaussians in the plane: endless.
    Mixture(Mixture),
    /// Images in memory.
    Images(ImageSet),
}

impl Dataset {
    /// The source's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mixture(mixture) => mixture.name,
            Self::Images(images) => images.name,
        }
    }

    /// Number of samples; 0 means endless.
    pub fn len(&self) -> usize {
        match self {
            Self::Mixture(_) => 0,
            Self::Images(images) => images.len(),
        }
    }

    /// Whether nothing is stored, as for endless data.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the samples' classes, by label; empty without labels.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Mixture(_) => &[],
            Self::Images(images) => &images.classes,
        }
    }

    /// Channels and side of the images; `None` for 2-D data.
    pub fn image_shape(&self) -> Option<(usize, usize)> {
        match self {
            Self::Mixture(_) => None,
            Self::Images(images) => Some((images.channels, images.side)),
        }
    }
}

/// The mixture behind 2-D data; `None` for images and unknown names.
pub fn mixture(config: &DataConfig) -> Option<Mixture> {
    match config.source.as_str() {
        "ring" => Some(Mixture::ring()),
        "grid" => Some(Mixture::grid()),
        "spiral" => Some(Mixture::spiral()),
        _ => None,
    }
}

/// Reads `config.source` (`name` or `name:path`) at `config.side`.
pub fn open(config: &DataConfig) -> Result<Dataset> {
    open_watched(config, &())
}

/// Reads as [`open`] does and reports every image to `progress`, which may cancel.
///
/// # Errors
/// When the data cannot be read; [`Error::Cancelled`] when `progress` cancels.
pub fn open_watched(config: &DataConfig, progress: &dyn Progress) -> Result<Dataset> {
    let (source, path) = parse_source(&config.source)?;
    if source.images && (1..MIN_IMAGES).contains(&config.limit) {
        return Err(Error::Data(format!(
            "{}: data.limit {} leaves too few images; use {MIN_IMAGES} or more, or 0 for all",
            source.name, config.limit
        )));
    }
    (source.open)(&Request {
        name: source.name,
        path: path.as_deref().unwrap_or(Path::new("")),
        side: config.side,
        limit: if config.limit == 0 {
            usize::MAX
        } else {
            config.limit
        },
        memory: config.memory_bytes(),
        progress,
    })
}

/// The name of a source without its path, or of a file without its folders.
pub fn name_of(source: &str) -> &str {
    let name = source.split(':').next().unwrap_or_default();
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Splits `name` or `name:path` and checks both halves; touches no file.
pub fn parse_source(source: &str) -> Result<(&'static Source, Option<PathBuf>)> {
    let (name, path) = match source.split_once(':') {
        Some((name, path)) => (name, Some(path).filter(|path| !path.is_empty())),
        None => (source, None),
    };
    let found = SOURCES
        .iter()
        .find(|known| known.name == name)
        .ok_or_else(|| unknown(name))?;
    match (found.needs_path, path) {
        (true, None) => Err(Error::Data(format!(
            "{name} needs a path: write {name}:PATH"
        ))),
        (false, Some(path)) => Err(Error::Data(format!(
            "{name} is built in and takes no path; drop `:{path}`"
        ))),
        (_, path) => Ok((found, path.map(PathBuf::from))),
    }
}

fn unknown(name: &str) -> Error {
    let names = || SOURCES.iter().map(|known| known.name);
    Error::Data(match nearest(name, names()) {
        Some(near) => format!("unknown dataset `{name}`; did you mean `{near}`?"),
        None => {
            let names: Vec<_> = names().collect();
            format!("unknown dataset `{name}`; there are {}", names.join(", "))
        }
    })
}

impl Request<'_> {
    /// Reports `done` of `total` images read, with a `total` of 0 if unknown; refuses more than
    /// memory should hold.
    fn at(&self, done: usize, total: usize) -> Result<()> {
        self.check_memory(done)?;
        self.progress.at(done, total.min(self.limit))
    }

    /// An error about this source.
    fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::Data(format!("{}: {message}", self.name))
    }

    /// Checks the wanted side against those that the source offers.
    fn check_side(&self, fits: bool, sides: &str) -> Result<()> {
        if fits {
            Ok(())
        } else {
            Err(self.error(format!("data.side is {}; it can be {sides}", self.side)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(source: &str) -> String {
        parse_source(source).unwrap_err().to_string()
    }

    #[test]
    fn sources_are_parsed() {
        let (source, path) = parse_source("cifar10:a:b/c").unwrap();
        assert_eq!(
            (source.name, path),
            ("cifar10", Some(PathBuf::from("a:b/c")))
        );
        assert_eq!(parse_source("spiral").unwrap().1, None);
    }

    #[test]
    fn wrong_sources_are_explained() {
        assert!(message("cifar:x").contains("did you mean `cifar10`"));
        assert!(message("fashionmnist:x").contains("did you mean `fashion-mnist`"));
        assert!(message("qqq").contains("there are ring, grid"));
        assert!(message("mnist").contains("mnist:PATH"));
        assert!(message("mnist:").contains("mnist:PATH"));
        assert!(message("ring:x").contains("takes no path"));
    }

    #[test]
    fn a_limit_below_the_least_is_refused() {
        let config = DataConfig {
            source: "shapes".into(),
            side: 16,
            flip: false,
            limit: 10,
            memory: 0,
        };
        assert!(
            open(&config)
                .unwrap_err()
                .to_string()
                .contains("data.limit 10")
        );
    }
}
