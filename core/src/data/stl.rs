//! STL-10, binary version: 96 x 96 RGB, each channel stored column by column.

use std::path::PathBuf;

use image::{DynamicImage, Rgb, RgbImage};

use super::{Dataset, ImageSet, Request, pixels};
use crate::error::Result;
use crate::fs;

const SIDE: usize = 96;
const PLANE: usize = SIDE * SIDE;
/// The papers learn from the unlabeled images.
const FILES: [&str; 2] = ["unlabeled_X.bin", "train_X.bin"];

/// Reads `unlabeled_X.bin` (or `train_X.bin`) of a folder, or one such file, resizing as it goes.
pub(super) fn open(request: &Request) -> Result<Dataset> {
    request.check_side((8..=SIDE).contains(&request.side), "8 to 96")?;
    let path = if request.is_folder()? {
        file_in(request)?
    } else {
        request.path.to_path_buf()
    };
    let mut reader = request.open_file(&path)?;
    let mut record = vec![0; 3 * PLANE];
    let (mut pixels, mut count) = (Vec::new(), 0);
    while count < request.limit && request.read_record(&mut reader, &mut record, &path)? {
        let image = RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, y| {
            let at = x as usize * SIDE + y as usize;
            Rgb([record[at], record[PLANE + at], record[2 * PLANE + at]])
        });
        pixels::append_square(&DynamicImage::from(image), request.side, &mut pixels);
        count += 1;
        request.at(count, 0)?;
    }
    Ok(Dataset::Images(ImageSet::new(
        request.name,
        3,
        request.side,
        pixels,
        None,
    )?))
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
