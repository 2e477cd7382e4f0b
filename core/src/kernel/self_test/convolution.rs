//! Cases of the masked convolution.

use burn::{
    backend::Dispatch,
    tensor::{Device, Tensor},
};

use super::{Pair, coins, flat, normal, plain, tensor};
use crate::kernel::{
    choice::{Choice, Kernel},
    conv2d::{Conv2dOps, masked_conv2d},
    cpu::conv2d::Conv2dShape,
    index::{LayerSlice, SparseIndex, build_index},
};

/// A masked convolution with all inputs of its three kernels.
struct Conv {
    shape: Conv2dShape,
    x: Vec<f32>,
    dy: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    mask: Vec<f32>,
    index: SparseIndex,
}

impl Conv {
    /// Odd sizes, few channels and many, and a linear layer. None fills its last workgroup.
    fn all(device: &Device) -> [Self; 3] {
        let image = Conv2dShape {
            n: 3,
            c_in: 5,
            c_out: 7,
            h: 9,
            w: 6,
            k: 3,
        };
        let linear = Conv2dShape {
            n: 4,
            c_in: 65,
            c_out: 33,
            h: 1,
            w: 1,
            k: 1,
        };
        let wide = Conv2dShape {
            c_in: 9,
            c_out: 41,
            ..image
        };
        [image, wide, linear].map(|shape| Self::new(shape, device))
    }

    fn new(shape: Conv2dShape, device: &Device) -> Self {
        let s = shape;
        let (row, area) = (s.c_in * s.k * s.k, s.h * s.w);
        let mut mask = coins(s.c_out * row, 0.3, "mask");
        // An output without active weights.
        mask[row..2 * row].fill(0.0);
        let mut weight = normal(mask.len(), "weight");
        weight.iter_mut().zip(&mask).for_each(|(w, m)| *w *= m);
        let layer = LayerSlice {
            start: 0,
            out: s.c_out,
            inputs: s.c_in,
            taps: s.k * s.k,
        };
        let active = mask.iter().filter(|m| **m > 0.0).count();
        Self {
            index: build_index(tensor(&mask, [mask.len()], device), layer, active),
            x: normal(s.n * s.c_in * area, "x"),
            dy: normal(s.n * s.c_out * area, "dy"),
            bias: normal(s.c_out, "bias"),
            shape,
            weight,
            mask,
        }
    }

    fn x(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.x, [s.n, s.c_in, s.h, s.w], device)
    }

    fn dy(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.dy, [s.n, s.c_out, s.h, s.w], device)
    }

    fn weight(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.weight, [s.c_out, s.c_in, s.k, s.k], device)
    }
}

pub fn forward(device: &Device) -> Vec<Pair> {
    let pair = |(conv, kernel): (&Conv, Kernel)| {
        let bias = tensor(&conv.bias, [conv.shape.c_out], device);
        let (x, weight) = (conv.x(device), conv.weight(device));
        Pair {
            made: flat(masked_conv2d(
                x,
                weight,
                bias,
                &conv.index,
                Choice::all(kernel),
            )),
            wanted: plain::convolution(conv.shape, &conv.x, &conv.weight, &conv.bias),
        }
    };
    with_both(&Conv::all(device)).map(pair).collect()
}

pub fn input(device: &Device) -> Vec<Pair> {
    let pair = |(conv, kernel): (&Conv, Kernel)| {
        let made = Tensor::<4>::from_dispatch(Dispatch::conv2d_input_grad(
            conv.dy(device).into_dispatch(),
            conv.weight(device).into_dispatch(),
            conv.index.col_ptr.clone().into_dispatch(),
            conv.index.col_pos.clone().into_dispatch(),
            kernel,
        ));
        Pair {
            made: flat(made),
            wanted: plain::convolution_input(conv.shape, &conv.dy, &conv.weight),
        }
    };
    with_both(&Conv::all(device)).map(pair).collect()
}

pub fn weight(device: &Device) -> Vec<Pair> {
    let pair = |(conv, kernel): (&Conv, Kernel)| {
        let made = Tensor::<4>::from_dispatch(Dispatch::conv2d_weight_grad(
            conv.x(device).into_dispatch(),
            conv.dy(device).into_dispatch(),
            conv.index.row_ptr.clone().into_dispatch(),
            conv.index.row_pos.clone().into_dispatch(),
            conv.shape.k,
            kernel,
        ));
        let mut wanted = plain::convolution_weight(conv.shape, &conv.x, &conv.dy);
        if kernel == Kernel::Sparse {
            let live = conv.mask.iter().map(|&m| f64::from(m));
            wanted.iter_mut().zip(live).for_each(|(w, m)| *w *= m);
        }
        Pair {
            made: flat(made),
            wanted,
        }
    };
    with_both(&Conv::all(device)).map(pair).collect()
}

pub fn bias(device: &Device) -> Vec<Pair> {
    let pair = |conv: Conv| {
        let dy = conv.dy(device).into_dispatch();
        Pair {
            made: Tensor::from_dispatch(Dispatch::conv2d_bias_grad(dy)),
            wanted: plain::convolution_bias(conv.shape, &conv.dy),
        }
    };
    Conv::all(device).map(pair).into()
}

/// Every case with either kernel.
fn with_both(cases: &[Conv]) -> impl Iterator<Item = (&Conv, Kernel)> {
    cases
        .iter()
        .flat_map(|conv| [Kernel::Sparse, Kernel::Dense].map(|kernel| (conv, kernel)))
}
