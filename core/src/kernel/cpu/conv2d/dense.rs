//! The dense passes. A tile of output channels times pixels stays in registers (as in GEMM), and
//! inputs are read where they lie in the packed block.

use pulp::{Simd, WithSimd};

use super::{Sums, Taps, block::Blocks};

/// Channels, or kernel places, per tile.
pub(super) const TILE: usize = 8;
/// Vectors per tile on processors with many registers; elsewhere one.
pub(super) const VECTORS: usize = 2;
pub(super) const MANY_REGISTERS: usize = 32;

/// All weights, chunk by chunk of input channels, then by tile of output channels, then by place
/// (channel and tap).
pub(super) struct DenseTaps {
    weights: Vec<[f32; TILE]>,
    shifts: Vec<u32>,
    tiles: usize,
    outputs: usize,
    inputs: usize,
    chunk: usize,
    taps: usize,
}

impl DenseTaps {
    /// Lays out the weights; `weight(output, input, tap)` is a value.
    pub(super) fn new(
        blocks: &Blocks,
        inputs: usize,
        outputs: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let taps = blocks.shape.taps();
        let tiles = outputs.div_ceil(TILE);
        let mut weights = Vec::with_capacity(tiles * inputs * taps);
        for first in (0..inputs).step_by(blocks.chunk) {
            for tile in 0..tiles {
                for i in first..(first + blocks.chunk).min(inputs) {
                    for tap in 0..taps {
                        let mut values = [0.0; TILE];
                        let lanes = tile * TILE..((tile + 1) * TILE).min(outputs);
                        for (value, o) in values.iter_mut().zip(lanes) {
                            *value = weight(o, i, tap);
                        }
                        weights.push(values);
                    }
                }
            }
        }
        Self {
            weights,
            shifts: shifts(blocks),
            tiles,
            outputs,
            inputs,
            chunk: blocks.chunk,
            taps,
        }
    }
}

/// Offset of every place's input within a chunk.
pub(super) fn shifts(blocks: &Blocks) -> Vec<u32> {
    let taps = blocks.shape.taps();
    (0..blocks.chunk * taps)
        .map(|place| blocks.shift(place / taps, place % taps))
        .collect()
}

impl Taps for DenseTaps {
    fn pass<'a>(
        &'a self,
        chunk: usize,
        packed: &'a [f32],
        sums: Sums<'a>,
    ) -> impl WithSimd<Output = ()> {
        let first = chunk * self.chunk;
        let places = self.chunk.min(self.inputs - first) * self.taps;
        Pass {
            weights: &self.weights[first * self.taps * self.tiles..][..places * self.tiles],
            shifts: &self.shifts[..places],
            outputs: self.outputs,
            packed,
            sums,
        }
    }
}

struct Pass<'a> {
    weights: &'a [[f32; TILE]],
    shifts: &'a [u32],
    outputs: usize,
    packed: &'a [f32],
    sums: Sums<'a>,
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut at = 0;
        while at < self.sums.len {
            let rest = (self.sums.len - at).div_ceil(S::F32_LANES);
            at += if rest >= VECTORS && S::REGISTER_COUNT >= MANY_REGISTERS {
                self.tiles::<S, VECTORS>(simd, at)
            } else {
                self.tiles::<S, 1>(simd, at)
            };
        }
    }
}

impl Pass<'_> {
    /// Computes all outputs of the `V` vectors from `at` on; returns their number of values.
    #[inline(always)]
    fn tiles<S: Simd, const V: usize>(&mut self, simd: S, at: usize) -> usize {
        let width = V * S::F32_LANES;
        for (tile, weights) in self.weights.chunks_exact(self.shifts.len()).enumerate() {
            let mut acc = [[simd.splat_f32s(0.0); V]; TILE];
            let first = tile * TILE;
            let lanes = TILE.min(self.outputs - first);
            for (lane, acc) in acc.iter_mut().enumerate().take(lanes) {
                let line = first + lane;
                match self.sums.start {
                    Some(start) => *acc = [simd.splat_f32s(start.of(line)); V],
                    None => {
                        let from = self.sums.lines.part(line, at, width);
                        acc.copy_from_slice(S::as_simd_f32s(from).0);
                    }
                }
            }
            for (&shift, weights) in self.shifts.iter().zip(weights) {
                let (x, _) = S::as_simd_f32s(&self.packed[at + shift as usize..][..width]);
                for (acc, &weight) in acc.iter_mut().zip(weights) {
                    let weight = simd.splat_f32s(weight);
                    for (acc, &x) in acc.iter_mut().zip(x) {
                        *acc = simd.mul_add_e_f32s(weight, x, *acc);
                    }
                }
            }
            for (lane, acc) in acc.iter().enumerate().take(lanes) {
                let to = self.sums.lines.part(first + lane, at, width);
                S::as_mut_simd_f32s(to).0.copy_from_slice(acc);
            }
        }
        width
    }
}
