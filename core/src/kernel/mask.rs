//! Applies a net's mask to values that belong to its weights.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, Flex, TensorMetadata,
        autodiff::checkpoint::strategy::CheckpointStrategy, backend_extension, tensor::FloatTensor,
    },
    tensor::Tensor,
};
use burn_wgpu::{CubeBackend, into_contiguous};
use tightrope_shaders::{self as shaders, params::MaskParams};

use super::{
    cpu,
    launch::{exclusive, launch, per_element},
};

/// The primitive of mask application.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait MaskOps: Backend {
    /// See [`mask_apply`].
    fn mask_apply(values: FloatTensor<Self>, mask: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Zeroes the values whose mask is 0. The mask covers the first `n` of them; biases and other
/// unmasked parameters may follow. It has no gradient.
///
/// # Shapes
/// values `[at least n]`, mask `[n]`; returns the values' shape.
pub fn mask_apply(values: Tensor<1>, mask: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::mask_apply(
        values.into_dispatch(),
        mask.into_dispatch(),
    ))
}

impl MaskOps for CubeBackend {
    fn mask_apply(values: FloatTensor<Self>, mask: FloatTensor<Self>) -> FloatTensor<Self> {
        let (values, mask) = (exclusive(values), into_contiguous(mask));
        let masked = mask.shape().num_elements();
        launch(
            shaders::MASK_APPLY,
            per_element(masked),
            &[&values, &mask],
            &MaskParams {
                masked: masked as u32,
            },
        );
        values
    }
}

impl MaskOps for Flex {
    fn mask_apply(values: FloatTensor<Self>, mask: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = values.shape();
        let mut result = cpu::values(&values).into_owned();
        cpu::mask::apply(&mut result, &cpu::values(&mask));
        cpu::tensor(result, shape)
    }
}

impl<B: MaskOps, C: CheckpointStrategy> MaskOps for Autodiff<B, C> {
    fn mask_apply(values: FloatTensor<Self>, mask: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::from_inner(B::mask_apply(
            values.into_primitive(),
            mask.into_primitive(),
        ))
    }
}
