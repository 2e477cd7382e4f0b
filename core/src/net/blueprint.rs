//! Parameters and buffers of a model, before any tensor exists.

use crate::kernel::spectral;

/// Kind of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Convolution weight `[c_out, c_in, k, k]`.
    Conv,
    /// Linear weight `[c_out, c_in]`.
    Linear,
    /// Bias of a layer with this fan-in.
    Bias {
        /// Inputs per output.
        fan_in: usize,
    },
    /// Batch norm's gain.
    Gain,
    /// Batch norm's bias.
    Shift,
    /// A table `[classes, width]` with a row for every class.
    Embedding,
    /// A matrix `[c_out, inputs]` from a condition to a conditional batch norm's gain or bias.
    Condition,
    /// A scalar that starts at 0, the factor of self-attention.
    Scale,
}

impl ParamKind {
    /// Whether it is a weight that could carry a mask. Tables and conditions never do, because
    /// ADAPT's code leaves them dense.
    pub fn is_weight(self) -> bool {
        matches!(self, Self::Conv | Self::Linear)
    }
}

/// Parameters and buffers in the model's order.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Name, kind, shape.
    pub params: Vec<(String, ParamKind, Vec<usize>)>,
    /// Weights under spectral norm.
    pub spectral: Vec<usize>,
    /// Batch norms: name and channels.
    pub norms: Vec<(String, usize)>,
    /// Whether weights pushed from now on are under spectral norm.
    pub spectral_norm: bool,
    /// Spectral norm's eps, for the whole net.
    pub spectral_eps: f32,
    /// Batch norm's eps, for norms pushed from now on.
    pub norm_eps: f32,
}

impl Blueprint {
    /// A blueprint with spectral norm on all of its weights, or on none.
    pub fn new(spectral_norm: bool) -> Self {
        Self {
            params: Vec::new(),
            spectral: Vec::new(),
            norms: Vec::new(),
            spectral_norm,
            spectral_eps: spectral::EPS,
            norm_eps: 1e-5,
        }
    }

    /// Appends a parameter and returns its place.
    pub fn push(&mut self, name: String, kind: ParamKind, shape: Vec<usize>) -> usize {
        self.params.push((name, kind, shape));
        self.params.len() - 1
    }
}
