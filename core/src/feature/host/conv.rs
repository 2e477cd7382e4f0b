//! Convolution as one matrix product of weights and patches. Patches are packed a few columns at a
//! time and never laid out as a whole (implicit im2col). A tile of outputs stays in registers, as
//! in BLIS (Van Zee, van de Geijn 2015).

use pulp::{Arch, Simd, WithSimd};

use super::Maps;
use crate::feature::plan::Conv;

/// Output channels of a tile.
const ROWS: usize = 6;
/// Vectors of columns of a tile.
const VECTORS: usize = 2;
/// Columns of the widest tile, that of AVX-512. Inputs are readable this far beyond their end.
pub(super) const SLACK: usize = VECTORS * 16;
/// Places of a patch packed at once: a panel of them stays in the first-level cache.
const DEPTH: usize = 128;
/// Columns whose sums stay in the second-level cache.
const COLUMNS: usize = 512;

/// A convolution's weights, laid out for [`apply`].
#[derive(Debug)]
pub struct Packed {
    spec: Conv,
    /// Input channels.
    inputs: usize,
    /// Weights by block of places, then by tile of output channels: each entry has a tile's weights
    /// of one place. Places are ordered by tap, then by input channel.
    weights: Vec<[f32; ROWS]>,
    bias: Vec<f32>,
}

impl Packed {
    /// Packs `weight` `[outputs, inputs, kh, kw]` with `bias` `[outputs]`.
    pub fn new(spec: Conv, inputs: usize, weight: &[f32], bias: Vec<f32>) -> Self {
        let taps = spec.kernel[0] * spec.kernel[1];
        let places = inputs * taps;
        let mut weights = Vec::with_capacity(places * spec.outputs.div_ceil(ROWS));
        for first in (0..places).step_by(DEPTH) {
            for row in (0..spec.outputs).step_by(ROWS) {
                for place in first..places.min(first + DEPTH) {
                    let (tap, input) = (place / inputs, place % inputs);
                    weights.push(std::array::from_fn(|lane| {
                        let at = ((row + lane) * inputs + input) * taps + tap;
                        if row + lane < spec.outputs {
                            weight[at]
                        } else {
                            0.0
                        }
                    }));
                }
            }
        }
        Self {
            spec,
            inputs,
            weights,
            bias,
        }
    }
}

/// The convolution of `x`, with bias and, if the layer has one, ReLU.
pub fn apply(conv: &Packed, x: &Maps) -> Maps {
    let (h, w) = conv.spec.side(x.h, x.w);
    let mut y = Maps::new(conv.spec.outputs, x.n, h, w);
    Arch::new().dispatch(Product { conv, x, y: &mut y });
    y
}

struct Product<'a> {
    conv: &'a Packed,
    x: &'a Maps,
    y: &'a mut Maps,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { conv, x, y } = self;
        let width = VECTORS * S::F32_LANES;
        let columns = y.plane();
        let places = conv.inputs * conv.spec.kernel[0] * conv.spec.kernel[1];
        let tiles = conv.spec.outputs.div_ceil(ROWS);
        let mut packed = vec![0.0; (DEPTH + 1) * width];
        let mut runs = Runs::default();
        for block in (0..columns).step_by(COLUMNS) {
            for first in (0..places).step_by(DEPTH) {
                let depth = DEPTH.min(places - first);
                let weights = &conv.weights[first * tiles..][..depth * tiles];
                let ends = Ends {
                    is_first: first == 0,
                    is_last: first + depth == places,
                };
                for column in (block..columns.min(block + COLUMNS)).step_by(width) {
                    let count = width.min(columns - column);
                    pack::<S>(
                        conv,
                        x,
                        y,
                        column..column + count,
                        first..first + depth,
                        &mut runs,
                        &mut packed,
                    );
                    let panel = S::as_simd_f32s(&packed[..depth * width]).0;
                    for (tile, weights) in weights.chunks_exact(depth).enumerate() {
                        let sums = Tile {
                            conv,
                            first: tile * ROWS,
                            column,
                            count,
                            ends,
                        };
                        sums.add(simd, weights, panel, y);
                    }
                }
            }
        }
    }
}

/// Whether a block of places is the first, which starts from the bias, or the last, before ReLU.
#[derive(Clone, Copy)]
struct Ends {
    is_first: bool,
    is_last: bool,
}

/// Place of a tile of sums.
struct Tile<'a> {
    conv: &'a Packed,
    /// First output channel of the tile.
    first: usize,
    column: usize,
    /// Number of columns that exist.
    count: usize,
    ends: Ends,
}

impl Tile<'_> {
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, weights: &[[f32; ROWS]], panel: &[S::f32s], y: &mut Maps) {
        let width = VECTORS * S::F32_LANES;
        let columns = y.plane();
        let rows = ROWS.min(self.conv.spec.outputs - self.first);
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate().take(rows) {
            let channel = self.first + row;
            if self.ends.is_first {
                *sums = [simd.splat_f32s(self.conv.bias[channel]); VECTORS];
                continue;
            }
            // Values beyond the last column belong to the next channel or the slack; they are not
            // written back.
            let from = &y.values[channel * columns + self.column..][..width];
            sums.copy_from_slice(S::as_simd_f32s(from).0);
        }
        for (weights, x) in weights.iter().zip(panel.as_chunks::<VECTORS>().0) {
            for (sums, &weight) in sums.iter_mut().zip(weights) {
                let weight = simd.splat_f32s(weight);
                for (sum, &x) in sums.iter_mut().zip(x) {
                    *sum = simd.mul_add_e_f32s(weight, x, *sum);
                }
            }
        }
        let zero = simd.splat_f32s(0.0);
        for (row, sums) in sums.iter_mut().enumerate().take(rows) {
            if self.ends.is_last && self.conv.spec.relu {
                for sum in sums.iter_mut() {
                    *sum = simd.max_f32s(*sum, zero);
                }
            }
            let to = &mut y.values[(self.first + row) * columns + self.column..][..self.count];
            if self.count == width {
                S::as_mut_simd_f32s(to).0.copy_from_slice(sums);
            } else {
                to.copy_from_slice(&bytemuck::cast_slice(sums.as_slice())[..self.count]);
            }
        }
    }
}

/// A stretch of a panel's columns that are neighbours in the input too.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// First column within the panel.
    to: usize,
    /// Start in an input channel; `None` in the padding.
    from: Option<usize>,
}

/// The runs of one tap.
#[derive(Debug, Default)]
struct Runs(Vec<Run>);

impl Runs {
    /// Finds the runs of `columns` at `tap`.
    fn find(
        &mut self,
        spec: &Conv,
        x: &Maps,
        y: &Maps,
        columns: std::ops::Range<usize>,
        tap: usize,
    ) {
        self.0.clear();
        let (ky, kx) = (tap / spec.kernel[1], tap % spec.kernel[1]);
        let (mut image, mut row, mut left) = {
            let (rows, left) = (columns.start / y.w, columns.start % y.w);
            (rows / y.h, rows % y.h, left)
        };
        let mut next = None;
        for to in 0..columns.len() {
            let (iy, ix) = (row * spec.stride + ky, left * spec.stride + kx);
            let inside = (spec.pad[0]..x.h + spec.pad[0]).contains(&iy)
                && (spec.pad[1]..x.w + spec.pad[1]).contains(&ix);
            let from = inside.then(|| (image * x.h + iy - spec.pad[0]) * x.w + ix - spec.pad[1]);
            let goes_on = to > 0 && from == next;
            if !goes_on {
                self.0.push(Run { to, from });
            }
            next = from.map(|from| from + 1);
            left += 1;
            if left == y.w {
                (left, row) = (0, row + 1);
                if row == y.h {
                    (row, image) = (0, image + 1);
                }
            }
        }
    }
}

/// Packs `places` of the patches of `columns`: `[places, width]`.
#[inline(always)]
fn pack<S: Simd>(
    conv: &Packed,
    x: &Maps,
    y: &Maps,
    columns: std::ops::Range<usize>,
    places: std::ops::Range<usize>,
    runs: &mut Runs,
    packed: &mut [f32],
) {
    let width = VECTORS * S::F32_LANES;
    let plane = x.plane();
    let mut tap = usize::MAX;
    for (row, place) in places.enumerate() {
        if tap != place / conv.inputs {
            tap = place / conv.inputs;
            runs.find(&conv.spec, x, y, columns.clone(), tap);
        }
        let channel = &x.values[place % conv.inputs * plane..];
        let packed = &mut packed[row * width..][..2 * width];
        // Every run is copied or cleared a whole width long; the next run or place overwrites the
        // excess.
        for run in &runs.0 {
            let to = &mut packed[run.to..][..width];
            match run.from {
                Some(from) => to.copy_from_slice(&channel[from..][..width]),
                None => to.fill(0.0),
            }
        }
    }
}
