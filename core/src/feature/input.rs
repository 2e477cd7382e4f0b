//! Converts bytes of images to a network's input.

use super::network::{Network, Scale};

/// Images as bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Side in pixels.
    pub side: usize,
    /// `[n, channels, side, side]`.
    pub values: &'a [u8],
}

impl Bytes<'_> {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.values.len() / self.area().max(1)
    }

    /// Whether it holds no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The images `range`.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        Self {
            values: &self.values[range.start * self.area()..range.end * self.area()],
            ..*self
        }
    }

    fn area(&self) -> usize {
        self.channels * self.side * self.side
    }
}

/// Samples in [-1, 1] as bytes: `127.5 x + 127.5`, clamped, then truncated, as the authors do it.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    // The conversion saturates and turns NaN into 0.
    values
        .iter()
        .map(|value| (127.5 * value + 127.5) as u8)
        .collect()
}

/// Bilinear resize of images to a network's side; the variants differ in the points that they
/// align.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resize {
    /// As pytorch-fid: pixels are areas, and the corners of the areas meet.
    #[default]
    Torch,
    /// As TensorFlow 1 and torch-fidelity: the centres of the first pixels meet, and the scale is
    /// `(x - 128) / 128` instead of `x / 127.5 - 1`.
    TensorFlow,
}

impl Resize {
    /// Name of the resize.
    pub fn name(self) -> &'static str {
        match self {
            Self::Torch => "torch",
            Self::TensorFlow => "tensorflow",
        }
    }
}

impl std::str::FromStr for Resize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Torch, Self::TensorFlow]
            .into_iter()
            .find(|resize| resize.name() == text)
            .ok_or_else(|| format!("'{text}' is not a way to resize; choose torch or tensorflow"))
    }
}

/// Prepares images for a network.
pub struct Input {
    network: Network,
    resize: Resize,
    /// For each pixel of a row or column: its two neighbours in the image, and the weight of the
    /// second.
    places: Vec<(usize, usize, f32)>,
    side: usize,
}

impl Input {
    /// Prepares for images of `side` pixels.
    pub fn new(network: Network, resize: Resize, side: usize) -> Self {
        let ratio = side as f32 / network.side() as f32;
        let place = |at: usize| {
            let at = match resize {
                Resize::Torch => ((at as f32 + 0.5) * ratio - 0.5).max(0.0),
                Resize::TensorFlow => at as f32 * ratio,
            };
            let first = (at as usize).min(side - 1);
            (first, (first + 1).min(side - 1), at - first as f32)
        };
        Self {
            network,
            resize,
            places: (0..network.side()).map(place).collect(),
            side,
        }
    }

    /// Writes channel `channel` (of three) of image `index` as the network's input `[side, side]`.
    pub fn write(&self, images: &Bytes, index: usize, channel: usize, out: &mut [f32]) {
        let own = channel.min(images.channels - 1);
        let plane = (index * images.channels + own) * self.side * self.side;
        let plane = &images.values[plane..][..self.side * self.side];
        let scaled: Vec<f32> = plane
            .iter()
            .map(|&byte| self.value(byte, channel))
            .collect();
        for (&(upper, lower, down), out) in self
            .places
            .iter()
            .zip(out.chunks_exact_mut(self.places.len()))
        {
            let (upper, lower) = (&scaled[upper * self.side..], &scaled[lower * self.side..]);
            for (&(left, right, across), out) in self.places.iter().zip(out) {
                let mix = |row: &[f32]| row[left] + (row[right] - row[left]) * across;
                let (above, below) = (mix(upper), mix(lower));
                *out = above + (below - above) * down;
            }
        }
    }

    /// A byte on the network's scale. Enlarging is linear, so scaling may come first or last.
    fn value(&self, byte: u8, channel: usize) -> f32 {
        let byte = f32::from(byte);
        match (self.network.scale(), self.resize) {
            (Scale::Signed, Resize::Torch) => byte / 255.0 * 2.0 - 1.0,
            (Scale::Signed, Resize::TensorFlow) => (byte - 128.0) / 128.0,
            (Scale::Standard(mean, deviation), _) => {
                (byte / 255.0 - mean[channel]) / deviation[channel]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_truncated_to_bytes() {
        let samples = [
            -2.0,
            -1.0,
            -0.999,
            0.0,
            0.0039,
            0.004,
            0.9999,
            1.0,
            3.0,
            f32::NAN,
        ];
        assert_eq!(
            to_bytes(&samples),
            [0, 0, 0, 127, 127, 128, 254, 255, 255, 0]
        );
    }

    #[test]
    fn an_image_of_the_right_side_stays_as_it_is() {
        let network = Network::ResNet { blocks: 1 };
        let values: Vec<u8> = (0..32 * 32).map(|i| (i * 7 % 256) as u8).collect();
        let grey = Bytes {
            channels: 1,
            side: 32,
            values: &values,
        };
        for resize in [Resize::Torch, Resize::TensorFlow] {
            let mut out = vec![0.0; 32 * 32];
            Input::new(network, resize, 32).write(&grey, 0, 2, &mut out);
            let back = |value: f32| (value * 0.225 + 0.406) * 255.0;
            assert!(
                out.iter()
                    .zip(&values)
                    .all(|(out, byte)| (back(*out) - f32::from(*byte)).abs() < 1e-3)
            );
        }
    }
}
