//! Counts the modes of the procedural images by templates, without a network.

use rayon::prelude::*;

use super::modes::{ModeReport, Tally};
use crate::data::shapes::{MODES, PALETTE, SHAPES, coverage};

/// Correlation with a template that a readable image reaches ...
const MIN_CORRELATION: f32 = 0.88;
/// ... and the largest distance of its colour from a hue of the palette, in RGB of [0, 1].
const MAX_COLOUR_DISTANCE: f32 = 0.25;
/// Radii and shifts of the templates, in image sides.
const RADII: [f32; 3] = [0.35, 0.38, 0.41];
const SHIFTS: [f32; 5] = [-0.1, -0.05, 0.0, 0.05, 0.1];

/// Reading of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Nearest mode (`data::shapes`), shape * 6 + hue; `None` for an image that is not finite.
    pub mode: Option<usize>,
    /// Correlation with the best template.
    pub correlation: f32,
    /// Distance from the nearest hue.
    pub colour_distance: f32,
}

impl Reading {
    /// Whether the image clearly shows its mode.
    pub fn is_readable(&self) -> bool {
        self.correlation > MIN_CORRELATION && self.colour_distance < MAX_COLOUR_DISTANCE
    }
}

/// Reads procedural images of one side.
pub struct ShapeReader {
    side: usize,
    /// [6 * 75, side * side], each of mean 0 and norm 1, shape by shape.
    templates: Vec<f32>,
}

impl ShapeReader {
    /// Draws the templates: every shape in three sizes at 25 places.
    pub fn new(side: usize) -> Self {
        let mut templates = Vec::new();
        for shape in 0..SHAPES.len() {
            for radius in RADII {
                for (dx, dy) in SHIFTS.iter().flat_map(|dx| SHIFTS.map(|dy| (dx, dy))) {
                    let mut template = coverage(shape, side, [0.5 + dx, 0.5 + dy], radius);
                    normalise(&mut template);
                    templates.extend(template);
                }
            }
        }
        Self { side, templates }
    }

    /// Counts the modes of images, [n, 3, side, side] in [-1, 1]; a mode is covered from 0.5 % of
    /// the images on.
    pub fn modes(&self, pixels: &[f32]) -> ModeReport {
        let readings: Vec<_> = pixels
            .par_chunks_exact(3 * self.side * self.side)
            .map(|image| self.read(image))
            .collect();
        let mut tally = Tally::new(MODES);
        readings
            .iter()
            .for_each(|reading| tally.add(reading.mode, reading.is_readable()));
        tally.report(200)
    }

    /// Reads one image, [3, side, side] in [-1, 1].
    pub fn read(&self, image: &[f32]) -> Reading {
        let area = self.side * self.side;
        if !image.iter().all(|value| value.is_finite()) {
            return Reading {
                mode: None,
                correlation: 0.0,
                colour_distance: f32::INFINITY,
            };
        }
        let contrast = self.contrast(image);
        let peak = contrast.iter().copied().fold(0.0, f32::max);
        let colour = mean_colour(image, |i| contrast[i] >= 0.75 * peak);
        let (hue, colour_distance) = nearest_hue(colour);

        let mut outline = contrast;
        normalise(&mut outline);
        let scores = self
            .templates
            .chunks_exact(area)
            .map(|template| dot(template, &outline));
        let (best, correlation) = scores.enumerate().fold((0, f32::MIN), |best, (i, score)| {
            if score > best.1 { (i, score) } else { best }
        });
        let shape = best / (RADII.len() * SHIFTS.len() * SHIFTS.len());
        Reading {
            mode: Some(shape * PALETTE.len() + hue),
            correlation,
            colour_distance,
        }
    }

    /// Distance of each pixel's colour from its row's border, [side, side], of intensities in
    /// [0, 1].
    fn contrast(&self, image: &[f32]) -> Vec<f32> {
        let mut squares = vec![0.0; self.side * self.side];
        for plane in image.chunks_exact(self.side * self.side) {
            for (row, out) in plane
                .chunks_exact(self.side)
                .zip(squares.chunks_exact_mut(self.side))
            {
                let border = (row[0] + row[self.side - 1]) / 2.0;
                out.iter_mut()
                    .zip(row)
                    .for_each(|(out, value)| *out += ((value - border) / 2.0).powi(2));
            }
        }
        squares
            .iter_mut()
            .for_each(|square| *square = square.sqrt());
        squares
    }
}

fn mean_colour(image: &[f32], counts: impl Fn(usize) -> bool) -> [f32; 3] {
    let area = image.len() / 3;
    let inked: Vec<usize> = (0..area).filter(|&i| counts(i)).collect();
    [0, 1, 2].map(|channel| {
        let sum: f32 = inked
            .iter()
            .map(|i| (image[channel * area + i] + 1.0) / 2.0)
            .sum();
        sum / inked.len() as f32
    })
}

fn nearest_hue(colour: [f32; 3]) -> (usize, f32) {
    let distance = |hue: &[f32; 3]| {
        hue.iter()
            .zip(colour)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f32>()
            .sqrt()
    };
    let distances = PALETTE.iter().map(distance);
    distances.enumerate().fold(
        (0, f32::INFINITY),
        |best, (i, d)| if d < best.1 { (i, d) } else { best },
    )
}

/// Shifts to mean 0 and scales to norm 1; a flat image becomes 0.
fn normalise(image: &mut [f32]) {
    let mean = image.iter().sum::<f32>() / image.len() as f32;
    image.iter_mut().for_each(|value| *value -= mean);
    let norm = dot(image, image).sqrt() + 1e-6;
    image.iter_mut().for_each(|value| *value /= norm);
}

/// Eight sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DataConfig;
    use crate::data::{Dataset, ImageSet, open};

    fn real(side: usize) -> (ImageSet, Vec<f32>) {
        let config = DataConfig {
            source: "shapes".into(),
            side,
            flip: false,
            limit: 0,
            memory: 0,
        };
        let Dataset::Images(images) = open(&config).unwrap() else {
            panic!("shapes are images")
        };
        let stride = 3 * side * side;
        let mut pixels = vec![0.0; images.len() * stride];
        pixels
            .chunks_exact_mut(stride)
            .enumerate()
            .for_each(|(i, out)| images.write(i, false, out));
        (images, pixels)
    }

    #[test]
    fn every_real_image_is_read_right() {
        for side in [16, 32] {
            let (images, pixels) = real(side);
            let reader = ShapeReader::new(side);
            let labels = images.labels.unwrap();
            let readings: Vec<_> = pixels
                .par_chunks_exact(3 * side * side)
                .map(|image| reader.read(image))
                .collect();
            for (i, (reading, label)) in readings.iter().zip(labels).enumerate() {
                assert_eq!(
                    reading.mode,
                    Some(usize::from(label)),
                    "image {i} of side {side}: {reading:?}"
                );
                assert!(
                    reading.is_readable(),
                    "image {i} of side {side}: {reading:?}"
                );
            }
            let report = reader.modes(&pixels);
            assert_eq!(
                (report.modes, report.total, report.high_quality),
                (MODES, MODES, 1.0)
            );
            assert!(report.kl < 0.01);
        }
    }

    #[test]
    fn other_images_are_not_readable() {
        let reader = ShapeReader::new(16);
        let flat = vec![0.3; 768];
        let stripes: Vec<f32> = (0..768)
            .map(|i| if i % 4 < 2 { 1.0 } else { -1.0 })
            .collect();
        let broken = vec![f32::NAN; 768];
        for image in [&flat, &stripes, &broken] {
            assert!(!reader.read(image).is_readable());
        }
        assert_eq!(reader.modes(&broken).high_quality, 0.0);
    }

    #[test]
    fn a_missing_shape_is_missed() {
        let (images, pixels) = real(16);
        let labels = images.labels.unwrap();
        let without_stars: Vec<f32> = pixels
            .chunks_exact(768)
            .zip(labels)
            .filter(|(_, label)| label / 6 != 3)
            .flat_map(|(image, _)| image.iter().copied())
            .collect();
        let report = ShapeReader::new(16).modes(&without_stars);
        assert_eq!(report.modes, MODES - PALETTE.len());
        assert!(report.kl > 0.1);
    }
}
