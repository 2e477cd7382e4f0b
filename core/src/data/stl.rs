//! STL-10, binary version: 96 x 96 RGB, each channel stored column by column.

use std::path::{Path, PathBuf};

use image::{DynamicImage, Rgb, RgbImage};

use super::{Dataset, ImageSet, Request, pixels};
use crate::{error::Result, fs};

const SIDE: usize = 96;
const PLANE: usize = SIDE * SIDE;
/// Files to look for, in order: the papers learn from the unlabeled images.
const FILES: [&str; 2] = ["unlabeled_X.bin", "train_X.bin"];

const CLASSES: [&str; 10] = [
    "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
];

/// Reads `unlabeled_X.bin` (or `train_X.bin`) of a folder, or one such file, and resizes as it
/// goes. Labels of `train_X.bin` are read if they lie beside it.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    request.check_side((8..=SIDE).contains(&request.side), "8 to 96")?;
    let path = if request.is_folder()? {
        file_in(request)?
    } else {
        request.path.to_path_buf()
    };
    let total = || request.records(request.length(&path)?, 3 * PLANE, &path);
    let mut draw = request.draw(total)?;
    let mut reader = request.open_file(&path)?;
    let mut record = vec![0; 3 * PLANE];
    // Numbers of images looked at and of images kept.
    let (mut pixels, mut seen, mut count) = (Vec::new(), 0, 0);
    while !draw.is_over() && request.read_record(&mut reader, &mut record, &path)? {
        seen += 1;
        if !draw.takes() {
            continue;
        }
        let image = RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
            let at = x as usize * SIDE + y as usize;
            Rgb([record[at], record[PLANE + at], record[2 * PLANE + at]])
        });
        pixels::append_square(&DynamicImage::from(image), request.side, &mut pixels);
        count += 1;
        request.at(count, 0)?;
    }
    let labels = match labels_beside(&path) {
        Some(labels) => {
            let mut draw = request.draw(total)?;
            let mut labels = read_labels(request, &labels, seen)?;
            labels.retain(|_| draw.takes());
            Some(labels)
        }
        None => None,
    };
    let images = ImageSet::new(request.name, 3, request.side, pixels, labels)?;
    Ok(Dataset::Images(images.named(CLASSES)))
}

/// `train_y.bin` beside `train_X.bin`; the unlabeled images have none.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let labels = images.with_file_name(name.replace("_X", "_y"));
    (labels != images && fs::is_file(&labels)).then_some(labels)
}

/// Reads the labels: one byte per image, counted from 1.
fn read_labels(request: &Request, path: &Path, images: usize) -> Result<Vec<u16>> {
    let mut labels = vec![0; images];
    let complete = request.read_record(&mut request.open_file(path)?, &mut labels, path)?;
    let fits = |label: &u8| (1..=CLASSES.len()).contains(&usize::from(*label));
    if !complete || !labels.iter().all(fits) {
        return Err(request.error(format!(
            "{} does not hold a label of 1 to 10 for each of {images} images; \
             fetch it again or remove it",
            path.display()
        )));
    }
    Ok(labels
        .into_iter()
        .map(|label| u16::from(label) - 1)
        .collect())
}

fn file_in(request: &Request) -> Result<PathBuf> {
    let folders = [
        request.path.to_path_buf(),
        request.path.join("stl10_binary"),
    ];
    FILES
        .iter()
        .flat_map(|file| folders.iter().map(move |folder| folder.join(file)))
        .find(|path| fs::is_file(path))
        .ok_or_else(|| {
            request.error(format!(
                "neither {} nor {} in {}; the binary version is needed",
                FILES[0],
                FILES[1],
                request.path.display()
            ))
        })
}
