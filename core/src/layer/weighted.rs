//! A masked convolution or linear layer, under spectral norm if the blueprint says so.

use burn::tensor::Tensor;

use crate::{
    kernel::{choice::Kernel, conv2d::masked_conv2d},
    net::{Leaves, Net},
};

/// Keeps a vanishing norm from dividing by zero (PyTorch's spectral norm, eps).
const EPS: f32 = 1e-12;

/// A convolution, or a linear layer over images of one pixel.
#[derive(Clone, Copy, Debug)]
pub struct Weighted {
    /// Place of the weight.
    pub weight: usize,
    /// Place of the bias.
    pub bias: Option<usize>,
    /// Place of the spectral vectors.
    pub spectral: Option<usize>,
}

impl Weighted {
    /// # Shapes
    /// `[n, c_in, h, w]` to `[n, c_out, h, w]`.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>) -> Tensor<4> {
        let (c_out, c_in, k) = net.params[self.weight].weight_dims();
        let mut weight: Tensor<2> = leaves
            .get::<4>(net, self.weight)
            .reshape([c_out, c_in * k * k]);
        if let Some(slot) = self.spectral {
            weight = normalised(net, leaves, slot, weight);
        }
        let weight = weight.reshape([c_out, c_in, k, k]);
        let bias = match self.bias {
            Some(place) => leaves.get(net, place),
            None => leaves.lift(Tensor::zeros([c_out], net.device())),
        };
        match &net.indices[self.weight] {
            Some(index) => {
                let mut choice = net.choices[self.weight];
                if leaves.dense_grad {
                    choice.weight_grad = Kernel::Dense;
                }
                masked_conv2d(x, weight, bias, index, choice)
            }
            None => unreachable!("every weight is indexed when the net is built"),
        }
    }
}

/// One power iteration, then W / sigma with sigma = u^T W v (u, v constant for the gradient).
fn normalised(net: &mut Net, leaves: &Leaves, slot: usize, weight: Tensor<2>) -> Tensor<2> {
    let plain = leaves.plain(&weight);
    let state = &mut net.spectral[slot];
    let unit = |x: Tensor<2>| {
        let norm = (x.clone() * x.clone()).sum().sqrt().clamp_min(EPS);
        x / norm.reshape([1, 1])
    };
    if !leaves.is_frozen() {
        state.v = unit(plain.clone().transpose().matmul(state.u.clone()));
        state.u = unit(plain.matmul(state.v.clone()));
    }
    let (u, v) = (leaves.lift(state.u.clone()), leaves.lift(state.v.clone()));
    let sigma = (weight.clone().matmul(v) * u).sum().clamp_min(EPS);
    weight / sigma.reshape([1, 1])
}
