//! What a model consists of, before any tensor exists.

use super::{BatchNorm, Weighted};

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Convolution weight `[c_out, c_in, k, k]`.
    Conv,
    /// Linear weight `[c_out, c_in]`.
    Linear,
    /// Bias of a layer with this fan-in.
    Bias {
        /// Inputs of one output.
        fan_in: usize,
    },
    /// Batch norm's gain.
    Gain,
    /// Batch norm's bias.
    Shift,
}

impl ParamKind {
    /// Whether it is a weight that could carry a mask.
    pub fn is_weight(self) -> bool {
        matches!(self, Self::Conv | Self::Linear)
    }
}

/// Parameters and buffers in the model's order.
#[derive(Clone, Debug, Default)]
pub struct Blueprint {
    /// Name, kind, shape.
    pub params: Vec<(String, ParamKind, Vec<usize>)>,
    /// Weights under spectral norm.
    pub spectral: Vec<usize>,
    /// Batch norms: name and channels.
    pub norms: Vec<(String, usize)>,
    /// Whether weights that follow are under spectral norm.
    pub spectral_norm: bool,
}

impl Blueprint {
    /// A blueprint whose weights are all, or not at all, under spectral norm.
    pub fn new(spectral_norm: bool) -> Self {
        Self {
            spectral_norm,
            ..Self::default()
        }
    }

    /// A convolution with bias.
    pub fn conv(&mut self, name: &str, c_in: usize, c_out: usize, k: usize) -> Weighted {
        self.weighted(name, ParamKind::Conv, vec![c_out, c_in, k, k], true)
    }

    /// A linear layer.
    pub fn linear(&mut self, name: &str, c_in: usize, c_out: usize, bias: bool) -> Weighted {
        self.weighted(name, ParamKind::Linear, vec![c_out, c_in], bias)
    }

    /// A batch norm.
    pub fn batch_norm(&mut self, name: &str, channels: usize) -> BatchNorm {
        let gain = self.push(format!("{name}.weight"), ParamKind::Gain, vec![channels]);
        let shift = self.push(format!("{name}.bias"), ParamKind::Shift, vec![channels]);
        self.norms.push((name.to_owned(), channels));
        BatchNorm {
            gain,
            shift,
            buffer: self.norms.len() - 1,
        }
    }

    fn weighted(&mut self, name: &str, kind: ParamKind, shape: Vec<usize>, bias: bool) -> Weighted {
        let c_out = shape[0];
        let fan_in = shape[1..].iter().product();
        let weight = self.push(format!("{name}.weight"), kind, shape);
        let bias = bias.then(|| {
            self.push(
                format!("{name}.bias"),
                ParamKind::Bias { fan_in },
                vec![c_out],
            )
        });
        let spectral = self.spectral_norm.then(|| {
            self.spectral.push(weight);
            self.spectral.len() - 1
        });
        Weighted {
            weight,
            bias,
            spectral,
        }
    }

    fn push(&mut self, name: String, kind: ParamKind, shape: Vec<usize>) -> usize {
        self.params.push((name, kind, shape));
        self.params.len() - 1
    }
}
