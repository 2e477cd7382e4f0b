//! Recognises the kind of data in a file from the file itself, so that the user need not name it.

use std::{io::Read, path::Path};

use image::ImageFormat;

use super::{Request, archive, cifar, collection, tiny_imagenet};
use crate::{error::Result, fs, progress::Progress};

/// Bytes that identify a file; a tar archive has its mark at 257.
const HEAD: u64 = 512;

/// Kind of a file that data can be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A PNG, JPEG or WebP image.
    Image,
    /// Images in the IDX format.
    Idx,
    /// Labels in the IDX format.
    IdxLabels,
    /// A batch of CIFAR-10's binary version.
    CifarBatch,
    /// Images of STL-10's binary version.
    Stl,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
}

impl FileKind {
    /// The kind of a file; `None` if no data can be read from it.
    ///
    /// # Errors
    /// When the file cannot be read, or only seems to hold data.
    pub fn of(file: &Path) -> Result<Option<Self>> {
        let request = request(file);
        let mut head = Vec::new();
        let mut reader = request.open_file(file)?.take(HEAD);
        reader.read_to_end(&mut head).map_err(|why| {
            let shown = file.display();
            request.error(format!(
                "{shown} is truncated or damaged ({why}); fetch it again"
            ))
        })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let plain = name.to_lowercase();
        let plain = plain.trim_end_matches(".gz").trim_end_matches(".xz");
        let image = image::guess_format(&head);
        Ok(match (&head[..], image) {
            ([b'P', b'K', 3 | 5, ..], _) => Some(Self::Zip),
            (_, Ok(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => {
                if !collection::is_image(&name) {
                    return Err(request.error(format!(
                        "{} holds an image, but its name does not end like one; call it .png, .jpg or .webp",
                        file.display()
                    )));
                }
                Some(Self::Image)
            }
            ([0, 0, 8, 3, ..], _) => Some(Self::Idx),
            ([0, 0, 8, 1, ..], _) => Some(Self::IdxLabels),
            _ if head.get(257..262) == Some(b"ustar") || archive::is_tar(file) => Some(Self::Tar),
            _ if plain.ends_with("_x.bin") => Some(Self::Stl),
            ([0..10, ..], _) if plain.ends_with(".bin") => Some(Self::CifarBatch),
            _ if cifar::is_pickled(&name) => {
                return Err(request.error(format!(
                    "{} is of CIFAR-10's python version; the binary version is needed (data_batch_1.bin ...)",
                    file.display()
                )));
            }
            _ => None,
        })
    }

    /// Whether several files of this kind make up one dataset.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::Image | Self::Idx | Self::IdxLabels | Self::CifarBatch
        )
    }
}

/// The name of the source that reads this file or folder; `None` if no source does.
///
/// # Errors
/// When it cannot be read or only seems to hold data, or `progress` cancels.
pub fn recognise(path: &Path, progress: &dyn Progress) -> Result<Option<&'static str>> {
    let request = Request {
        progress,
        ..request(path)
    };
    if request.is_folder()? {
        return in_folder(&request);
    }
    Ok(match FileKind::of(path)? {
        // A single image is no dataset.
        None | Some(FileKind::Image | FileKind::IdxLabels) => None,
        Some(FileKind::Idx) => Some(of_idx(path)),
        Some(FileKind::CifarBatch) => Some("cifar10"),
        Some(FileKind::Stl) => Some("stl10"),
        Some(FileKind::Zip) => {
            let zip = archive::Zip::open(&request)?;
            match zip.has(|name| tiny_imagenet::train_class(name).is_some()) {
                true if zip.has(|name| name.ends_with("wnids.txt")) => Some("tiny-imagenet"),
                _ => zip.has(collection::is_image).then_some("zip"),
            }
        }
        Some(FileKind::Tar) => in_tar(&request)?,
    })
}

fn in_folder(request: &Request) -> Result<Option<&'static str>> {
    let path = request.path;
    let names = request.names_in(path)?;
    let has = |name: &str| names.iter().any(|known| known == name);
    Ok(
        if has("cifar-10-batches-bin") || names.iter().any(|name| cifar::is_batch(name)) {
            Some("cifar10")
        } else if names.iter().any(|name| name.starts_with("train-images"))
            || fs::is_dir(&path.join("raw"))
        {
            Some(of_idx(path))
        } else if has("stl10_binary") || has("unlabeled_X.bin") || has("train_X.bin") {
            Some("stl10")
        } else if has("tiny-imagenet-200") || has("wnids.txt") {
            Some("tiny-imagenet")
        } else {
            super::folder::has_images(request)?.then_some("folder")
        },
    )
}

fn in_tar(request: &Request) -> Result<Option<&'static str>> {
    let (mut batches, mut pickles, mut images) = (false, false, false);
    archive::each_in_tar(request, |name, _| {
        request.progress.at(0, 0)?;
        batches |= cifar::is_batch(name);
        pickles |= cifar::is_pickled(name);
        images |= tiny_imagenet::train_class(name).is_some();
        Ok(())
    })?;
    if pickles && !batches {
        return Err(request.error(format!(
            "{} is of CIFAR-10's python version; the binary version is needed (cifar-10-binary.tar.gz)",
            request.path.display()
        )));
    }
    Ok(match (batches, images) {
        (true, _) => Some("cifar10"),
        (_, true) => Some("tiny-imagenet"),
        _ => None,
    })
}

/// MNIST and Fashion-MNIST differ only in their pictures, so only a name can tell.
fn of_idx(path: &Path) -> &'static str {
    match path.to_string_lossy().to_lowercase().contains("fashion") {
        true => "fashion-mnist",
        false => "mnist",
    }
}

/// A request for looking at a file without reading its data.
fn request(path: &Path) -> Request<'_> {
    Request {
        name: "own data",
        path,
        side: 0,
        limit: 0,
        memory: u64::MAX,
        progress: &(),
    }
}
