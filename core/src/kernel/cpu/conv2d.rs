//! Convolution on the CPU: direct sparse (Escort, SkimCaffe) and direct dense, over the same packed
//! blocks.
//!
//! Products are added by `mul_add_e`: rounded once where the processor supports it, but twice in
//! WebAssembly, which would have to emulate it number by number.

mod block;
mod dense;
mod gradient;
mod sparse;

use pulp::{Arch, WithSimd};

use self::{
    block::{Blocks, LinesMut},
    dense::DenseTaps,
    sparse::SparseTaps,
};
use super::{count, fill::filled_with};
pub use gradient::weight_grad;

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

/// Multiply-adds below which waking other threads costs more than it saves.
const MIN_SHARED: usize = 1 << 18;

impl Conv2dShape {
    fn area(&self) -> usize {
        self.h * self.w
    }

    fn taps(&self) -> usize {
        self.k * self.k
    }

    /// Counts one pass over the layer.
    fn count(&self, weights: Weights<'_>) {
        let every = self.c_out * self.c_in * self.taps();
        count::add(weights.visited(every), self.n * self.area());
    }

    /// Whether `weights` visited weights make enough work for several threads.
    fn is_shared(&self, weights: usize) -> bool {
        weights * self.n * self.area() >= MIN_SHARED
    }
}

/// Weights that a pass visits: all of them, or those of one side of the index, pointers and
/// positions.
#[derive(Clone, Copy, Debug)]
pub enum Weights<'a> {
    /// Every weight, zeros too.
    Dense,
    /// Active weights: by output channel for the forward pass and the weight's gradient, by input
    /// channel for the input's gradient.
    Active(&'a [i32], &'a [i32]),
}

impl Weights<'_> {
    /// Number of weights visited in a layer of `every`.
    fn visited(&self, every: usize) -> usize {
        match self {
            Self::Dense => every,
            Self::Active(_, pos) => pos.len(),
        }
    }
}

/// `y[n, o] = bias[o] + sum over (i, tap) of w * x[n, i] shifted`.
///
/// # Shapes
/// x `[n, c_in, h, w]`, weight `[c_out, c_in, k, k]`, bias `[c_out]`; returns `[n, c_out, h, w]`.
pub fn forward(
    s: Conv2dShape,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    weights: Weights<'_>,
) -> Vec<f32> {
    let taps = s.taps();
    s.count(weights);
    match weights {
        Weights::Dense => {
            let blocks = Blocks::by_images(s, weight.len(), s.c_in, s.c_out);
            let at = |o: usize, i: usize, tap: usize| weight[(o * s.c_in + i) * taps + tap];
            let dense = DenseTaps::new(&blocks, s.c_in, s.c_out, at);
            correlate(&blocks, s.c_in, s.c_out, x, Start::Bias(bias), &dense)
        }
        Weights::Active(ptr, pos) => {
            let blocks = Blocks::by_images(s, pos.len(), s.c_in, s.c_out);
            let sparse = SparseTaps::by_output(&blocks, (ptr, pos), |p| weight[p]);
            correlate(&blocks, s.c_in, s.c_out, x, Start::Bias(bias), &sparse)
        }
    }
}

/// `dx[n, i] = sum over (o, tap) of w * dy[n, o] shifted back`.
///
/// # Shapes
/// dy `[n, c_out, h, w]`, weight `[c_out, c_in, k, k]`; returns `[n, c_in, h, w]`.
pub fn input_grad(s: Conv2dShape, dy: &[f32], weight: &[f32], weights: Weights<'_>) -> Vec<f32> {
    let taps = s.taps();
    s.count(weights);
    // Seen from dy, this is a convolution with the channels exchanged and the kernel turned by 180
    // degrees.
    match weights {
        Weights::Dense => {
            let blocks = Blocks::by_images(s, weight.len(), s.c_out, s.c_in);
            let at =
                |i: usize, o: usize, tap: usize| weight[(o * s.c_in + i) * taps + taps - 1 - tap];
            let dense = DenseTaps::new(&blocks, s.c_out, s.c_in, at);
            correlate(&blocks, s.c_out, s.c_in, dy, Start::Zero, &dense)
        }
        Weights::Active(ptr, pos) => {
            let blocks = Blocks::by_images(s, pos.len(), s.c_out, s.c_in);
            let sparse = SparseTaps::by_input(&blocks, (ptr, pos), |p| weight[p]);
            correlate(&blocks, s.c_out, s.c_in, dy, Start::Zero, &sparse)
        }
    }
}

/// Weights laid out for the blocks of one convolution.
trait Taps: Sync {
    /// The work on one strip, for chunk `chunk` of the input channels.
    fn pass<'a>(
        &'a self,
        chunk: usize,
        packed: &'a [f32],
        sums: Sums<'a>,
    ) -> impl WithSimd<Output = ()>;
}

/// Lines that a pass adds to.
struct Sums<'a> {
    lines: LinesMut<'a>,
    /// Values per line; whole vectors may be written.
    len: usize,
    /// Initial values of the lines; `None` continues from their current ones.
    start: Option<Start<'a>>,
}

/// Initial sums.
#[derive(Clone, Copy)]
enum Start<'a> {
    Zero,
    Bias(&'a [f32]),
}

impl Start<'_> {
    #[inline(always)]
    fn of(self, line: usize) -> f32 {
        match self {
            Self::Zero => 0.0,
            Self::Bias(bias) => bias[line],
        }
    }
}

/// Runs a convolution from `from` channels of `x` to `to` channels, image group by image group.
fn correlate(
    blocks: &Blocks,
    from: usize,
    to: usize,
    x: &[f32],
    start: Start<'_>,
    taps: &impl Taps,
) -> Vec<f32> {
    let area = blocks.shape.area();
    let group_len = blocks.images * to * area;
    let len = blocks.shape.n * to * area;
    let scratch = || (blocks.packed(), blocks.room(to));
    filled_with(
        len,
        group_len,
        blocks.shared,
        scratch,
        |(packed, room), group, out| {
            for strip in blocks.strips(group) {
                for chunk in 0..blocks.chunks(from) {
                    let packed = blocks.pack(x, from, strip, chunk, packed);
                    let sums = Sums {
                        lines: blocks.target(strip, out, room),
                        len: strip.len,
                        start: (chunk == 0).then_some(start),
                    };
                    Arch::new().dispatch(taps.pass(chunk, packed, sums));
                }
                blocks.unpack(room, to, strip, out);
            }
        },
    )
}
