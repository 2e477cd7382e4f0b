//! Masked convolution and linear layer: forward and all gradients.

use burn::tensor::{Device, Tensor};
use tightrope_core::kernel::{
    choice::{Choice, Kernel},
    conv2d::{masked_conv2d, masked_linear},
    index::{LayerSlice, SparseIndex, build_index},
};
use tightrope_tests::{
    devices::{self, host, tensor},
    naive::{Conv, pairs, wide},
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

const LIMIT: Limit = Limit::Relative(1e-5);

/// Images, input and output channels. Over the cases every size meets every other.
const CHANNELS: [[usize; 3]; 7] = [
    [1, 1, 1],
    [2, 3, 5],
    [3, 5, 2],
    [1, 17, 3],
    [2, 1, 17],
    [3, 2, 1],
    [1, 5, 17],
];
const SIDES: [[usize; 2]; 12] = [
    [1, 1],
    [2, 2],
    [1, 7],
    [7, 1],
    [3, 5],
    [4, 4],
    [5, 2],
    [7, 7],
    [16, 16],
    [33, 3],
    [2, 70],
    [16, 33],
];

const KERNELS: [Kernel; 2] = [Kernel::Sparse, Kernel::Dense];

/// Selects the active weights.
#[derive(Clone, Copy, Debug)]
enum Mask {
    /// At random with this density.
    Density(f64),
    /// A single weight, in the middle.
    One,
    /// At random, but none in the first output row nor from the first input channel.
    EmptyLine,
}

impl Mask {
    const ALL: [Self; 7] = [
        Self::Density(0.0),
        Self::One,
        Self::Density(0.05),
        Self::Density(0.3),
        Self::Density(0.5),
        Self::Density(1.0),
        Self::EmptyLine,
    ];

    fn draw(self, conv: Conv, random: &mut Random) -> Vec<f32> {
        match self {
            Self::Density(density) => random.mask(conv.weights(), density),
            Self::One => {
                let mut mask = vec![0.0; conv.weights()];
                let middle = mask.len() / 2;
                mask[middle] = 1.0;
                mask
            }
            Self::EmptyLine => {
                let taps = conv.k * conv.k;
                let mut mask = random.mask(conv.weights(), 0.5);
                for (i, m) in mask.iter_mut().enumerate() {
                    let line = i / taps;
                    if line < conv.c_in || line.is_multiple_of(conv.c_in) {
                        *m = 0.0;
                    }
                }
                mask
            }
        }
    }
}

/// A layer with random values.
struct Case {
    conv: Conv,
    x: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    mask: Vec<f32>,
    dy: Vec<f32>,
    kernel: Kernel,
    limit: Limit,
}

impl Case {
    fn new(conv: Conv, mask: Mask, kernel: Kernel, random: &mut Random) -> Self {
        // A single value has no larger ones beside it, and its sum may nearly cancel.
        let limit = match mask {
            Mask::One => Limit::Relative(1e-4),
            _ => LIMIT,
        };
        let mask = mask.draw(conv, random);
        let weight = random.values(conv.weights());
        Self {
            conv,
            x: random.values(conv.inputs()),
            weight: weight.iter().zip(&mask).map(|(w, m)| w * m).collect(),
            bias: random.values(conv.c_out),
            mask,
            dy: random.values(conv.outputs()),
            kernel,
            limit,
        }
    }

    fn index(&self, device: &Device) -> SparseIndex {
        let layer = LayerSlice {
            start: 0,
            out: self.conv.c_out,
            inputs: self.conv.c_in,
            taps: self.conv.k * self.conv.k,
        };
        let active = self.mask.iter().filter(|&&m| m != 0.0).count();
        build_index(tensor(&self.mask, [self.mask.len()], device), layer, active)
    }

    /// Output and gradients of x, weight and bias, by their definitions.
    fn expected(&self) -> Vec<Expected> {
        let (x, weight, dy) = (wide(&self.x), wide(&self.weight), wide(&self.dy));
        let mut dw = self.conv.weight_grad(&x, &dy);
        if self.kernel == Kernel::Sparse {
            dw.iter_mut()
                .zip(&self.mask)
                .for_each(|(dw, &m)| *dw *= f64::from(m));
        }
        let y = self.conv.forward(&x, &weight, &wide(&self.bias));
        vec![
            Expected::new("output", y, LIMIT),
            Expected::new("input gradient", self.conv.input_grad(&dy, &weight), LIMIT),
            Expected::new("weight gradient", dw, self.limit),
            Expected::new("bias gradient", self.conv.bias_grad(&dy), LIMIT),
        ]
    }

    /// Output and the same gradients, by the kernels.
    fn run(&self, device: &Device) -> Vec<Vec<f32>> {
        let Conv {
            n,
            c_in,
            c_out,
            h,
            w,
            k,
        } = self.conv;
        let index = self.index(device);
        let leaf = |t: Tensor<4>| Tensor::from_inner(t).require_grad();
        let x = leaf(tensor(&self.x, [n, c_in, h, w], device));
        let weight = leaf(tensor(&self.weight, [c_out, c_in, k, k], device));
        let bias: Tensor<1> =
            Tensor::from_inner(tensor(&self.bias, [c_out], device)).require_grad();
        let choice = Choice::all(self.kernel);
        let y = masked_conv2d(x.clone(), weight.clone(), bias.clone(), &index, choice);
        let dy = Tensor::from_inner(tensor(&self.dy, [n, c_out, h, w], device));
        let grads = (y.clone() * dy).sum().backward();
        let grad = |t: &Tensor<4>| t.grad(&grads).map(host).unwrap_or_default();
        vec![
            host(y),
            grad(&x),
            grad(&weight),
            bias.grad(&grads).map(host).unwrap_or_default(),
        ]
    }
}

#[test]
fn convolutions_follow_their_definition() {
    let mut report = Report::new("masked convolution");
    let mut random = Random::new(1);
    for (i, ([h, w], k)) in SIDES
        .into_iter()
        .flat_map(|side| [1, 3, 5].map(|k| (side, k)))
        .enumerate()
    {
        let [n, c_in, c_out] = CHANNELS[i % CHANNELS.len()];
        let conv = Conv {
            n,
            c_in,
            c_out,
            h,
            w,
            k,
        };
        for mask in Mask::ALL {
            for kernel in KERNELS {
                let case = Case::new(conv, mask, kernel, &mut random);
                let name = format!("{conv:?}, {mask:?}, {kernel:?}");
                compare(&mut report, &name, &case.expected(), |d| case.run(d));
            }
        }
    }
    report.finish();
}

/// Large enough for the CPU to split the work among threads, and for several blocks and tiles.
#[test]
fn large_convolutions_follow_their_definition() {
    let mut report = Report::new("large masked convolution");
    let mut random = Random::new(2);
    for (n, k, h, w) in [(3, 3, 70, 33), (9, 1, 16, 70), (40, 3, 7, 5)] {
        let conv = Conv {
            n,
            c_in: 17,
            c_out: 19,
            h,
            w,
            k,
        };
        for (density, kernel) in [(0.05, KERNELS[0]), (0.5, KERNELS[0]), (0.6, KERNELS[1])] {
            let mask = Mask::Density(density);
            let case = Case::new(conv, mask, kernel, &mut random);
            let name = format!("{conv:?}, {mask:?}, {kernel:?}");
            compare(&mut report, &name, &case.expected(), |d| case.run(d));
            let (_, flex) = devices::flex();
            let (first, again) = (case.run(&flex), case.run(&flex));
            report.same("repetition on the CPU", &name, &(first == again), &true);
        }
    }
    report.finish();
}

/// More channels than a tile of the dense GPU kernels, or slightly fewer; few pixels and many.
#[test]
fn wide_convolutions_follow_their_definition() {
    let mut report = Report::new("wide masked convolution");
    let mut random = Random::new(5);
    for (n, c_in, c_out, k, h, w) in [
        (5, 37, 70, 3, 9, 7),
        (2, 66, 40, 1, 20, 13),
        (3, 130, 64, 3, 1, 2),
        (1, 3, 129, 5, 6, 6),
        (21, 34, 3, 3, 8, 8),
    ] {
        let conv = Conv {
            n,
            c_in,
            c_out,
            h,
            w,
            k,
        };
        for mask in Mask::ALL {
            for kernel in KERNELS {
                let case = Case::new(conv, mask, kernel, &mut random);
                let name = format!("{conv:?}, {mask:?}, {kernel:?}");
                compare(&mut report, &name, &case.expected(), |d| case.run(d));
            }
        }
    }
    report.finish();
}

#[test]
fn linear_layers_are_convolutions_of_one_pixel() {
    let mut report = Report::new("masked linear layer");
    let mut random = Random::new(3);
    for [n, c_in, c_out] in [
        [1, 1, 1],
        [3, 17, 5],
        [2, 70, 33],
        [65, 2, 257],
        [300, 48, 48],
    ] {
        let conv = Conv {
            n,
            c_in,
            c_out,
            h: 1,
            w: 1,
            k: 1,
        };
        for (mask, kernel) in [
            (Mask::Density(0.0), Kernel::Sparse),
            (Mask::Density(0.2), Kernel::Sparse),
            (Mask::EmptyLine, Kernel::Dense),
            (Mask::Density(1.0), Kernel::Sparse),
            (Mask::Density(1.0), Kernel::Dense),
        ] {
            let case = Case::new(conv, mask, kernel, &mut random);
            let name = format!("{n} x {c_in} to {c_out}, {mask:?}, {kernel:?}");
            compare(&mut report, &name, &case.expected(), |d| case.run(d));
            for (on, device) in devices::all() {
                let y = masked_linear(
                    tensor(&case.x, [n, c_in], &device),
                    tensor(&case.weight, [c_out, c_in], &device),
                    tensor(&case.bias, [c_out], &device),
                    &case.index(&device),
                    Choice::all(kernel),
                );
                let kind = format!("masked_linear on {on}");
                report.close(&kind, &name, &host(y), &case.expected()[0].values, LIMIT);
            }
        }
    }
    report.finish();
}

/// Operands may be slices of the memory or have other strides.
#[test]
fn views_are_read_as_they_look() {
    let mut report = Report::new("masked convolution of views");
    let conv = Conv {
        n: 2,
        c_in: 3,
        c_out: 4,
        h: 5,
        w: 6,
        k: 3,
    };
    let mut random = Random::new(4);
    let case = Case::new(conv, Mask::Density(0.5), Kernel::Sparse, &mut random);
    // x is a slice of a larger tensor; the weight is stored with input channels first.
    let mut framed = vec![9.0; 4 * 3 * 5 * 6];
    framed[3 * 5 * 6..3 * 3 * 5 * 6].copy_from_slice(&case.x);
    let mut swapped = vec![0.0; conv.weights()];
    for (o, i) in pairs(4, 3) {
        for tap in 0..9 {
            swapped[(i * 4 + o) * 9 + tap] = case.weight[(o * 3 + i) * 9 + tap];
        }
    }
    for (on, device) in devices::all() {
        let x = tensor(&framed, [4, 3, 5, 6], &device).slice([1..3, 0..3, 0..5, 0..6]);
        let weight = tensor(&swapped, [3, 4, 3, 3], &device).swap_dims(0, 1);
        let bias = tensor(&case.bias, [4], &device);
        for kernel in KERNELS {
            let choice = Choice::all(kernel);
            let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
            let y = masked_conv2d(x, weight, bias, &case.index(&device), choice);
            let expected = &case.expected()[0].values;
            report.close(
                on,
                &format!("output, {kernel:?}"),
                &host(y),
                expected,
                LIMIT,
            );
        }
    }
    report.finish();
}
