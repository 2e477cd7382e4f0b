//! The convolution's kernels on a GPU. Images are packed into quads, vectors of four images'
//! values, with a halo of zeros. Kernels read 16 bytes at a time and meet no border case.

use burn::backend::TensorMetadata;
use burn_wgpu::{CubeTensor, into_contiguous};
use tightrope_shaders as shaders;
use tightrope_shaders::params::{ChannelParams, CollectParams, Conv2dParams};

use crate::kernel::{
    choice::Kernel,
    cpu::conv2d::Conv2dShape,
    launch::{empty_like, integers_like, launch, launch_in_parts, per_element, zeros_like},
};

const WORKGROUP: usize = shaders::WORKGROUP as usize;
/// Columns (quads of the result) that an invocation of the sparse kernel keeps in registers.
const COLUMNS: usize = 4;
/// Most invocations of the sparse kernel side by side. With few pixels of many results, they share
/// inputs in the nearest cache.
const LANES: usize = 32;
/// Active weights per invocation of the sparse weight gradient.
const POSITIONS: usize = 4;
/// Side of a workgroup's tile of results and columns in the dense kernel.
const TILE: usize = 64;
/// Tile of a workgroup in the dense weight gradient: outputs, and pairs of input channel and tap.
const GRAD_TILE: [usize; 2] = [64, 128];
/// Result channels up to which the dense kernels' tiles would be too empty; narrower kernels run
/// instead.
const NARROW: usize = 32;
const OCTET: usize = 8;
/// Workgroups that keep a mid-sized GPU busy.
const BUSY: usize = 128;
/// Quads that one invocation sums alone; longer lines are shared.
const SHORT: usize = 64;

/// Direction of a product.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From input to output channels.
    Forward,
    /// Back, with the kernel's taps mirrored.
    Backward,
}

/// A product of packed images with a weight, in the sizes that its kernels use.
#[derive(Clone, Copy)]
struct Product {
    images: usize,
    sources: usize,
    results: usize,
    h: usize,
    w: usize,
    k: usize,
}

impl Product {
    fn new(s: Conv2dShape, way: Way) -> Self {
        let (sources, results) = match way {
            Way::Forward => (s.c_in, s.c_out),
            Way::Backward => (s.c_out, s.c_in),
        };
        Self {
            images: s.n,
            sources,
            results,
            h: s.h,
            w: s.w,
            k: s.k,
        }
    }

    /// The sizes, with everything else zero.
    fn params(&self) -> Conv2dParams {
        Conv2dParams {
            images: self.images as u32,
            sources: self.sources as u32,
            results: self.results as u32,
            height: self.h as u32,
            width: self.w as u32,
            kernel: self.k as u32,
            ..Conv2dParams::default()
        }
    }

    fn columns(&self) -> usize {
        self.images.div_ceil(4) * self.h * self.w
    }

    fn flops(&self, weights: usize) -> f64 {
        2.0 * (weights * self.images * self.h * self.w) as f64
    }
}

/// Quads with content in one channel's line, as in `quads.wgsl`.
fn line_content(images: usize, h: usize, w: usize, k: usize) -> usize {
    let pad = k / 2;
    images.div_ceil(4) * (h + pad) * (w + pad)
}

/// `[images, channels, h, w]` as one line of quads per channel.
fn pack(images: &CubeTensor, k: usize) -> CubeTensor {
    let [n, channels, h, w] = images.shape().dims();
    let pad = k / 2;
    let line = (line_content(n, h, w, k) / 8 + 1) * 8;
    let quads = channels * line + 2 * pad * (w + pad + 1);
    let packed = empty_like(images, [quads, 4]);
    let sizes = Product {
        images: n,
        sources: channels,
        results: channels,
        h,
        w,
        k,
    };
    launch(
        shaders::CONV2D_PACK,
        per_element(quads),
        &[images, &packed],
        &sizes.params(),
    );
    packed
}

/// Output of x: the bias, and the share of every active weight.
pub fn forward(
    s: Conv2dShape,
    x: CubeTensor,
    weight: CubeTensor,
    bias: CubeTensor,
    rows: [&CubeTensor; 2],
    kernel: Kernel,
) -> CubeTensor {
    let [x, weight, bias] = [x, weight, bias].map(into_contiguous);
    product(s, Way::Forward, &x, &weight, Some(&bias), rows, kernel)
}

/// Gradient of x.
pub fn input_grad(
    s: Conv2dShape,
    dy: CubeTensor,
    weight: CubeTensor,
    columns: [&CubeTensor; 2],
    kernel: Kernel,
) -> CubeTensor {
    let [dy, weight] = [dy, weight].map(into_contiguous);
    product(s, Way::Backward, &dy, &weight, None, columns, kernel)
}

fn product(
    s: Conv2dShape,
    way: Way,
    images: &CubeTensor,
    weight: &CubeTensor,
    bias: Option<&CubeTensor>,
    [ptr, pos]: [&CubeTensor; 2],
    kernel: Kernel,
) -> CubeTensor {
    let product = Product::new(s, way);
    let params = Conv2dParams {
        backward: u32::from(way == Way::Backward),
        biased: u32::from(bias.is_some()),
        ..product.params()
    };
    let nothing = integers_like(images, 1);
    let bias = bias.unwrap_or(&nothing);
    let packed = pack(images, s.k);
    let y = empty_like(images, [s.n, product.results, s.h, s.w]);
    match kernel {
        Kernel::Sparse => {
            let active = pos.shape().num_elements();
            let entries = integers_like(images, 2 * active.max(1));
            launch(
                shaders::CONV2D_ENTRIES,
                per_element(active),
                &[weight, pos, &entries],
                &Conv2dParams {
                    entries: active as u32,
                    ..params
                },
            );
            let columns = product.columns();
            let lanes = columns.div_ceil(COLUMNS).next_power_of_two().min(LANES);
            let groups =
                product.results.div_ceil(WORKGROUP / lanes) * columns.div_ceil(lanes * COLUMNS);
            launch_in_parts(
                shaders::CONV2D_SPARSE,
                groups,
                product.flops(active),
                &[&packed, &entries, ptr, bias, &y],
                Conv2dParams {
                    lanes: lanes as u32,
                    ..params
                },
            );
        }
        Kernel::Dense => {
            let (shader, groups) = if product.results <= NARROW {
                let columns = product.columns().div_ceil(WORKGROUP);
                (
                    shaders::CONV2D_NARROW,
                    product.results.div_ceil(OCTET) * columns,
                )
            } else {
                let columns = product.columns().div_ceil(TILE);
                (
                    shaders::CONV2D_DENSE,
                    product.results.div_ceil(TILE) * columns,
                )
            };
            launch_in_parts(
                shader,
                groups,
                product.flops(weight.shape().num_elements()),
                &[&packed, weight, bias, &y],
                params,
            );
        }
    }
    y
}

/// Gradient of the weight: at active positions with zeros elsewhere, or everywhere.
pub fn weight_grad(
    s: Conv2dShape,
    x: CubeTensor,
    dy: CubeTensor,
    rows: [&CubeTensor; 2],
    kernel: Kernel,
) -> CubeTensor {
    let [x, dy] = [x, dy].map(|images| pack(&into_contiguous(images), s.k));
    match kernel {
        Kernel::Sparse => weight_grad_at(s, &x, &dy, rows),
        Kernel::Dense if s.c_out <= NARROW => {
            let dw = empty_like(&x, [s.c_out, s.c_in, s.k, s.k]);
            weight_grad_along_lines(s, &x, &dy, None, dw)
        }
        Kernel::Dense => weight_grad_everywhere(s, &x, &dy),
    }
}

fn weight_grad_at(
    s: Conv2dShape,
    x: &CubeTensor,
    dy: &CubeTensor,
    [row_ptr, row_pos]: [&CubeTensor; 2],
) -> CubeTensor {
    let product = Product::new(s, Way::Forward);
    let active = row_pos.shape().num_elements();
    let content = line_content(s.n, s.h, s.w, s.k);
    let dw = zeros_like(x, [s.c_out, s.c_in, s.k, s.k]);
    if content <= SHORT {
        launch(
            shaders::CONV2D_SHORT_GRAD,
            per_element(active),
            &[x, dy, row_pos, &dw],
            &Conv2dParams {
                entries: active as u32,
                ..product.params()
            },
        );
        return dw;
    }
    weight_grad_along_lines(s, x, dy, Some([row_ptr, row_pos]), dw)
}

/// Sums along lines, at the positions of `rows` or everywhere.
fn weight_grad_along_lines(
    s: Conv2dShape,
    x: &CubeTensor,
    dy: &CubeTensor,
    rows: Option<[&CubeTensor; 2]>,
    dw: CubeTensor,
) -> CubeTensor {
    let product = Product::new(s, Way::Forward);
    let everywhere = u32::from(rows.is_none());
    let positions = match rows {
        Some([_, row_pos]) => row_pos.shape().num_elements(),
        None => dw.shape().num_elements(),
    };
    let nothing = [1, 1].map(|len| integers_like(x, len));
    let [row_ptr, row_pos] = rows.unwrap_or([&nothing[0], &nothing[1]]);
    let groups = |lanes: usize| positions / (WORKGROUP / lanes * POSITIONS) + s.c_out;
    // Few lanes let many positions share the reads of dy; many lanes make more workgroups.
    let mut lanes = 16;
    while lanes < WORKGROUP && groups(lanes) < BUSY {
        lanes *= 2;
    }
    launch_in_parts(
        shaders::CONV2D_SPARSE_GRAD,
        groups(lanes),
        product.flops(positions),
        &[x, dy, row_ptr, row_pos, &dw],
        Conv2dParams {
            everywhere,
            lanes: lanes as u32,
            ..product.params()
        },
    );
    dw
}

fn weight_grad_everywhere(s: Conv2dShape, x: &CubeTensor, dy: &CubeTensor) -> CubeTensor {
    let product = Product::new(s, Way::Forward);
    let pairs = s.c_in * s.k * s.k;
    let size = s.c_out * pairs;
    let tiles = s.c_out.div_ceil(GRAD_TILE[0]) * pairs.div_ceil(GRAD_TILE[1]);
    let content = line_content(s.n, s.h, s.w, s.k);
    let wanted = (4 * BUSY).div_ceil(tiles).min(content.div_ceil(SHORT));
    let length = content.div_ceil(wanted);
    let slices = content.div_ceil(length);
    let dw = empty_like(x, [s.c_out, s.c_in, s.k, s.k]);
    let sums = if slices == 1 {
        dw.clone()
    } else {
        empty_like(x, [slices, size])
    };
    launch_in_parts(
        shaders::CONV2D_DENSE_GRAD,
        tiles * slices,
        product.flops(size),
        &[x, dy, &sums],
        Conv2dParams {
            slice_length: length as u32,
            ..product.params()
        },
    );
    if slices > 1 {
        launch(
            shaders::CONV2D_COLLECT,
            per_element(size),
            &[&sums, &dw],
            &CollectParams {
                slices: slices as u32,
                size: size as u32,
            },
        );
    }
    dw
}

/// Gradient of the bias: the sum over every channel of dy.
pub fn bias_grad(dy: CubeTensor) -> CubeTensor {
    let dy = into_contiguous(dy);
    let [n, channels, h, w] = dy.shape().dims();
    let sums = empty_like(&dy, [channels]);
    let params = ChannelParams {
        images: n as u32,
        channels: channels as u32,
        area: (h * w) as u32,
        ..ChannelParams::default()
    };
    launch(shaders::CHANNEL_SUMS, channels, &[&dy, &sums], &params);
    sums
}
