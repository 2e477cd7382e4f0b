//! Direct sparse convolution on the CPU.
//!
//! Images are packed channel by channel into padded planes, a block of images side by side, so that one
//! weight acts on the whole block as one long shifted `out += w * in` without a border case: what it
//! writes into the padding is never read. Accumulators stay in registers over a whole row of the index.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Sizes of one convolution: stride 1, padding `k / 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dShape {
    /// Images.
    pub n: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Height.
    pub h: usize,
    /// Width.
    pub w: usize,
    /// Kernel side, odd.
    pub k: usize,
}

/// Values of one channel that a task works on at a time: its inputs stay in the second-level cache.
const BLOCK: usize = 1024;

/// Multiply-adds below which waking other threads costs more than it saves.
const MIN_SHARED: usize = 1 << 18;

impl Conv2dShape {
    fn padded_w(&self) -> usize {
        self.w + self.k - 1
    }

    fn padded_area(&self) -> usize {
        (self.h + self.k - 1) * self.padded_w()
    }

    fn area(&self) -> usize {
        self.h * self.w
    }

    /// How many images a task takes on: all of them if `active` weights make too little work to share.
    fn images_per_block(&self, active: usize) -> usize {
        if active * self.n * self.area() < MIN_SHARED {
            return self.n.max(1);
        }
        let fit = (BLOCK / self.padded_area()).max(1);
        fit.min(self.n.div_ceil(rayon::current_num_threads()))
            .max(1)
    }

    /// Shift, within a packed plane, of kernel tap `tap`.
    fn shift(&self, tap: usize) -> usize {
        (tap / self.k) * self.padded_w() + tap % self.k
    }

    /// Reads may run this far past a channel's last value: the largest shift and one tile.
    fn slack(&self) -> usize {
        (self.k - 1) * (self.padded_w() + 1) + 128
    }

    fn taps(&self) -> usize {
        self.k * self.k
    }
}

/// `y[n, o] = bias[o] + sum over active (i, tap) of w * x[n, i] shifted`; shapes as in the WGSL kernel.
pub fn forward(
    s: Conv2dShape,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    row_ptr: &[i32],
    row_pos: &[i32],
) -> Vec<f32> {
    let taps = s.taps();
    let row = |o: usize, plane: usize, out: &mut Vec<Tap>| {
        let base = o * s.c_in * taps;
        out.extend(
            row_pos[row_ptr[o] as usize..row_ptr[o + 1] as usize]
                .iter()
                .map(|&p| {
                    let p = p as usize;
                    (
                        (p - base) / taps * plane + s.shift((p - base) % taps),
                        weight[p],
                    )
                }),
        );
    };
    gather(s, s.c_in, s.c_out, x, Some(bias), row_pos.len(), row)
}

/// `dx[n, i] = sum over active (o, tap) of w * dy[n, o] shifted back`.
pub fn input_grad(
    s: Conv2dShape,
    dy: &[f32],
    weight: &[f32],
    col_ptr: &[i32],
    col_pos: &[i32],
) -> Vec<f32> {
    let taps = s.taps();
    let row = |i: usize, plane: usize, out: &mut Vec<Tap>| {
        out.extend(
            col_pos[col_ptr[i] as usize..col_ptr[i + 1] as usize]
                .iter()
                .map(|&p| {
                    let p = p as usize;
                    (
                        p / (taps * s.c_in) * plane + s.shift(taps - 1 - p % taps),
                        weight[p],
                    )
                }),
        );
    };
    gather(s, s.c_out, s.c_in, dy, None, col_pos.len(), row)
}

/// `dw[o, i, tap]` at the positions of the row index, or everywhere when there is none; 0 elsewhere.
pub fn weight_grad(
    s: Conv2dShape,
    x: &[f32],
    dy: &[f32],
    index: Option<(&[i32], &[i32])>,
) -> Vec<f32> {
    let taps = s.taps();
    let row_len = s.c_in * taps;
    let plane = s.n * s.padded_area();
    let stride = plane + s.slack();
    let pack_x = || pack(s, s.c_in, x, 0..s.n, stride, true);
    // The gradient lies at the unshifted place; its padding is zero, so padded products vanish.
    let pack_dy = || pack(s, s.c_out, dy, 0..s.n, stride, false);
    let positions = index.map_or(s.c_out * row_len, |(_, pos)| pos.len());
    let shared = positions * plane >= MIN_SHARED;
    let (xs, dys) = if shared {
        rayon::join(pack_x, pack_dy)
    } else {
        (pack_x(), pack_dy())
    };
    let mut dw = vec![0.0; s.c_out * row_len];
    let fill = |(o, out): (usize, &mut [f32])| {
        let dy = &dys[o * stride..o * stride + plane];
        let mut places: Vec<(usize, usize)> = Vec::new();
        let place = |p: usize| (p, p / taps * stride + s.shift(p % taps));
        match index {
            Some((ptr, pos)) => places.extend(
                pos[ptr[o] as usize..ptr[o + 1] as usize]
                    .iter()
                    .map(|&p| place(p as usize - o * row_len)),
            ),
            None => places.extend((0..row_len).map(place)),
        }
        Arch::new().dispatch(Dots {
            dy,
            xs: &xs,
            places: &places,
            out,
        });
    };
    if shared {
        dw.par_chunks_mut(row_len).enumerate().for_each(fill);
    } else {
        dw.chunks_mut(row_len).enumerate().for_each(fill);
    }
    dw
}

/// Copies `images` into padded planes `[channels][images][padded area]`, each channel `stride` apart. `centred` planes
/// have the border all around, others only behind (right and below).
fn pack(
    s: Conv2dShape,
    channels: usize,
    x: &[f32],
    images: std::ops::Range<usize>,
    stride: usize,
    centred: bool,
) -> Vec<f32> {
    let (pw, pa, area) = (s.padded_w(), s.padded_area(), s.area());
    let (first, count) = (images.start, images.len());
    let pad = if centred { s.k / 2 } else { 0 };
    let mut out = vec![0.0; channels * stride];
    for (c, channel) in out.chunks_exact_mut(stride).enumerate() {
        if area == 1 && s.k == 1 {
            // One pixel an image, a linear layer: a transposition.
            let column = x[first * channels + c..].iter().step_by(channels);
            channel[..count]
                .iter_mut()
                .zip(column)
                .for_each(|(to, &from)| *to = from);
            continue;
        }
        for n in 0..count {
            let image = &x[((first + n) * channels + c) * area..][..area];
            let plane = &mut channel[n * pa..(n + 1) * pa];
            for (y, line) in image.chunks_exact(s.w).enumerate() {
                plane[(y + pad) * pw + pad..][..s.w].copy_from_slice(line);
            }
        }
    }
    out
}

/// One active weight as a task sees it: by how much it shifts the packed input, and its value.
type Tap = (usize, f32);

/// For every output channel: the sum of shifted, weighted input planes that `row(channel, stride)` lists.
fn gather(
    s: Conv2dShape,
    c_from: usize,
    c_to: usize,
    x: &[f32],
    bias: Option<&[f32]>,
    active: usize,
    row: impl Fn(usize, usize, &mut Vec<Tap>),
) -> Vec<f32> {
    let block = s.images_per_block(active);
    let stride = block * s.padded_area() + s.slack();
    let mut list = Vec::with_capacity(active);
    let mut ends = Vec::with_capacity(c_to + 1);
    ends.push(0);
    for o in 0..c_to {
        row(o, stride, &mut list);
        ends.push(list.len());
    }
    let mut y = vec![0.0; s.n * c_to * s.area()];
    let work = |(b, out): (usize, &mut [f32])| {
        let count = out.len() / (c_to * s.area());
        let packed = pack(s, c_from, x, b * block..b * block + count, stride, true);
        let len = count * s.padded_area();
        // The last rows of the last image are padding: nothing below them need be computed.
        let useful = len - (s.k - 1) * s.padded_w();
        let mut sums = vec![0.0; c_to * len];
        Arch::new().dispatch(Rows {
            packed: &packed,
            list: &list,
            ends: &ends,
            bias,
            sums: &mut sums,
            len,
            useful,
        });
        unpack(s, c_to, &sums, count, out);
    };
    let chunk = block * c_to * s.area();
    if s.n <= block {
        y.chunks_mut(chunk).enumerate().for_each(work);
    } else {
        y.par_chunks_mut(chunk).enumerate().for_each(work);
    }
    y
}

/// From wide planes `[channels][count][padded area]` to images `[count][channels][area]`.
fn unpack(s: Conv2dShape, channels: usize, wide: &[f32], count: usize, out: &mut [f32]) {
    let (pw, pa, area) = (s.padded_w(), s.padded_area(), s.area());
    if area == 1 && s.k == 1 {
        for (c, plane) in wide.chunks_exact(count).enumerate() {
            let column = out[c..].iter_mut().step_by(channels);
            column.zip(plane).for_each(|(to, &from)| *to = from);
        }
        return;
    }
    for n in 0..count {
        for c in 0..channels {
            let plane = &wide[(c * count + n) * pa..][..pa];
            let image = &mut out[(n * channels + c) * area..][..area];
            for (line, from) in image.chunks_exact_mut(s.w).zip(plane.chunks_exact(pw)) {
                line.copy_from_slice(&from[..s.w]);
            }
        }
    }
}

struct Rows<'a> {
    packed: &'a [f32],
    list: &'a [Tap],
    ends: &'a [usize],
    bias: Option<&'a [f32]>,
    sums: &'a mut [f32],
    len: usize,
    useful: usize,
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = S::F32_LANES;
        let mut at = 0;
        // Tiles outside, channels inside: a tile's inputs serve all output channels from the first-level cache.
        while at < self.useful {
            let rest = (self.useful - at).div_ceil(lanes);
            let vectors = match rest {
                8.. => 8,
                4.. => 4,
                2.. => 2,
                _ => 1,
            };
            for o in 0..self.ends.len() - 1 {
                let list = &self.list[self.ends[o]..self.ends[o + 1]];
                let bias = self.bias.map_or(0.0, |b| b[o]);
                let end = (at + vectors * lanes).min(self.len);
                let out = &mut self.sums[o * self.len + at..o * self.len + end];
                match vectors {
                    8 => tile::<S, 8>(simd, self.packed, at, list, bias, out),
                    4 => tile::<S, 4>(simd, self.packed, at, list, bias, out),
                    2 => tile::<S, 2>(simd, self.packed, at, list, bias, out),
                    _ => tile::<S, 1>(simd, self.packed, at, list, bias, out),
                }
            }
            at += vectors * lanes;
        }
    }
}

#[inline(always)]
fn tile<S: Simd, const V: usize>(
    simd: S,
    packed: &[f32],
    at: usize,
    list: &[Tap],
    bias: f32,
    out: &mut [f32],
) {
    let mut acc = [simd.splat_f32s(bias); V];
    for &(shift, w) in list {
        let from = &packed[at + shift..at + shift + V * S::F32_LANES];
        let (from, _) = S::as_simd_f32s(from);
        let w = simd.splat_f32s(w);
        for (a, &x) in acc.iter_mut().zip(from) {
            *a = simd.mul_add_f32s(w, x, *a);
        }
    }
    let flat: &[f32] = bytemuck::cast_slice(&acc);
    out.copy_from_slice(&flat[..out.len()]);
}

struct Dots<'a> {
    dy: &'a [f32],
    xs: &'a [f32],
    places: &'a [(usize, usize)],
    out: &'a mut [f32],
}

/// Values of a dot product taken at a time, so that the gradient's stretch stays in the first-level cache.
const STRETCH: usize = 4096;

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut start = 0;
        while start < self.dy.len() {
            let end = (start + STRETCH).min(self.dy.len());
            let dy = &self.dy[start..end];
            let mut groups = self.places.chunks_exact(4);
            for four in &mut groups {
                let from = [0, 1, 2, 3].map(|j| &self.xs[four[j].1 + start..four[j].1 + end]);
                let sums = dots(simd, dy, from);
                for (place, sum) in four.iter().zip(sums) {
                    self.out[place.0] += sum;
                }
            }
            for place in groups.remainder() {
                let [sum] = dots(simd, dy, [&self.xs[place.1 + start..place.1 + end]]);
                self.out[place.0] += sum;
            }
            start = end;
        }
    }
}

#[inline(always)]
fn dots<S: Simd, const J: usize>(simd: S, dy: &[f32], xs: [&[f32]; J]) -> [f32; J] {
    let (head, tail) = S::as_simd_f32s(dy);
    let parts = xs.map(|x| S::as_simd_f32s(&x[..dy.len()]));
    let mut even = [simd.splat_f32s(0.0); J];
    let mut odd = even;
    for i in 0..head.len() / 2 {
        for j in 0..J {
            even[j] = simd.mul_add_f32s(head[2 * i], parts[j].0[2 * i], even[j]);
            odd[j] = simd.mul_add_f32s(head[2 * i + 1], parts[j].0[2 * i + 1], odd[j]);
        }
    }
    let mut sums = [0.0; J];
    for j in 0..J {
        if head.len() % 2 == 1 {
            let last = head.len() - 1;
            even[j] = simd.mul_add_f32s(head[last], parts[j].0[last], even[j]);
        }
        sums[j] = simd.reduce_sum_f32s(simd.add_f32s(even[j], odd[j]))
            + tail.iter().zip(parts[j].1).map(|(a, b)| a * b).sum::<f32>();
    }
    sums
}
