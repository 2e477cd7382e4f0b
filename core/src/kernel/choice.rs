//! Choice between two kernels for a pass through a layer: a sparse one that visits active weights
//! only, or a dense one. The faster one depends on density, layer, direction and device.

use serde::{Deserialize, Serialize};

use crate::config::{Crossover, Densities, LayerClass};

/// Kernel of a pass, by the weights it visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// Active weights only.
    Sparse,
    /// Every weight.
    Dense,
}

/// Kernels of a layer's passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The layer's output.
    pub forward: Kernel,
    /// Gradient of its input.
    pub input_grad: Kernel,
    /// Gradient of its weight; a dense kernel computes it at inactive weights as well.
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
