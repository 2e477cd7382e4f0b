//! The densities at which dense kernels overtake sparse ones.

use serde::{Deserialize, Serialize};

/// Class of layers that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerClass {
    /// A convolution with a kernel above 1x1.
    Conv,
    /// A 1x1 convolution.
    Pointwise,
    /// A linear layer.
    Linear,
}

/// A density above all others, for a sparse kernel that is always faster.
pub const NEVER: f64 = 1.01;

/// For each pass, the density at which the dense kernel becomes faster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Densities {
    /// The layer's output.
    pub forward: f64,
    /// Gradient of its input.
    pub input_grad: f64,
    /// Gradient of its weight.
    pub weight_grad: f64,
}

/// Densities at which a device's dense kernels overtake its sparse ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crossover {
    /// Densities of [`LayerClass::Conv`].
    pub conv: Densities,
    /// Densities of [`LayerClass::Pointwise`].
    pub pointwise: Densities,
    /// Densities of [`LayerClass::Linear`].
    pub linear: Densities,
}

impl Crossover {
    /// Densities measured on one machine, for devices that have not been measured yet.
    pub const fn typical(gpu: bool) -> Self {
        const fn densities(forward: f64, input_grad: f64, weight_grad: f64) -> Densities {
            Densities {
                forward,
                input_grad,
                weight_grad,
            }
        }
        if gpu {
            Self {
                conv: densities(0.5, 0.5, 0.45),
                pointwise: densities(0.5, 0.5, 0.3),
                linear: densities(NEVER, NEVER, 0.4),
            }
        } else {
            Self {
                conv: densities(0.75, 0.75, 0.45),
                pointwise: densities(0.45, 0.45, 0.4),
                linear: densities(0.45, 0.45, 0.25),
            }
        }
    }

    /// The densities of one class of layers.
    pub fn of(&self, class: LayerClass) -> &Densities {
        match class {
            LayerClass::Conv => &self.conv,
            LayerClass::Pointwise => &self.pointwise,
            LayerClass::Linear => &self.linear,
        }
    }

    pub(crate) fn of_mut(&mut self, class: LayerClass) -> &mut Densities {
        match class {
            LayerClass::Conv => &mut self.conv,
            LayerClass::Pointwise => &mut self.pointwise,
            LayerClass::Linear => &mut self.linear,
        }
    }

    /// All densities by name, e.g. `conv.forward`.
    pub fn named(&self) -> impl Iterator<Item = (String, f64)> {
        [
            ("conv", self.conv),
            ("pointwise", self.pointwise),
            ("linear", self.linear),
        ]
        .into_iter()
        .flat_map(|(class, of)| {
            [
                ("forward", of.forward),
                ("input_grad", of.input_grad),
                ("weight_grad", of.weight_grad),
            ]
            .map(|(pass, density)| (format!("{class}.{pass}"), density))
        })
    }
}
