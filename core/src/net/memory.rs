//! Memory that a net's tensors take.

use burn::tensor::{DType, Tensor};
use serde::Serialize;

use super::Net;
use crate::kernel::index::SparseIndex;

/// Bytes by purpose. Activations and gradients come and go, so they are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Parameters.
    pub weights: usize,
    /// Adam's moments.
    pub optimiser: usize,
    /// The averaged parameters.
    pub average: usize,
    /// Masks: weights that are active, and weights that ever were.
    pub masks: usize,
    /// Positions of active weights, for the sparse kernels.
    pub indices: usize,
}

impl Net {
    /// Memory that the net's tensors take.
    pub fn memory(&self) -> Memory {
        let word = DType::F32.size();
        let kept = |kept: bool, tensor: &Tensor<1>| {
            if kept { tensor.dims()[0] * word } else { 0 }
        };
        let flat = &self.flat;
        let index = |index: &SparseIndex| {
            let pointers = index.row_ptr.dims()[0] + index.col_ptr.dims()[0];
            (pointers + 2 * index.nnz) * word
        };
        Memory {
            weights: kept(true, &flat.weight),
            optimiser: kept(true, &flat.v) + kept(flat.m.dims() == flat.v.dims(), &flat.m),
            average: kept(self.has_average(), &flat.average),
            masks: kept(true, &self.mask) + kept(true, &self.ever),
            indices: self.indices.iter().flatten().map(index).sum(),
        }
    }
}
