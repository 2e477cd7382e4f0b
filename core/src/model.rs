//! Architectures. A model is a forward pass and the places of its layers; the tensors lie in a
//! [`Net`].

pub mod biggan;
pub mod block;
mod mlp;
mod sngan;

use burn::tensor::Tensor;

use crate::{
    config::{ModelConfig, Role, RunConfig},
    net::blueprint::Blueprint,
    net::{Leaves, Net},
};

/// A network's forward pass.
///
/// # Shapes
/// Generators map z `[n, z_dim, 1, 1]` to samples `[n, channels, side, side]` (2-D points:
/// `[n, 2, 1, 1]`), discriminators map samples to scores `[n, 1, 1, 1]`. Classes are one-hot,
/// `[n, classes]`, and carry no gradient.
pub trait Model: Send {
    /// Runs the net in training mode: batch statistics, one power iteration per weight. Conditional
    /// nets need the classes of their samples, others ignore them.
    fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        classes: Option<&Tensor<2>>,
    ) -> Tensor<4>;
}

/// The model of one role and the blueprint of its net. `channels` are the data's (2-D points: 2).
pub fn build(config: &RunConfig, role: Role, channels: usize) -> (Box<dyn Model>, Blueprint) {
    match (&config.model, role) {
        (ModelConfig::Mlp(m), Role::G) => mlp::generator(m, config.z_dim, channels),
        (ModelConfig::Mlp(m), Role::D) => mlp::discriminator(m, channels),
        (ModelConfig::Sngan(m), Role::G) => sngan::generator(m, config.z_dim, channels),
        (ModelConfig::Sngan(m), Role::D) => sngan::discriminator(m, channels),
        (ModelConfig::Biggan(m), Role::G) => biggan::generator(m, config.z_dim, channels),
        (ModelConfig::Biggan(m), Role::D) => biggan::discriminator(m, channels),
    }
}
