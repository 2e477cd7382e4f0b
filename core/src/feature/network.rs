//! The architectures.

mod inception;
mod resnet;

use super::{
    plan::{Engine, Layer, Plan},
    weights::Weights,
};
use crate::Result;

/// An architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Inception-v3 as FID has it.
    Inception,
    /// A ResNet for CIFAR-10 (He et al. 2016, section 4.2), with shortcuts of option A.
    ResNet {
        /// Blocks in each of its three stages.
        blocks: usize,
    },
}

/// The last, linear layer.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Name of the layer in the file.
    pub name: &'static str,
    /// Number of classes.
    pub classes: usize,
}

/// Scaling of an image's values at the input.
#[derive(Clone, Copy, Debug)]
pub enum Scale {
    /// `2x - 1`, of x in 0 to 1.
    Signed,
    /// `(x - mean) / deviation` by channel, of x in 0 to 1.
    Standard([f32; 3], [f32; 3]),
}

impl Network {
    /// The ResNet that the weights belong to, by the number of its blocks.
    ///
    /// # Errors
    /// When the weights hold no blocks.
    pub fn resnet(weights: &Weights) -> Result<Self> {
        let blocks = (0..)
            .take_while(|block| weights.has(&format!("layer1.{block}.conv1.weight")))
            .count();
        if blocks == 0 {
            return Err(weights.lacks("layer1.0.conv1.weight"));
        }
        Ok(Self::ResNet { blocks })
    }

    /// Name of the network, e.g. `inception` or `resnet20`.
    pub fn name(self) -> String {
        match self {
            Self::Inception => "inception".to_owned(),
            Self::ResNet { blocks } => format!("resnet{}", 6 * blocks + 2),
        }
    }

    /// Number of features per image.
    pub fn dim(self) -> usize {
        match self {
            Self::Inception => 2048,
            Self::ResNet { .. } => 64,
        }
    }

    /// Side of its input images, in pixels.
    pub fn side(self) -> usize {
        match self {
            Self::Inception => 299,
            Self::ResNet { .. } => 32,
        }
    }

    /// The last layer.
    pub fn head(self) -> Head {
        match self {
            Self::Inception => Head {
                name: "fc",
                classes: 1008,
            },
            Self::ResNet { .. } => Head {
                name: "linear",
                classes: 10,
            },
        }
    }

    /// Scaling of its input values.
    pub fn scale(self) -> Scale {
        match self {
            Self::Inception => Scale::Signed,
            Self::ResNet { .. } => resnet::SCALE,
        }
    }

    /// Epsilon that its batch norms add to variances.
    pub fn eps(self) -> f32 {
        match self {
            Self::Inception => 1e-3,
            Self::ResNet { .. } => 1e-5,
        }
    }

    /// Whether its distance is FID and its score is IS.
    pub fn is_inception(self) -> bool {
        self == Self::Inception
    }

    /// Computes features `[dim]` of images `[3, side, side]`.
    pub fn forward<E: Engine>(self, engine: &mut E, x: &E::Maps) -> E::Maps {
        match self {
            Self::Inception => inception::forward(engine, x),
            Self::ResNet { blocks } => resnet::forward(engine, x, blocks),
        }
    }

    /// Lists its convolutions, in order.
    pub fn layers(self) -> Layers {
        let mut plan = Plan::default();
        self.forward(&mut plan, &[3, self.side(), self.side()]);
        Layers {
            layers: plan.layers,
            eps: self.eps(),
        }
    }
}

/// A network's convolutions, and the epsilon of their batch norms.
#[derive(Clone, Debug)]
pub struct Layers {
    /// The convolutions, in order.
    pub layers: Vec<Layer>,
    eps: f32,
}

/// A convolution's weight `[outputs, inputs, kh, kw]` and bias, with its batch norm folded in.
pub struct Folded {
    /// The weight, row-major.
    pub weight: Vec<f32>,
    /// The bias.
    pub bias: Vec<f32>,
}

impl Layers {
    /// Takes one layer's tensors and folds its batch norm in.
    ///
    /// # Errors
    /// When one is missing or of another shape.
    pub fn fold(&self, layer: &Layer, weights: &mut Weights) -> Result<Folded> {
        let conv = &layer.conv;
        let [kh, kw] = conv.kernel;
        let mut weight = weights.take(
            &format!("{}.weight", conv.name),
            &[conv.outputs, layer.inputs, kh, kw],
        )?;
        let mut norm = |what: &str| weights.take(&format!("{}.{what}", conv.norm), &[conv.outputs]);
        let (gain, shift) = (norm("weight")?, norm("bias")?);
        let (mean, variance) = (norm("running_mean")?, norm("running_var")?);
        let mut bias = shift;
        let rows = weight.chunks_exact_mut(layer.inputs * kh * kw);
        for (channel, row) in rows.enumerate() {
            let scale = gain[channel] / (variance[channel] + self.eps).sqrt();
            row.iter_mut().for_each(|weight| *weight *= scale);
            bias[channel] -= mean[channel] * scale;
        }
        Ok(Folded { weight, bias })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(network: Network) -> usize {
        let of = |layer: &Layer| {
            layer.conv.outputs * layer.inputs * layer.conv.kernel.iter().product::<usize>()
        };
        network.layers().layers.iter().map(of).sum()
    }

    #[test]
    fn the_networks_have_their_published_sizes() {
        let head = 2048 * 1008 + 1008;
        let norms: usize = Network::Inception
            .layers()
            .layers
            .iter()
            .map(|l| 2 * l.conv.outputs)
            .sum();
        // Parameters of torchvision's Inception-v3 without its second head, with 1008 classes.
        assert_eq!(weights(Network::Inception) + norms + head, 23_850_960);
        assert_eq!(Network::Inception.layers().layers.len(), 94);
        assert_eq!(Network::ResNet { blocks: 3 }.layers().layers.len(), 19);
        assert_eq!(Network::ResNet { blocks: 9 }.name(), "resnet56");
    }
}
