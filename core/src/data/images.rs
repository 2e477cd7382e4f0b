//! Images in memory.

use crate::error::{Error, Result};

/// Least number of images in a set: a GAN would only memorise fewer.
pub const MIN_IMAGES: usize = 64;

/// Decoded square images of one size.
#[derive(Clone, Debug)]
pub struct ImageSet {
    /// The source's name.
    pub name: &'static str,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Side in pixels.
    pub side: usize,
    /// Class of each image, if the source has classes.
    pub labels: Option<Vec<u16>>,
    /// Name of each class, by its label; empty without labels.
    pub classes: Vec<String>,
    /// [len, channels, side, side]
    pixels: Vec<u8>,
}

impl ImageSet {
    /// Wraps decoded pixels, [len, channels, side, side]. Classes have numbers for names until
    /// [`Self::named`].
    pub fn new(
        name: &'static str,
        channels: usize,
        side: usize,
        pixels: Vec<u8>,
        labels: Option<Vec<u16>>,
    ) -> Result<Self> {
        let last = labels.iter().flatten().max().copied();
        let set = Self {
            name,
            channels,
            side,
            labels,
            classes: last.map_or_else(Vec::new, |last| {
                (0..=last).map(|class| class.to_string()).collect()
            }),
            pixels,
        };
        let count = set.len();
        if count < MIN_IMAGES {
            return Err(Error::Data(format!(
                "{name}: {count} images found, at least {MIN_IMAGES} are needed"
            )));
        }
        if count * set.stride() != set.pixels.len()
            || set
                .labels
                .as_ref()
                .is_some_and(|labels| labels.len() != count)
        {
            return Err(Error::Data(format!(
                "{name}: {} bytes and {:?} labels do not make whole images of {channels}x{side}x{side}",
                set.pixels.len(),
                set.labels.as_ref().map(Vec::len)
            )));
        }
        Ok(set)
    }

    /// Names the classes. Names may outnumber the labels in use; a set without labels takes none.
    pub fn named(mut self, classes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        if self.labels.is_some() {
            let names: Vec<String> = classes.into_iter().map(Into::into).collect();
            if names.len() >= self.classes.len() {
                self.classes = names;
            }
        }
        self
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len() / self.stride().max(1)
    }

    /// Always false, see [`MIN_IMAGES`].
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// One image's bytes, [channels, side, side].
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.stride()..][..self.stride()]
    }

    /// Writes one image, mirrored left to right if `flip`, scaled to [-1, 1], as
    /// [channels, side, side].
    pub fn write(&self, index: usize, flip: bool, out: &mut [f32]) {
        let rows = self.image(index).chunks_exact(self.side);
        for (row, out) in rows.zip(out.chunks_exact_mut(self.side)) {
            if flip {
                out.iter_mut()
                    .zip(row.iter().rev())
                    .for_each(|(out, byte)| *out = signed(*byte));
            } else {
                out.iter_mut()
                    .zip(row)
                    .for_each(|(out, byte)| *out = signed(*byte));
            }
        }
    }

    fn stride(&self) -> usize {
        self.channels * self.side * self.side
    }
}

fn signed(byte: u8) -> f32 {
    f32::from(byte) / 127.5 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> ImageSet {
        let pixels = (0..64)
            .flat_map(|i| [0, 255, i, 0, 51, 0, 0, 204])
            .collect();
        ImageSet::new("shapes", 2, 2, pixels, None).unwrap()
    }

    #[test]
    fn images_are_scaled_and_mirrored() {
        let mut out = [9.0; 8];
        set().write(5, false, &mut out);
        assert_eq!(out[..2], [-1.0, 1.0]);
        assert!((out[4] + 0.6).abs() < 1e-6 && (out[7] - 0.6).abs() < 1e-6);
        let plain = out;
        set().write(5, true, &mut out);
        assert_eq!(out, [1, 0, 3, 2, 5, 4, 7, 6].map(|i| plain[i]));
    }

    #[test]
    fn classes_have_names_or_numbers() {
        let labels = |last| {
            let mut labels = vec![0; 64];
            labels[9] = last;
            Some(labels)
        };
        let set = |labels| ImageSet::new("shapes", 1, 2, vec![0; 4 * 64], labels).unwrap();
        assert_eq!(set(labels(2)).classes, ["0", "1", "2"]);
        assert_eq!(
            set(labels(1)).named(["a", "b", "c"]).classes,
            ["a", "b", "c"]
        );
        assert_eq!(set(labels(1)).named(["a"]).classes, ["0", "1"]);
        assert!(set(None).named(["a"]).classes.is_empty());
    }

    #[test]
    fn too_few_or_torn_pixels_are_refused() {
        assert!(ImageSet::new("shapes", 1, 2, vec![0; 4 * 63], None).is_err());
        assert!(ImageSet::new("shapes", 1, 2, vec![0; 4 * 64 + 1], None).is_err());
        assert!(ImageSet::new("shapes", 1, 2, vec![0; 4 * 64], Some(vec![0; 63])).is_err());
        assert!(ImageSet::new("shapes", 1, 2, vec![0; 4 * 64], Some(vec![0; 64])).is_ok());
    }
}
