//! A linear map without bias that no mask covers: a table of classes, or a condition's matrix.

use burn::tensor::Tensor;

use super::weighted::normalised;
use crate::{
    kernel::product::product,
    net::{Leaves, Net, blueprint::ParamKind},
};

/// An embedding, or the matrix of a conditional batch norm's gain or bias.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// Place of the weight.
    pub weight: usize,
    /// Place of the spectral vectors.
    pub spectral: Option<usize>,
}

impl Lookup {
    /// Rows for one-hot classes, or a condition times the matrix. One-hot input makes lookups and
    /// their gradients plain products on every device. The input belongs to this pass.
    ///
    /// # Shapes
    /// Embedding: `[n, classes]` to `[n, width]`. Condition: `[n, inputs]` to `[n, c_out]`.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, input: Tensor<2>) -> Tensor<2> {
        let mut weight: Tensor<2> = leaves.get(net, self.weight);
        if let Some(slot) = self.spectral {
            weight = normalised(net, leaves, slot, weight);
        }
        let turned = net.params[self.weight].kind != ParamKind::Embedding;
        product(input.unsqueeze(), weight.unsqueeze(), [false, turned]).squeeze_dim(0)
    }
}
