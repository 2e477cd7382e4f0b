//! TinyImageNet's training images: `train/<class>/...`, as a folder or in an archive.

use std::path::Path;

use super::{
    Dataset, Request, archive,
    collection::{Collection, is_image},
    folder,
};
use crate::{error::Result, fs};

/// Reads the unpacked folder, the official zip, or a tar; a folder may also hold one of the
/// archives.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    if !request.is_folder()? {
        return open_archive(request);
    }
    let path = request.path;
    let unpacked = ["train", "tiny-imagenet-200/train"].map(|inner| path.join(inner));
    if let Some(train) = unpacked.iter().find(|train| fs::is_dir(train)) {
        return folder::collect(request, train);
    }
    if path.file_name().is_some_and(|name| name == "train") {
        return folder::collect(request, path);
    }
    let packed = request
        .names_in(path)?
        .into_iter()
        .map(|name| path.join(name))
        .find(|path| is_archive(path));
    match packed {
        Some(packed) => open_archive(&Request {
            path: &packed,
            ..*request
        }),
        None => Err(request.error(format!(
            "no folder `train`, zip or tar in {}",
            path.display()
        ))),
    }
}

fn is_archive(path: &Path) -> bool {
    archive::is_tar(path) || is_zip(path)
}

fn is_zip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"))
}

fn open_archive(request: &Request) -> Result<Dataset> {
    if is_zip(request.path) {
        return archive::Zip::open(request)?.collect(|name| train_class(name).map(Some));
    }
    let mut collection = Collection::new(request)?;
    let mut draw = request.draw(|| {
        let mut count = 0;
        archive::each_in_tar(request, |name, _| {
            count += usize::from(train_class(name).is_some());
            request.progress.at(0, 0)
        })?;
        Ok(count)
    })?;
    archive::each_in_tar(request, |name, entry| {
        let Some(class) = train_class(name).filter(|_| draw.takes()) else {
            return Ok(());
        };
        let place = format!("{name} in {}", request.path.display());
        let bytes = archive::bounded(entry).map_err(|why| {
            request.error(format!(
                "{place} cannot be unpacked ({why}); fetch the archive again"
            ))
        })?;
        collection.push(place, Some(class), bytes)
    })?;
    collection.finish()
}

/// The class of a training image, by its name; `None` for any other name.
pub(super) fn train_class(name: &str) -> Option<&str> {
    let mut parts = name.split('/');
    parts.by_ref().find(|part| *part == "train")?;
    let class = parts.next()?;
    (parts.next().is_some() && is_image(name.trim_start_matches("./"))).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_training_images_have_a_class() {
        assert_eq!(
            train_class("tiny-imagenet-200/train/n01/images/n01_0.JPEG"),
            Some("n01")
        );
        assert_eq!(train_class("./train/n01/n01_0.JPEG"), Some("n01"));
        assert_eq!(train_class("tiny-imagenet-200/val/images/val_0.JPEG"), None);
        assert_eq!(train_class("train/n01/boxes.txt"), None);
        assert_eq!(train_class("train/loose.JPEG"), None);
    }
}
