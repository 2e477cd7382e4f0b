//! A masked convolution or linear layer, under spectral norm if the blueprint says so.

use burn::tensor::Tensor;

use crate::{
    kernel::{choice::Kernel, conv2d::masked_conv2d, spectral::spectral_norm},
    net::{Leaves, Net},
};

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

/// A weight as a matrix, such as `[c_out, c_in * k * k]`, divided by its spectral norm. The norm's
/// vectors move on unless the view is frozen.
pub(super) fn normalised(
    net: &mut Net,
    leaves: &Leaves,
    slot: usize,
    weight: Tensor<2>,
) -> Tensor<2> {
    let state = &mut net.spectral[slot];
    let (u, v) = (leaves.lift(state.u.clone()), leaves.lift(state.v.clone()));
    let [weight, u, v] = spectral_norm(weight, u, v, !leaves.is_frozen(), state.eps);
    (state.u, state.v) = (leaves.plain(&u), leaves.plain(&v));
    weight
}
