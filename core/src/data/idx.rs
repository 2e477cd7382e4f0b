//! IDX files: MNIST and Fashion-MNIST.

use std::path::{Path, PathBuf};

use super::{Dataset, ImageSet, Request, pixels};
use crate::{error::Result, fs};

const SIDE: usize = 28;
/// Side after padding with black; it halves well.
const PADDED: usize = 32;
const IMAGE_MAGIC: u32 = 0x0803;
const LABEL_MAGIC: u32 = 0x0801;
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const FASHION: [&str; 10] = [
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
];

/// Reads the training images of a folder, or one image file, with any labels that lie beside it.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    request.check_side(matches!(request.side, 16 | PADDED), "16 or 32")?;
    let path = if request.is_folder()? {
        images_in(request)?
    } else {
        request.path.to_path_buf()
    };
    let (pixels, count) = read_images(request, &path)?;
    let labels = match labels_beside(&path) {
        Some(path) => {
            let mut draw = request.draw(|| Ok(count))?;
            let mut labels = read_labels(request, &path, count)?;
            labels.retain(|_| draw.takes());
            Some(labels)
        }
        None => None,
    };
    let images = ImageSet::new(request.name, 1, request.side, pixels, labels)?;
    let names = match request.name {
        "fashion-mnist" => FASHION,
        _ => DIGITS,
    };
    Ok(Dataset::Images(images.named(names)))
}

fn images_in(request: &Request) -> Result<PathBuf> {
    for folder in [request.path.to_path_buf(), request.path.join("raw")] {
        if fs::is_dir(&folder) {
            let names = request.names_in(&folder)?;
            if let Some(name) = names.iter().find(|name| name.starts_with("train-images")) {
                return Ok(folder.join(name));
            }
        }
    }
    Err(request.error(format!(
        "no train-images-idx3-ubyte or .gz in {}; is it the right folder?",
        request.path.display()
    )))
}

/// `train-labels-idx1-ubyte.gz` beside `train-images-idx3-ubyte.gz`; the two may be packed
/// differently.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let name = name.trim_end_matches(".gz").trim_end_matches(".xz");
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    ["", ".gz", ".xz"]
        .iter()
        .map(|end| images.with_file_name(format!("{labels}{end}")))
        .find(|path| labels != name && fs::is_file(path))
}

/// Big-endian words of the header.
fn header<const N: usize>(bytes: &[u8]) -> [u32; N] {
    std::array::from_fn(|i| {
        bytes[4 * i..4 * i + 4]
            .iter()
            .fold(0, |word, byte| word << 8 | u32::from(*byte))
    })
}

/// Pixels of the kept images, and the total number of images.
fn read_images(request: &Request, path: &Path) -> Result<(Vec<u8>, usize)> {
    let mut reader = request.open_file(path)?;
    let mut head = [0; 16];
    let complete = request.read_record(&mut reader, &mut head, path)?;
    let [magic, count, rows, columns] = header(&head);
    if !complete || magic != IMAGE_MAGIC || [rows, columns] != [SIDE as u32; 2] {
        return Err(request.error(format!(
            "{} is not an IDX file of 28x28 images",
            path.display()
        )));
    }
    let truncated = |read: usize| {
        request.error(format!(
            "{} is truncated: it announces {count} images and holds {read}; fetch it again",
            path.display()
        ))
    };
    let mut pixels = Vec::new();
    let mut image = [0; SIDE * SIDE];
    let mut draw = request.draw(|| {
        // The header may announce any count.
        let there = request.length(path)?.saturating_sub(head.len() as u64) / image.len() as u64;
        match there < u64::from(count) {
            true => Err(truncated(there as usize)),
            false => Ok(count as usize),
        }
    })?;
    let (mut read, mut kept) = (0, 0);
    while read < count as usize && !draw.is_over() {
        if !request.read_record(&mut reader, &mut image, path)? {
            return Err(truncated(read));
        }
        read += 1;
        if !draw.takes() {
            continue;
        }
        kept += 1;
        let mut padded = [0; PADDED * PADDED];
        let edge = (PADDED - SIDE) / 2;
        for (y, row) in image.chunks_exact(SIDE).enumerate() {
            padded[(y + edge) * PADDED + edge..][..SIDE].copy_from_slice(row);
        }
        pixels::box_average(&padded, PADDED, request.side, &mut pixels);
        request.at(kept, count as usize)?;
    }
    // Reading to the end also checks the checksum of a compressed file.
    if read == count as usize && request.read_record(&mut reader, &mut [0], path)? {
        return Err(request.error(format!(
            "{} is longer than the {count} images it announces; fetch it again",
            path.display()
        )));
    }
    Ok((pixels, count as usize))
}

fn read_labels(request: &Request, path: &Path, images: usize) -> Result<Vec<u16>> {
    let mut reader = request.open_file(path)?;
    let mut head = [0; 8];
    let complete = request.read_record(&mut reader, &mut head, path)?;
    let [magic, count] = header(&head);
    if !complete || magic != LABEL_MAGIC || (count as usize) < images {
        return Err(request.error(format!(
            "{} is not an IDX file with a label for each of {images} images; fetch it again or remove it",
            path.display()
        )));
    }
    let mut labels = vec![0; images];
    if !request.read_record(&mut reader, &mut labels, path)? && images > 0 {
        return Err(request.error(format!(
            "{} is truncated: it holds no labels; fetch it again",
            path.display()
        )));
    }
    Ok(labels.into_iter().map(u16::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_big_endian() {
        assert_eq!(header::<2>(&[0, 0, 8, 3, 0, 1, 0, 2]), [IMAGE_MAGIC, 65538]);
    }

    #[test]
    fn a_file_without_images_in_its_name_has_no_labels() {
        assert_eq!(labels_beside(Path::new("digits.gz")), None);
    }
}
