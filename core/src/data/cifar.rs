//! CIFAR-10, binary version: records of one label byte and 3 x 32 x 32 pixels.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use super::{Dataset, Draw, ImageSet, Request, archive, pixels};
use crate::{error::Result, fs};

const SIDE: usize = 32;
const RECORD: usize = 1 + 3 * SIDE * SIDE;
/// Images in an official batch.
const BATCH: usize = 10_000;
const CLASSES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Reads the training batches present in a folder, one batch, or the official tar archive.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    request.check_side(matches!(request.side, 16 | SIDE), "16 or 32")?;
    let mut batch = Batches {
        request,
        pixels: Vec::new(),
        labels: Vec::new(),
        expected: 0,
        draw: Draw::new(0, 0),
    };
    if !request.is_folder()? && archive::is_tar(request.path) {
        batch.draw = request.draw(|| {
            let mut count = 0;
            each_batch(request, |place, entry| {
                count += request.records(request.rest(entry, place)?, RECORD, place)?;
                Ok(())
            })?;
            Ok(count)
        })?;
        each_batch(request, |place, entry| batch.append(entry, place))?;
    } else {
        let paths = match request.is_folder()? {
            true => batches_in(request)?,
            false => vec![request.path.to_path_buf()],
        };
        batch.draw = request.draw(|| {
            let count = |path: &PathBuf| request.records(request.length(path)?, RECORD, path);
            paths.iter().map(count).sum()
        })?;
        if request.is_folder()? {
            batch.expected = BATCH * paths.len();
        }
        for path in paths {
            batch.append(&mut request.open_file(&path)?, &path)?;
        }
    }
    let images = ImageSet::new(
        request.name,
        3,
        request.side,
        batch.pixels,
        Some(batch.labels),
    )?;
    Ok(Dataset::Images(images.named(CLASSES)))
}

/// Hands every batch of the tar archive to `each`, with its place for messages.
fn each_batch(
    request: &Request,
    mut each: impl FnMut(&Path, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    archive::each_in_tar(request, |name, entry| {
        if !is_batch(name) {
            return Ok(());
        }
        let place = format!("{name} in {}", request.path.display());
        each(Path::new(&place), entry)
    })
}

struct Batches<'a> {
    request: &'a Request<'a>,
    pixels: Vec<u8>,
    labels: Vec<u16>,
    /// Images expected in total; 0 if unknown.
    expected: usize,
    /// Decides which records are kept.
    draw: Draw,
}

impl Batches<'_> {
    fn append(&mut self, reader: &mut dyn Read, path: &Path) -> Result<()> {
        let mut record = [0; RECORD];
        while !self.draw.is_over() && self.request.read_record(reader, &mut record, path)? {
            if !self.draw.takes() {
                continue;
            }
            let [label, image @ ..] = &record;
            if usize::from(*label) >= CLASSES.len() {
                return Err(self.request.error(format!(
                    "{} is not a CIFAR-10 batch of the binary version (a label is {label})",
                    path.display()
                )));
            }
            self.labels.push(u16::from(*label));
            self.request.at(self.labels.len(), self.expected)?;
            pixels::box_average(image, SIDE, self.request.side, &mut self.pixels);
        }
        Ok(())
    }
}

/// Whether a name is `data_batch_N.bin`, also compressed or below folders.
pub(super) fn is_batch(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.starts_with("data_batch_")
        && [".bin", ".bin.gz", ".bin.xz"]
            .iter()
            .any(|end| file.ends_with(end))
}

/// Whether a name is `data_batch_N` of the python version, also below folders.
pub(super) fn is_pickled(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.strip_prefix("data_batch_")
        .is_some_and(|number| number.parse::<u8>().is_ok())
}

/// The folder's batches in order, each once.
fn batches_in(request: &Request) -> Result<Vec<PathBuf>> {
    let nested = request.path.join("cifar-10-batches-bin");
    let folder = if fs::is_dir(&nested) {
        nested
    } else {
        request.path.to_path_buf()
    };
    let mut names = request.names_in(&folder)?;
    names.retain(|name| is_batch(name));
    // Sorted, `x.bin` precedes `x.bin.xz`, so the plain one of a pair stays.
    names.dedup_by(|later, first| later.starts_with(first.as_str()));
    if !names.is_empty() {
        return Ok(names.iter().map(|name| folder.join(name)).collect());
    }
    let pickled =
        fs::exists(&folder.join("data_batch_1")) || fs::exists(&folder.join("cifar-10-batches-py"));
    let what = if pickled {
        "only the python version is in"
    } else {
        "no data_batch_*.bin in"
    };
    Err(request.error(format!(
        "{what} {}; the binary version is needed (data_batch_1.bin ...)",
        folder.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_told_by_name() {
        assert!(is_batch("cifar-10-batches-bin/data_batch_3.bin"));
        assert!(is_batch("data_batch_1.bin.xz"));
        assert!(!is_batch("test_batch.bin"));
        assert!(!is_batch("data_batch_1") && is_pickled("cifar-10-batches-py/data_batch_1"));
        assert!(!is_pickled("data_batch_1.bin"));
    }
}
