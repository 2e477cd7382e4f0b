//! Settings of the BigGAN family.

use serde::{Deserialize, Serialize};

use super::ModelConfig;

/// BigGAN as ADAPT has it for CIFAR-10 (`biggan.32` in its code) and TinyImageNet (`biggan.64`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BigganConfig {
    /// Number of classes in the data.
    pub classes: usize,
    /// Side of the generator's first feature map; every generator block doubles it.
    pub bottom: usize,
    /// Channels of the first feature map, then of each block's output.
    pub g_channels: Vec<usize>,
    /// Output channels of each discriminator block.
    pub d_channels: Vec<usize>,
    /// Whether each discriminator block ends in a 2x2 mean pool.
    pub d_pool: Vec<bool>,
    /// Width of the class embedding that G's blocks share; each block then takes its own chunk of z
    /// (hierarchical z). At 0, every gain and bias has its own table, and all of z enters at the
    /// bottom.
    pub shared_embedding: usize,
    /// Generator block that self-attention follows, counted from 1; 0 is none.
    pub g_attention: usize,
    /// Discriminator block that self-attention follows, counted from 1; 0 is none.
    pub d_attention: usize,
    /// Spectral norm on D's convolutions and its last layer. D's class embedding always has it.
    pub d_spectral_norm: bool,
    /// Whether D's shortcuts see relu(x), as with the in-place ReLUs of the TinyImageNet code.
    pub relu_shortcut: bool,
    /// Batch norm's eps.
    pub norm_eps: f64,
    /// Spectral norm's eps.
    pub spectral_eps: f64,
    /// Source of the parameters' names and order.
    pub naming: BigganNaming,
}

/// Source of a BigGAN's parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BigganNaming {
    /// `blocks.0.residual1.2.weight`, as in ADAPT's CIFAR-10 code.
    Biggan32,
    /// `blocks.0.0.conv2d1.weight`, as in its TinyImageNet code.
    Biggan64,
}

impl BigganConfig {
    /// Channels of self-attention's queries and keys, and of its values; at least one, for nets
    /// narrower than the authors'.
    pub fn attention_widths(channels: usize) -> [usize; 2] {
        [8, 2].map(|share| (channels / share).max(1))
    }

    /// Values of z that enter at the bottom: all of them or, with a shared embedding, one of as
    /// many chunks as blocks plus one.
    pub fn chunk(&self, z_dim: usize) -> usize {
        match self.shared_embedding {
            0 => z_dim,
            _ => z_dim / self.g_channels.len().max(1),
        }
    }
}

impl ModelConfig {
    /// Number of classes that the nets learn; 0 if they learn none.
    pub fn classes(&self) -> usize {
        match self {
            Self::Mlp(_) | Self::Sngan(_) => 0,
            Self::Biggan(biggan) => biggan.classes,
        }
    }
}
