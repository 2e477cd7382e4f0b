//! DiffAugment (Zhao et al., 2020) applies the same random colours, shifts and holes to real and
//! fake images, in D's steps and in G's. Every operation is differentiable. ADAPT draws once per
//! iteration, for all of its batches.

use burn::tensor::{Device, Tensor, TensorData};

use crate::{config::AugmentConfig, kernel::product::product, net::Leaves, rng::Stream};

/// Augmentation of one iteration. Draws are per image: the first goes to the first image of every
/// batch.
#[derive(Clone, Debug)]
pub struct Augment {
    side: usize,
    /// Uniform draws for brightness, saturation and contrast.
    color: Option<[Vec<f32>; 3]>,
    /// Pixels by which rows and columns are shifted.
    translation: Option<[Vec<i64>; 2]>,
    /// Centre of the hole: row and column.
    cutout: Option<[Vec<i64>; 2]>,
}

impl Augment {
    /// Draws the augmentation of batches of up to `n` images of `side` pixels.
    pub fn draw(config: AugmentConfig, n: usize, side: usize, stream: &mut Stream) -> Self {
        let color = config.color.then(|| [(); 3].map(|()| stream.uniform(n)));
        let mut whole = |low: i64, count: usize| -> Vec<i64> {
            (0..n).map(|_| low + stream.below(count) as i64).collect()
        };
        let shift = share(side, 0.125);
        let translation = config
            .translation
            .then(|| [(); 2].map(|()| whole(-(shift as i64), 2 * shift + 1)));
        let hole = share(side, 0.5);
        let cutout = config
            .cutout
            .then(|| [(); 2].map(|()| whole(0, side + 1 - hole % 2)));
        Self {
            side,
            color,
            translation,
            cutout,
        }
    }

    /// Augments x `[n, channels, side, side]`, a tensor of the pass that `leaves` belong to.
    pub fn apply(&self, x: Tensor<4>, leaves: &Leaves) -> Tensor<4> {
        let (n, device) = (x.dims()[0], x.device());
        let lift = |tensor| leaves.lift(tensor);
        let mut x = x;
        if let Some(draws) = &self.color {
            let [b, s, c] = [0, 1, 2].map(|i| lift(per_image(&draws[i][..n], &device)));
            x = contrast(saturation(brightness(x, b), s), c);
        }
        if let Some([down, right]) = &self.translation {
            let [rows, columns] =
                [down, right].map(|by| lift(shifts(&by[..n], self.side, &device)));
            x = translation(x, rows, columns);
        }
        if let Some([rows, columns]) = &self.cutout {
            let holes = holes([&rows[..n], &columns[..n]], [self.side; 2], &device);
            x = x * lift(holes);
        }
        x
    }
}

/// A share of a side in whole pixels, rounded half up.
fn share(side: usize, of: f64) -> usize {
    (side as f64 * of + 0.5) as usize
}

/// Draws as a tensor `[n, 1, 1, 1]`.
pub fn per_image(draws: &[f32], device: &Device) -> Tensor<4> {
    Tensor::from_data(
        TensorData::new(draws.to_vec(), [draws.len(), 1, 1, 1]),
        device,
    )
}

/// Adds draw - 1/2 to all values of an image; draws in [0, 1), `[n, 1, 1, 1]`.
pub fn brightness(x: Tensor<4>, draws: Tensor<4>) -> Tensor<4> {
    x + (draws - 0.5)
}

/// Scales each colour's distance from its pixel's mean by 0 to 2.
pub fn saturation(x: Tensor<4>, draws: Tensor<4>) -> Tensor<4> {
    let mean = x.clone().mean_dim(1);
    (x - mean.clone()) * (draws * 2.0) + mean
}

/// Scales each value's distance from its image's mean by 0.5 to 1.5.
pub fn contrast(x: Tensor<4>, draws: Tensor<4>) -> Tensor<4> {
    let mean = x.clone().mean_dim(1).mean_dim(2).mean_dim(3);
    (x - mean.clone()) * (draws + 0.5) + mean
}

/// Shifts images by the [`shifts`] of their rows and columns; the space that opens is 0. The shift
/// is a product with zeros and ones, so its gradient is a product too, on every device.
pub fn translation(x: Tensor<4>, rows: Tensor<4>, columns: Tensor<4>) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    let matrices = |shifts: Tensor<4>, side| shifts.reshape([n, side, side]);
    // Puts the lines of all channels side by side, then one below the other.
    let x = x.swap_dims(1, 2).reshape([n, h, c * w]);
    let x = product(matrices(rows, h), x, [false, false]);
    let x = x.reshape([n, h, c, w]).swap_dims(1, 2);
    let x = product(
        x.reshape([n, c * h, w]),
        matrices(columns, w),
        [false, true],
    );
    x.reshape([n, c, h, w])
}

/// Matrices `[n, 1, side, side]` that move line `i + by` to line `i`.
pub fn shifts(by: &[i64], side: usize, device: &Device) -> Tensor<4> {
    let mut values = vec![0.0_f32; by.len() * side * side];
    for (matrix, &by) in values.chunks_exact_mut(side * side).zip(by) {
        for (line, row) in matrix.chunks_exact_mut(side).enumerate() {
            let from = usize::try_from(line as i64 + by).ok();
            if let Some(cell) = from.and_then(|from| row.get_mut(from)) {
                *cell = 1.0;
            }
        }
    }
    Tensor::from_data(TensorData::new(values, [by.len(), 1, side, side]), device)
}

/// Masks `[n, 1, height, width]`: 0 in a hole of half of each side, centred on the given row and
/// column, 1 elsewhere.
pub fn holes(middles: [&[i64]; 2], sides: [usize; 2], device: &Device) -> Tensor<4> {
    let (n, [height, width]) = (middles[0].len(), sides);
    let reach = |side: usize, middle: i64| {
        let size = share(side, 0.5) as i64;
        let (first, last) = (middle - size / 2, side as i64 - 1);
        let edge = |at: i64| at.clamp(0, last) as usize;
        edge(first)..edge(first + size - 1) + 1
    };
    let mut values = vec![1.0_f32; n * height * width];
    for (i, mask) in values.chunks_exact_mut(height * width).enumerate() {
        let columns = reach(width, middles[1][i]);
        for row in reach(height, middles[0][i]) {
            mask[row * width..][columns.clone()].fill(0.0);
        }
    }
    Tensor::from_data(TensorData::new(values, [n, 1, height, width]), device)
}
