//! Training FLOPs by the authors' counting rule. One multiply-add is 1. Weights and biases of
//! linear and convolutional layers and affine batch norm count, nothing else does. A mask scales a
//! layer's weight term by its density. A backward pass costs two forward ones.

mod biggan;
mod nets;
mod work;

pub use nets::layers;
pub use work::{Forward, Work, masked_forward, yardstick_forward};

/// Cost of one layer for one image, forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlopLayer {
    /// The authors' module name, e.g. `block2.c1`; its weight is `block2.c1.weight`.
    pub name: String,
    /// Multiply-adds of the weight.
    pub weight: u64,
    /// Additions of the bias.
    pub bias: u64,
    /// Whether a mask may cover the weight.
    pub maskable: bool,
}

/// A linear layer with `inputs` and `outputs` features.
pub fn linear(name: impl Into<String>, inputs: usize, outputs: usize, bias: bool) -> FlopLayer {
    FlopLayer {
        name: name.into(),
        weight: (inputs * outputs) as u64,
        bias: if bias { outputs as u64 } else { 0 },
        maskable: true,
    }
}

/// A convolution with bias, `kernel` x `kernel` taps and an output of `side` x `side`.
pub fn conv(
    name: impl Into<String>,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    side: usize,
) -> FlopLayer {
    let outputs = (outputs * side * side) as u64;
    FlopLayer {
        name: name.into(),
        weight: (inputs * kernel * kernel) as u64 * outputs,
        bias: outputs,
        maskable: true,
    }
}

/// Affine batch norm over `channels` maps of `side` x `side` (side 1: over features).
pub fn batch_norm(name: impl Into<String>, channels: usize, side: usize) -> FlopLayer {
    let values = (channels * side * side) as u64;
    FlopLayer {
        name: name.into(),
        weight: values,
        bias: values,
        maskable: false,
    }
}

/// Forward cost of a dense net for one image.
pub fn dense_forward(layers: &[FlopLayer]) -> u64 {
    layers.iter().map(|layer| layer.weight + layer.bias).sum()
}

/// Forward cost of a masked net for one image. `density` returns a layer's density by its name, or
/// `None` if the layer has no mask.
pub fn sparse_forward(layers: &[FlopLayer], density: impl Fn(&str) -> Option<f64>) -> f64 {
    layers
        .iter()
        .map(|layer| {
            let share = if layer.maskable {
                density(&layer.name).unwrap_or(1.0)
            } else {
                1.0
            };
            layer.weight as f64 * share + layer.bias as f64
        })
        .sum()
}

/// Passes of an iteration that count, all at the masks' densities. [`Work`] is the work actually
/// done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The passes that ADAPT's appendix F lists, each once: D sees a real and a fake batch as one,
    /// and G's step goes through D forwards only. These are fewer than a run makes; older records
    /// have them as the main figure.
    Corrected,
    /// As ADAPT counts: `Corrected` with D's part multiplied by `n_critic` once too often, as in
    /// the authors' code. ADAPT's tables have these numbers.
    Paper,
    /// Every pass of an iteration: D's real and fake images apart, and D's input gradient in G's
    /// step. STU-GAN counts these, with masks on convolutions only.
    Full,
}

/// Forward-pass equivalents of one iteration, in images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// Through the generator.
    pub generator: u64,
    /// Through the discriminator.
    pub discriminator: u64,
}

impl Images {
    /// The passes of one iteration with these batch sizes (ADAPT, appendix F).
    pub fn per_iteration(count: Count, batch_d: usize, batch_g: usize, n_critic: usize) -> Self {
        let (critic, batch_g, n_critic) =
            ((n_critic * batch_d) as u64, batch_g as u64, n_critic as u64);
        Self {
            generator: critic + 3 * batch_g,
            discriminator: match count {
                Count::Corrected => 3 * critic + batch_g,
                Count::Paper => n_critic * (3 * critic + batch_g),
                Count::Full => 6 * critic + 2 * batch_g,
            },
        }
    }

    /// The passes that a balance-ratio probe adds: one more generator pass, two more discriminator
    /// passes. ADAPT leaves them out.
    pub fn per_probe(batch_d: usize, batch_g: usize) -> Self {
        Self {
            generator: batch_g as u64,
            discriminator: (batch_g + batch_d) as u64,
        }
    }

    /// The cost, given each net's forward cost for one image.
    pub fn flops(self, generator_forward: f64, discriminator_forward: f64) -> f64 {
        self.generator as f64 * generator_forward
            + self.discriminator as f64 * discriminator_forward
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_scale_weights_only() {
        let net = [
            linear("l1", 4, 8, true),
            batch_norm("b1", 8, 1),
            conv("c1", 2, 3, 3, 5),
        ];
        assert_eq!(dense_forward(&net), (32 + 8) + (8 + 8) + (18 * 75 + 75));
        let half = sparse_forward(&net, |name| (name != "l1").then_some(0.5));
        assert_eq!(half, (32 + 8 + 8 + 8) as f64 + 9.0 * 75.0 + 75.0);
    }

    #[test]
    fn only_the_papers_count_repeats_the_critic() {
        let images = |count| Images::per_iteration(count, 64, 128, 5);
        assert_eq!(
            images(Count::Corrected),
            Images {
                generator: 704,
                discriminator: 1088
            }
        );
        assert_eq!(images(Count::Paper).discriminator, 5 * 1088);
        assert_eq!(images(Count::Full).discriminator, 6 * 320 + 2 * 128);
        assert_eq!(
            images(Count::Corrected).flops(2.0, 1.0),
            2.0 * 704.0 + 1088.0
        );
        assert_eq!(
            Images::per_probe(64, 128),
            Images {
                generator: 128,
                discriminator: 192
            }
        );
    }
}
