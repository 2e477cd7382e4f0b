//! Self-attention over pixels: BigGAN's non-local block (SAGAN, section 3).

use burn::tensor::{Tensor, activation, module::max_pool2d, ops::MaxPoolOptions};

use super::Weighted;
use crate::{
    config::BigganConfig,
    kernel::product::product,
    net::{Leaves, Net},
};

/// `x + sigma * out(softmax(theta(x)^T pool(phi(x))) pool(g(x)))`: every pixel attends to all
/// others, at half their resolution.
#[derive(Clone, Copy, Debug)]
pub struct SelfAttention {
    /// Queries, `[c / 8]`.
    pub theta: Weighted,
    /// Keys, `[c / 8]`.
    pub phi: Weighted,
    /// Values, `[c / 2]`.
    pub g: Weighted,
    /// Projection back to `[c]`.
    pub out: Weighted,
    /// Place of the scalar, which starts at 0.
    pub sigma: usize,
}

impl SelfAttention {
    /// Adds to every pixel what it attends to.
    ///
    /// # Shapes
    /// `[n, c, h, w]` to the same.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>) -> Tensor<4> {
        let [n, c, h, w] = x.dims();
        let [inner, values] = BigganConfig::attention_widths(c);
        let keys = (h / 2) * (w / 2);
        let theta = self.theta.forward(net, leaves, x.clone());
        let phi = halved(self.phi.forward(net, leaves, x.clone()));
        let g = halved(self.g.forward(net, leaves, x.clone()));
        let theta: Tensor<3> = theta.reshape([n, inner, h * w]);
        let phi: Tensor<3> = phi.reshape([n, inner, keys]);
        let g: Tensor<3> = g.reshape([n, values, keys]);
        let attention = activation::softmax(product(theta, phi, [true, false]), 2);
        let seen = product(g, attention, [false, true]);
        let seen = self
            .out
            .forward(net, leaves, seen.reshape([n, values, h, w]));
        x + seen * leaves.get::<4>(net, self.sigma)
    }
}

/// The largest value of every 2x2 pixels.
fn halved(x: Tensor<4>) -> Tensor<4> {
    max_pool2d(x, MaxPoolOptions::new([2, 2]))
}
