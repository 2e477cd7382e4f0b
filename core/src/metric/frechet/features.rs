//! The fixed map from images to features: layout and colour from the image averaged over a 4 x 4
//! grid, edges and texture from two layers of random 3 x 3 filters with ReLU, averaged over a 2 x 2
//! grid and over the whole image.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

/// Seed of the filters; changing it, or anything below, makes a new measure.
const SEED: u64 = 1;
const FILTERS: [usize; 2] = [16, 32];
/// Factors of each layer's features, so that layout does not drown texture.
const GAINS: [f32; 2] = [2.0, 4.0];

/// The fixed map from images to features.
#[derive(Clone, Debug)]
pub struct FeatureMap {
    channels: usize,
    side: usize,
    layers: [Convolution; 2],
}

impl FeatureMap {
    /// The map for images of this shape.
    pub fn new(channels: usize, side: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let first = Convolution::random(channels, FILTERS[0], &mut rng);
        let second = Convolution::random(FILTERS[0], FILTERS[1], &mut rng);
        Self {
            channels,
            side,
            layers: [first, second],
        }
    }

    /// Number of features.
    pub fn dim(&self) -> usize {
        16 * self.channels + 4 * FILTERS[0] + FILTERS[1]
    }

    /// Features of `count` images, [count, channels, side, side] in [-1, 1], as [count, dim].
    pub fn features(&self, pixels: &[f32], count: usize) -> Vec<f64> {
        let stride = self.channels * self.side * self.side;
        pixels[..count * stride]
            .par_chunks_exact(stride)
            .flat_map_iter(|image| self.image(image))
            .collect()
    }

    fn image(&self, image: &[f32]) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.dim());
        pool(image, self.side, 4, 1.0, &mut out);
        let first = self.layers[0].relu(image, self.side);
        pool(&first, self.side, 2, GAINS[0], &mut out);
        let half = self.side.div_ceil(2);
        let mut small = Vec::new();
        pool(&first, self.side, half, 1.0, &mut small);
        let small: Vec<f32> = small.into_iter().map(|value| value as f32).collect();
        let second = self.layers[1].relu(&small, half);
        pool(&second, half, 1, GAINS[1], &mut out);
        out
    }
}

/// Random 3 x 3 filters.
#[derive(Clone, Debug)]
struct Convolution {
    inputs: usize,
    /// [filters, inputs, 3, 3]
    weights: Vec<f32>,
}

impl Convolution {
    /// Filters that ignore constant images, of norm sqrt(2): ReLU then keeps the mean square.
    fn random(inputs: usize, filters: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut weights: Vec<f32> = (0..filters * inputs * 9)
            .map(|_| rng.sample(StandardNormal))
            .collect();
        for filter in weights.chunks_exact_mut(inputs * 9) {
            for plane in filter.chunks_exact_mut(9) {
                let mean = plane.iter().sum::<f32>() / 9.0;
                plane.iter_mut().for_each(|weight| *weight -= mean);
            }
            let norm = filter
                .iter()
                .map(|weight| weight * weight)
                .sum::<f32>()
                .sqrt();
            filter
                .iter_mut()
                .for_each(|weight| *weight *= 2.0_f32.sqrt() / norm);
        }
        Self { inputs, weights }
    }

    /// ReLU of the filtered image, [filters, side, side]; the border repeats.
    fn relu(&self, image: &[f32], side: usize) -> Vec<f32> {
        let wide = side + 2;
        let padded = pad(image, side);
        let filters = self.weights.len() / (9 * self.inputs);
        let mut out = Vec::with_capacity(filters * side * side);
        // Rows keep the padded width, so each weight is one long multiply-add over the plane.
        let mut sums = vec![0.0; side * wide - 2];
        for filter in self.weights.chunks_exact(9 * self.inputs) {
            sums.fill(0.0);
            for (i, weight) in filter.iter().enumerate() {
                let start = i / 9 * wide * wide + i % 9 / 3 * wide + i % 3;
                sums.iter_mut()
                    .zip(&padded[start..])
                    .for_each(|(sum, value)| *sum += weight * value);
            }
            out.extend(
                sums.chunks(wide)
                    .flat_map(|row| &row[..side])
                    .map(|sum| sum.max(0.0)),
            );
        }
        out
    }
}

/// Planes with their border repeated once, [n, side + 2, side + 2].
fn pad(planes: &[f32], side: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(planes.len() / (side * side) * (side + 2) * (side + 2));
    for plane in planes.chunks_exact(side * side) {
        for y in 0..side + 2 {
            let row = &plane[y.saturating_sub(1).min(side - 1) * side..][..side];
            out.push(row[0]);
            out.extend_from_slice(row);
            out.push(row[side - 1]);
        }
    }
    out
}

/// Averages each plane over a grid of `cells` x `cells` and appends the averages, times `gain`.
fn pool(planes: &[f32], side: usize, cells: usize, gain: f32, out: &mut Vec<f64>) {
    let bounds = |cell: usize| cell * side / cells..(cell + 1) * side / cells;
    for plane in planes.chunks_exact(side * side) {
        for (rows, columns) in
            (0..cells * cells).map(|cell| (bounds(cell / cells), bounds(cell % cells)))
        {
            let count = rows.len() * columns.len();
            let sum: f32 = rows
                .map(|y| plane[y * side..][columns.clone()].iter().sum::<f32>())
                .sum();
            out.push(f64::from(gain * sum) / count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_covers_uneven_sides() {
        let mut out = Vec::new();
        pool(
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
            3,
            2,
            2.0,
            &mut out,
        );
        assert_eq!(out, [2.0, 5.0, 11.0, 14.0]);
    }

    #[test]
    fn filters_ignore_a_constant_and_match_a_direct_sum() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let layer = Convolution::random(2, 3, &mut rng);
        assert!(
            layer
                .relu(&[0.7; 32], 4)
                .iter()
                .all(|value| value.abs() < 1e-5)
        );

        let image: Vec<f32> = (0..32).map(|_| rng.random_range(-1.0..1.0)).collect();
        let out = layer.relu(&image, 4);
        for (i, value) in out.iter().enumerate() {
            let (filter, y, x) = (i / 16, i / 4 % 4, i % 4);
            let mut sum = 0.0;
            for tap in 0..18 {
                let at = |place: usize, step: usize| (place + step).saturating_sub(1).min(3);
                let value = image[tap / 9 * 16 + at(y, tap % 9 / 3) * 4 + at(x, tap % 3)];
                sum += layer.weights[filter * 18 + tap] * value;
            }
            assert!((value - sum.max(0.0)).abs() < 1e-5);
        }
    }

    #[test]
    fn threads_do_not_change_features() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let pixels: Vec<f32> = (0..50 * 768).map(|_| rng.random_range(-1.0..1.0)).collect();
        let map = FeatureMap::new(3, 16);
        let alone: Vec<f64> = pixels
            .chunks_exact(768)
            .flat_map(|image| map.features(image, 1))
            .collect();
        assert_eq!(map.features(&pixels, 50), alone);
        assert_eq!(alone.len(), 50 * map.dim());
    }
}
