//! CPU twins of the WGSL kernels: plain slices in, plain vectors out.

/// Defines a function that runs with the widest vector instructions of the processor. Its body, and
/// all code inlined into it, is compiled once for each instruction set.
macro_rules! vectorised {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) -> $ret {
            struct Call<T>(T);
            impl pulp::WithSimd for Call<($($ty,)*)> {
                type Output = $ret;

                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) -> $ret {
                    let ($($arg,)*) = self.0;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Call(($($arg,)*)))
        }
    };
}

pub mod adam;
pub mod batch_norm;
pub mod conv2d;
mod count;
mod fill;
pub mod index;
pub mod mask;
pub mod resample;
pub mod select;
pub mod spectral;
mod sum;

use burn::tensor::{Bytes, DType};
use burn_flex::{FlexTensor, Layout};
pub use count::multiply_adds;

/// The values of a tensor, contiguous.
pub(super) fn values(tensor: &FlexTensor) -> std::borrow::Cow<'_, [f32]> {
    match tensor.as_slice::<f32>() {
        Some(slice) => slice.into(),
        None => {
            let contiguous = tensor.to_contiguous();
            contiguous.storage::<f32>()[..contiguous.layout().num_elements()]
                .to_vec()
                .into()
        }
    }
}

/// The integers of a tensor, contiguous.
pub(super) fn integers(tensor: &FlexTensor) -> std::borrow::Cow<'_, [i32]> {
    match tensor.as_slice::<i32>() {
        Some(slice) => slice.into(),
        None => {
            let contiguous = tensor.to_contiguous();
            contiguous.storage::<i32>()[..contiguous.layout().num_elements()]
                .to_vec()
                .into()
        }
    }
}

/// Wraps values as a float tensor.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<burn::tensor::Shape>) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(shape.into()),
        DType::F32,
    )
}

/// Wraps integers as a tensor `[n]`.
pub(super) fn integer_tensor(values: Vec<i32>) -> FlexTensor {
    let shape = [values.len()].into();
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(shape),
        DType::I32,
    )
}
