//! Residual blocks shared by several families.

use burn::tensor::{Tensor, activation::relu};

use crate::{
    kernel::resample::{mean_pool2, upsample2},
    layer::{ConditionalNorm, Weighted},
    net::{Leaves, Net},
};

/// A discriminator's block (SNGAN, BigGAN).
#[derive(Clone, Copy, Debug)]
pub struct DBlock {
    /// Whether this is the first block, which sees the image and has no ReLU before its first
    /// convolution.
    pub first: bool,
    /// Whether it ends in a 2x2 mean pool.
    pub pool: bool,
    /// Whether the shortcut also sees relu(x), as after an in-place ReLU.
    pub relu_shortcut: bool,
    /// First 3x3 convolution.
    pub c1: Weighted,
    /// Second 3x3 convolution.
    pub c2: Weighted,
    /// The shortcut's 1x1 convolution; without one the shortcut is the identity.
    pub shortcut: Option<Weighted>,
}

impl DBlock {
    /// Runs the block.
    ///
    /// # Shapes
    /// `[n, c_in, h, w]` to `[n, c_out, h, w]`, or half of both sides.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>) -> Tensor<4> {
        let pool = |t: Tensor<4>| if self.pool { mean_pool2(t) } else { t };
        let r = if self.first {
            x.clone()
        } else {
            relu(x.clone())
        };
        let x = if self.relu_shortcut { r.clone() } else { x };
        let r = relu(self.c1.forward(net, leaves, r));
        let r = pool(self.c2.forward(net, leaves, r));
        // Pooling commutes with a 1x1 convolution; pooling first costs a quarter (the first block's
        // own order).
        match &self.shortcut {
            Some(conv) => r + conv.forward(net, leaves, pool(x)),
            None => r + pool(x),
        }
    }
}

/// A conditional generator's block (BigGAN); it doubles the side.
#[derive(Clone, Copy, Debug)]
pub struct ConditionalGBlock {
    /// Batch norm before the first convolution.
    pub b1: ConditionalNorm,
    /// First 3x3 convolution, after enlarging.
    pub c1: Weighted,
    /// Batch norm before the second convolution.
    pub b2: ConditionalNorm,
    /// Second 3x3 convolution.
    pub c2: Weighted,
    /// The shortcut's 1x1 convolution.
    pub shortcut: Weighted,
}

impl ConditionalGBlock {
    /// Runs the block. The condition `[n, inputs]` belongs to this pass.
    ///
    /// # Shapes
    /// `[n, c_in, h, w]` to `[n, c_out, 2 h, 2 w]`.
    pub fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        condition: &Tensor<2>,
    ) -> Tensor<4> {
        let r = relu(self.b1.forward(net, leaves, x.clone(), condition));
        let r = self.c1.forward(net, leaves, upsample2(r));
        let r = relu(self.b2.forward(net, leaves, r, condition));
        let r = self.c2.forward(net, leaves, r);
        // A 1x1 convolution commutes with enlarging; convolving first costs a quarter.
        r + upsample2(self.shortcut.forward(net, leaves, x))
    }
}
