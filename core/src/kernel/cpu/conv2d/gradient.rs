//! Gradient of the weight: for every weight, a dot product of shifted inputs with the output's
//! gradient, at active positions (SDDMM) or everywhere.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::{
    Conv2dShape, Weights,
    block::{Blocks, Lines, Strip, WIDEST},
    dense::{MANY_REGISTERS, TILE, VECTORS, shifts},
    sparse::{Dots, SparseTaps},
};

/// `dw[o, i, tap]` for the given `weights`; 0 elsewhere. An index is by output channel.
///
/// # Shapes
/// x `[n, c_in, h, w]`, dy `[n, c_out, h, w]`; returns `[c_out, c_in, k, k]`.
pub fn weight_grad(s: Conv2dShape, x: &[f32], dy: &[f32], weights: Weights<'_>) -> Vec<f32> {
    let every = s.c_out * s.c_in * s.taps();
    let mut dw = vec![0.0; every];
    s.count(weights);
    let blocks = Blocks::by_channels(s, weights.visited(every));
    match weights {
        Weights::Dense => everywhere(&blocks, x, dy, &mut dw),
        Weights::Active(ptr, pos) => active(&blocks, x, dy, (ptr, pos), &mut dw),
    }
    dw
}

/// Runs `work` on every chunk of input channels, on several threads if the blocks are shared.
fn per_chunk<T: Send>(blocks: &Blocks, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    let chunks = 0..blocks.chunks(blocks.shape.c_in);
    if blocks.shared {
        chunks.into_par_iter().map(work).collect()
    } else {
        chunks.map(work).collect()
    }
}

fn active(blocks: &Blocks, x: &[f32], dy: &[f32], index: (&[i32], &[i32]), dw: &mut [f32]) {
    let s = blocks.shape;
    let taps = SparseTaps::by_output(blocks, index, |_| 0.0);
    let sums = per_chunk(blocks, |chunk| {
        let mut sums = vec![0.0; taps.positions(chunk).len()];
        if sums.is_empty() {
            return sums;
        }
        let (mut packed, mut room) = (blocks.packed(), blocks.room(s.c_out));
        for strip in strips(blocks) {
            Arch::new().dispatch(Dots {
                taps: &taps,
                chunk,
                packed: blocks.pack(x, s.c_in, strip, chunk, &mut packed),
                dy: blocks.gather(dy, s.c_out, strip, &mut room),
                len: strip.len,
                sums: &mut sums,
            });
        }
        sums
    });
    for (chunk, sums) in sums.iter().enumerate() {
        for (&at, &sum) in taps.positions(chunk).iter().zip(sums) {
            dw[at as usize] = sum;
        }
    }
}

fn strips(blocks: &Blocks) -> impl Iterator<Item = Strip> {
    (0..blocks.groups()).flat_map(|group| blocks.strips(group))
}

fn everywhere(blocks: &Blocks, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let s = blocks.shape;
    let taps = s.taps();
    let strips: Vec<Strip> = strips(blocks).collect();
    let across = |&strip: &Strip| {
        let mut room = blocks.room(s.c_out);
        let dy = blocks.gather(dy, s.c_out, strip, &mut room);
        Across::new(dy, s.c_out, strip.len)
    };
    let dys: Vec<Across> = if blocks.shared {
        strips.par_iter().map(across).collect()
    } else {
        strips.iter().map(across).collect()
    };
    let all_shifts = shifts(blocks);
    let sums = per_chunk(blocks, |chunk| {
        let channels = blocks.chunk.min(s.c_in - chunk * blocks.chunk);
        // Pads to whole tiles of places. The extra places repeat the first one and are thrown away.
        let mut shifts = all_shifts[..channels * taps].to_vec();
        shifts.resize(shifts.len().next_multiple_of(TILE), 0);
        let mut sums = vec![[0.0; PANEL]; s.c_out.div_ceil(PANEL) * shifts.len()];
        let mut packed = blocks.packed();
        for (&strip, dy) in strips.iter().zip(&dys) {
            Arch::new().dispatch(Outer {
                shifts: &shifts,
                packed: blocks.pack(x, s.c_in, strip, chunk, &mut packed),
                dy,
                sums: &mut sums,
            });
        }
        sums
    });
    for (chunk, sums) in sums.iter().enumerate() {
        let first = chunk * blocks.chunk * taps;
        let places = blocks.chunk.min(s.c_in - chunk * blocks.chunk) * taps;
        let padded = places.next_multiple_of(TILE);
        for (o, row) in dw.chunks_exact_mut(s.c_in * taps).enumerate() {
            let panel = &sums[o / PANEL * padded..][..places];
            for (to, from) in row[first..first + places].iter_mut().zip(panel) {
                *to = from[o % PANEL];
            }
        }
    }
}

/// Output channels that are neighbours at every pixel.
const PANEL: usize = VECTORS * WIDEST;

/// A strip of the output's gradient with the channels innermost: `[panels][pixels][PANEL]`.
struct Across {
    values: Vec<[f32; PANEL]>,
    pixels: usize,
}

impl Across {
    fn new(lines: Lines<'_>, channels: usize, pixels: usize) -> Self {
        let mut values = vec![[0.0; PANEL]; channels.div_ceil(PANEL) * pixels];
        for (panel, out) in values.chunks_exact_mut(pixels).enumerate() {
            for o in panel * PANEL..((panel + 1) * PANEL).min(channels) {
                for (to, &from) in out.iter_mut().zip(lines.line(o, pixels)) {
                    to[o % PANEL] = from;
                }
            }
        }
        Self { values, pixels }
    }
}

/// Sums of outer products, pixel by pixel: places times a panel of output channels.
struct Outer<'a> {
    shifts: &'a [u32],
    packed: &'a [f32],
    dy: &'a Across,
    sums: &'a mut [[f32; PANEL]],
}

impl WithSimd for Outer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let panels = self.dy.values.chunks_exact(self.dy.pixels);
        for (dy, sums) in panels.zip(self.sums.chunks_exact_mut(self.shifts.len())) {
            for (shifts, sums) in self
                .shifts
                .chunks_exact(TILE)
                .zip(sums.chunks_exact_mut(TILE))
            {
                let from: [&[f32]; TILE] =
                    std::array::from_fn(|j| &self.packed[shifts[j] as usize..][..dy.len()]);
                // A panel fits the widest vectors; narrower vectors, or fewer registers, take it in
                // parts.
                if S::REGISTER_COUNT >= MANY_REGISTERS {
                    for at in (0..PANEL).step_by(VECTORS * S::F32_LANES) {
                        outer::<S, VECTORS>(simd, at, dy, from, sums);
                    }
                } else {
                    for at in (0..PANEL).step_by(S::F32_LANES) {
                        outer::<S, 1>(simd, at, dy, from, sums);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn outer<S: Simd, const V: usize>(
    simd: S,
    at: usize,
    dy: &[[f32; PANEL]],
    from: [&[f32]; TILE],
    sums: &mut [[f32; PANEL]],
) {
    let part = at..at + V * S::F32_LANES;
    let mut acc = [[simd.splat_f32s(0.0); V]; TILE];
    for (acc, sums) in acc.iter_mut().zip(sums.iter()) {
        acc.copy_from_slice(S::as_simd_f32s(&sums[part.clone()]).0);
    }
    for (pixel, dy) in dy.iter().enumerate() {
        let (dy, _) = S::as_simd_f32s(&dy[part.clone()]);
        for (acc, from) in acc.iter_mut().zip(from) {
            let x = simd.splat_f32s(from[pixel]);
            for (acc, &dy) in acc.iter_mut().zip(dy) {
                *acc = simd.mul_add_e_f32s(x, dy, *acc);
            }
        }
    }
    for (acc, sums) in acc.iter().zip(sums) {
        S::as_mut_simd_f32s(&mut sums[part.clone()])
            .0
            .copy_from_slice(acc);
    }
}
