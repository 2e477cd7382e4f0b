//! The sparse pass: every active weight acts on a whole tile of pixels that stays in registers.

use pulp::{Simd, WithSimd};

use super::{
    Sums, Taps,
    block::{Blocks, Lines},
};

/// Division by a constant costs a tenth of other divisions, so the usual kernels are compiled
/// separately.
macro_rules! with_taps {
    ($taps:expr, |$name:ident| $body:expr) => {
        match $taps {
            1 => {
                let $name = 1;
                $body
            }
            9 => {
                let $name = 9;
                $body
            }
            $name => $body,
        }
    };
}

/// One active weight: the offset of its input in the packed chunk, and its value.
#[derive(Clone, Copy)]
struct Tap {
    shift: u32,
    weight: f32,
}

/// Active weights, chunk by chunk of input channels, within a chunk by output channel.
pub(super) struct SparseTaps {
    list: Vec<Tap>,
    /// Position in the weight of every entry of `list`.
    positions: Vec<u32>,
    /// `[chunks * outputs + 1]`: first entry of each chunk's output.
    starts: Vec<u32>,
    outputs: usize,
}

impl SparseTaps {
    /// Builds from an index by output channel, for the forward pass and the weight's gradient.
    pub(super) fn by_output(
        blocks: &Blocks,
        index: (&[i32], &[i32]),
        weight: impl Fn(usize) -> f32,
    ) -> Self {
        let (inputs, taps) = (blocks.shape.c_in as u32, blocks.shape.taps() as u32);
        with_taps!(taps, |taps| {
            let place = |o: u32, p: u32| {
                let p = p - o * inputs * taps;
                (p / taps, p % taps)
            };
            Self::new(blocks, inputs, index, place, weight)
        })
    }

    /// Builds from an index by input channel, for the input's gradient: channels exchanged, kernel
    /// turned.
    pub(super) fn by_input(
        blocks: &Blocks,
        index: (&[i32], &[i32]),
        weight: impl Fn(usize) -> f32,
    ) -> Self {
        let (inputs, outputs) = (blocks.shape.c_in as u32, blocks.shape.c_out as u32);
        let taps = blocks.shape.taps() as u32;
        with_taps!(taps, |taps| {
            let place = |_: u32, p: u32| (p / taps / inputs, taps - 1 - p % taps);
            Self::new(blocks, outputs, index, place, weight)
        })
    }

    /// index: pointers `[outputs + 1]` and positions, by output and then by input of the pass.
    /// `place(output, position)` returns the pass's input channel and the kernel tap,
    /// `weight(position)` the value.
    #[inline(always)]
    fn new(
        blocks: &Blocks,
        inputs: u32,
        (ptr, pos): (&[i32], &[i32]),
        place: impl Fn(u32, u32) -> (u32, u32),
        weight: impl Fn(usize) -> f32,
    ) -> Self {
        let outputs = ptr.len() - 1;
        let chunks = blocks.chunks(inputs as usize);
        let mut taps = Self {
            list: Vec::with_capacity(pos.len()),
            positions: Vec::with_capacity(pos.len()),
            starts: Vec::with_capacity(chunks * outputs + 1),
            outputs,
        };
        taps.starts.push(0);
        let pitch = blocks.shift(1, 0);
        let shifts: Vec<u32> = (0..blocks.shape.taps())
            .map(|tap| blocks.shift(0, tap))
            .collect();
        let mut next: Vec<usize> = ptr[..outputs].iter().map(|&p| p as usize).collect();
        for chunk in 0..chunks {
            let first = (chunk * blocks.chunk) as u32;
            let end = first + blocks.chunk as u32;
            for (o, next) in next.iter_mut().enumerate() {
                for &p in &pos[*next..ptr[o + 1] as usize] {
                    let (channel, tap) = place(o as u32, p as u32);
                    if channel >= end {
                        break;
                    }
                    taps.list.push(Tap {
                        shift: (channel - first) * pitch + shifts[tap as usize],
                        weight: weight(p as usize),
                    });
                    taps.positions.push(p as u32);
                    *next += 1;
                }
                taps.starts.push(taps.list.len() as u32);
            }
        }
        taps
    }
}

impl Taps for SparseTaps {
    fn pass<'a>(
        &'a self,
        chunk: usize,
        packed: &'a [f32],
        sums: Sums<'a>,
    ) -> impl WithSimd<Output = ()> {
        Pass {
            list: &self.list,
            starts: &self.starts[chunk * self.outputs..][..self.outputs + 1],
            packed,
            sums,
        }
    }
}

struct Pass<'a> {
    list: &'a [Tap],
    starts: &'a [u32],
    packed: &'a [f32],
    sums: Sums<'a>,
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut at = 0;
        // With tiles in the outer loop, a tile's inputs serve all output channels from the
        // first-level cache.
        while at < self.sums.len {
            at += match (self.sums.len - at).div_ceil(S::F32_LANES) {
                8.. => self.tile::<S, 8>(simd, at),
                4.. => self.tile::<S, 4>(simd, at),
                2.. => self.tile::<S, 2>(simd, at),
                _ => self.tile::<S, 1>(simd, at),
            };
        }
    }
}

impl Pass<'_> {
    /// Computes all outputs of the `V` vectors from `at` on; returns their number of values.
    #[inline(always)]
    fn tile<S: Simd, const V: usize>(&mut self, simd: S, at: usize) -> usize {
        let width = V * S::F32_LANES;
        for (o, ends) in self.starts.windows(2).enumerate() {
            let list = &self.list[ends[0] as usize..ends[1] as usize];
            let (out, _) = S::as_mut_simd_f32s(self.sums.lines.part(o, at, width));
            let mut acc = [simd.splat_f32s(0.0); V];
            match self.sums.start {
                Some(start) => acc = [simd.splat_f32s(start.of(o)); V],
                None if list.is_empty() => continue,
                None => acc.copy_from_slice(out),
            }
            for tap in list {
                let from = &self.packed[at + tap.shift as usize..][..width];
                let (from, _) = S::as_simd_f32s(from);
                let weight = simd.splat_f32s(tap.weight);
                for (a, &x) in acc.iter_mut().zip(from) {
                    *a = simd.mul_add_e_f32s(weight, x, *a);
                }
            }
            out.copy_from_slice(&acc);
        }
        width
    }
}

/// Gradient of the weight at the active positions of one chunk, one block at a time.
pub(super) struct Dots<'a> {
    pub(super) taps: &'a SparseTaps,
    pub(super) chunk: usize,
    pub(super) packed: &'a [f32],
    /// Gradient of the output, one line per channel.
    pub(super) dy: Lines<'a>,
    pub(super) len: usize,
    /// One sum for every active weight of the chunk.
    pub(super) sums: &'a mut [f32],
}

impl SparseTaps {
    /// Positions in the weight of a chunk's entries, in the order of its [`Dots`].
    pub(super) fn positions(&self, chunk: usize) -> &[u32] {
        let first = self.starts[chunk * self.outputs] as usize;
        let end = self.starts[(chunk + 1) * self.outputs] as usize;
        &self.positions[first..end]
    }
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let starts = &self.taps.starts[self.chunk * self.taps.outputs..][..self.taps.outputs + 1];
        let first = starts[0] as usize;
        // Beyond `len`, a line of dy holds zeros, so whole vectors can be read.
        let len = self.len.next_multiple_of(S::F32_LANES);
        for (o, ends) in starts.windows(2).enumerate() {
            let range = ends[0] as usize..ends[1] as usize;
            let list = &self.taps.list[range.clone()];
            let sums = &mut self.sums[range.start - first..range.end - first];
            let dy = self.dy.line(o, len);
            let from = |tap: &Tap| &self.packed[tap.shift as usize..][..len];
            let mut fours = list.chunks_exact(4);
            let mut at = 0;
            for four in &mut fours {
                let parts = dots(simd, dy, [0, 1, 2, 3].map(|j| from(&four[j])));
                for part in parts {
                    sums[at] += part;
                    at += 1;
                }
            }
            for tap in fours.remainder() {
                let [part] = dots(simd, dy, [from(tap)]);
                sums[at] += part;
                at += 1;
            }
        }
    }
}

#[inline(always)]
fn dots<S: Simd, const J: usize>(simd: S, dy: &[f32], xs: [&[f32]; J]) -> [f32; J] {
    let (dy, _) = S::as_simd_f32s(dy);
    let xs = xs.map(|x| &S::as_simd_f32s(x).0[..dy.len()]);
    let mut even = [simd.splat_f32s(0.0); J];
    let mut odd = even;
    let pairs = dy.len() / 2;
    for i in 0..pairs {
        for j in 0..J {
            even[j] = simd.mul_add_e_f32s(dy[2 * i], xs[j][2 * i], even[j]);
            odd[j] = simd.mul_add_e_f32s(dy[2 * i + 1], xs[j][2 * i + 1], odd[j]);
        }
    }
    if dy.len() % 2 == 1 {
        for j in 0..J {
            even[j] = simd.mul_add_e_f32s(dy[2 * pairs], xs[j][2 * pairs], even[j]);
        }
    }
    let mut sums = [0.0; J];
    for j in 0..J {
        sums[j] = simd.reduce_sum_f32s(simd.add_f32s(even[j], odd[j]));
    }
    sums
}
