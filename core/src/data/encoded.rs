//! Decodes PNG, JPEG and WebP images. Files come from anywhere: no decoder is trusted to refuse
//! what is broken, or to stay within the memory there is.

use std::{
    io::Cursor,
    sync::{Condvar, Mutex, PoisonError},
};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{bounds, pixels};
use crate::{caught::quietly, memory::shown};

/// Memory that several threads share for the images that they decode.
pub struct Room {
    all: u64,
    left: Mutex<u64>,
    freed: Condvar,
}

impl Room {
    /// Room of so many bytes.
    pub fn new(all: u64) -> Self {
        Self {
            all,
            left: Mutex::new(all),
            freed: Condvar::new(),
        }
    }

    /// Does work that needs `bytes`, once they are free; `None` if there are never so many.
    fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> Option<T> {
        if bytes > self.all {
            return None;
        }
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        while *left < bytes {
            let waited = self.freed.wait(left);
            left = waited.unwrap_or_else(PoisonError::into_inner);
        }
        *left -= bytes;
        drop(left);
        let outcome = work();
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
        self.freed.notify_all();
        Some(outcome)
    }
}

/// Decodes an image to [3, side, side], see [`pixels::append_square`].
///
/// # Errors
/// Describes what is wrong with the file.
pub fn decode(bytes: &[u8], side: usize, room: &Room) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(3 * side * side);
    let decoded = quietly(|| {
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
        let mut reader = reader.map_err(|why| why.to_string())?;
        if reader.format() == Some(ImageFormat::Jpeg) && !is_whole_jpeg(bytes) {
            return Err("it ends too early".to_owned());
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(bounds::EDGE);
        limits.max_image_height = Some(bounds::EDGE);
        limits.max_alloc = Some(room.all);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|why| why.to_string())?;
        let (width, height) = decoder.dimensions();
        // The image, its central square, and that square as RGB or RGBA.
        let needed = 2 * decoder.total_bytes() + 7 * u64::from(width) * u64::from(height);
        let work = || {
            let orientation = decoder.orientation().map_err(|why| why.to_string())?;
            let mut image = DynamicImage::from_decoder(decoder).map_err(|why| why.to_string())?;
            image.apply_orientation(orientation);
            pixels::append_square(&image, side, &mut out);
            Ok(())
        };
        room.with(needed, work).unwrap_or_else(|| {
            Err(format!(
                "{width}x{height} pixels need {}, {} are allowed by data.memory",
                shown(needed),
                shown(room.all)
            ))
        })
    });
    match decoded {
        Ok(Ok(())) => Ok(out),
        Ok(Err(why)) => Err(why),
        Err(_) => Err("its decoder failed".to_owned()),
    }
}

/// Whether a JPEG file goes up to its end-of-image marker (ITU T.81, B.1.1): its decoder fills the
/// rest of one that was cut off with grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    const START: u8 = 0xD8;
    const END: u8 = 0xD9;
    /// Stuffing, restarts and filling: markers without a segment.
    fn is_bare(marker: u8) -> bool {
        matches!(marker, 0x00 | 0x01 | 0xD0..=0xD7 | START)
    }
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&b| b == 0xFF))
    {
        at += found + 1;
        match bytes.get(at) {
            None => return false,
            Some(&END) => return true,
            // Any number of these bytes may come before a marker.
            Some(0xFF) => {}
            Some(&marker) if is_bare(marker) => at += 1,
            Some(_) => {
                let Some(&[high, low]) = bytes.get(at + 1..at + 3) else {
                    return false;
                };
                at += 1 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    const PLENTY: u64 = 1 << 30;

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let image = RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 99]));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_cut_is_refused() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let whole = encoded(format);
            let room = Room::new(PLENTY);
            assert_eq!(decode(&whole, 8, &room).unwrap().len(), 3 * 64);
            for cut in [1, 2, 20, whole.len() / 3, whole.len() / 2, whole.len() - 13] {
                let cut = &whole[..whole.len() - cut];
                // PNG's last chunk is empty and holds nothing of the picture.
                let is_left_out = format == ImageFormat::Png && whole.len() - cut.len() <= 12;
                assert!(decode(cut, 8, &room).is_err() || is_left_out, "{format:?}");
            }
            assert_eq!(*room.left.lock().unwrap(), PLENTY);
        }
    }

    #[test]
    fn a_jpeg_within_a_jpeg_ends_nothing() {
        let whole = encoded(ImageFormat::Jpeg);
        let thumbnail = [&[0xFF, 0xE1, 0, 6][..], &[0xFF, 0xD9, 0xFF, 0xD9]].concat();
        let with = [&whole[..2], &thumbnail, &whole[2..]].concat();
        assert!(is_whole_jpeg(&with));
        assert!(!is_whole_jpeg(&with[..with.len() - 2]));
    }

    #[test]
    fn a_decoder_that_panics_is_an_error() {
        let image = image::GrayImage::new(9, 9);
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let mut bytes = bytes.into_inner();
        // The colour type becomes that of a palette, of which there is none.
        bytes[25] = 3;
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        decode(&bytes, 8, &Room::new(PLENTY)).unwrap_err();
    }

    #[test]
    fn an_image_beyond_the_room_is_refused_before_it_is_decoded() {
        let why = decode(&encoded(ImageFormat::Png), 8, &Room::new(15_000)).unwrap_err();
        assert_eq!(
            why,
            "40x30 pixels need 16 kB, 15 kB are allowed by data.memory"
        );
        // Two threads that fit one at a time take turns.
        let (image, room) = (encoded(ImageFormat::Png), Room::new(16_000));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| decode(&image, 8, &room).unwrap());
            }
        });
    }
}
