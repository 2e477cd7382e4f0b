//! Which of two kernels computes a pass through a layer: one that visits active weights only, or a dense one. What is
//! faster depends on density, on the kind of layer, on the direction and on the device.

use serde::{Deserialize, Serialize};

use crate::config::{Crossover, Densities, LayerClass};

/// How a pass visits a layer's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// Active weights only.
    Sparse,
    /// Every weight.
    Dense,
}

/// The kernel of each of a layer's passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The layer's output.
    pub forward: Kernel,
    /// Gradient of its input.
    pub input_grad: Kernel,
    /// Gradient of its weight. Dense: at inactive weights as well.
    pub weight_grad: Kernel,
}

impl Choice {
    /// The same kernel for every pass.
    pub const fn all(kernel: Kernel) -> Self {
        Self {
            forward: kernel,
            input_grad: kernel,
            weight_grad: kernel,
        }
    }
}

impl Densities {
    fn choose(&self, density: f64) -> Choice {
        let kernel = |from: f64| {
            if density >= from {
                Kernel::Dense
            } else {
                Kernel::Sparse
            }
        };
        Choice {
            forward: kernel(self.forward),
            input_grad: kernel(self.input_grad),
            weight_grad: kernel(self.weight_grad),
        }
    }
}

impl Crossover {
    /// The kernels of a layer at `density`.
    pub fn choose(&self, class: LayerClass, density: f64) -> Choice {
        self.of(class).choose(density)
    }
}
