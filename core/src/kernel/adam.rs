//! The fused optimiser step over a net's flat parameters: Adam, mask, average.

use burn::{
    backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension, tensor::FloatTensor},
    tensor::Tensor,
};
use burn_wgpu::{CubeBackend, into_contiguous};
use tightrope_shaders::{self as shaders, params::AdamParams};

use super::{
    cpu,
    launch::{exclusive, launch, per_element},
};
use crate::config::AveragingRule;

/// Settings of one step, apart from its tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Steps taken, including this one.
    pub t: u64,
    /// Learning rate.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// Added outside the root.
    pub eps: f32,
    /// Whether gradients of inactive weights count as zero (`gradients: active`).
    pub mask_gradient: bool,
    /// Averaging rule.
    pub averaging: AveragingRule,
    /// Decay of the average.
    pub decay: f32,
}

impl AdamStep {
    /// Learning rate with the first moment's bias correction.
    pub fn rate(&self) -> f32 {
        (self.lr / (1.0 - f64::from(self.beta1).powf(self.t as f64))) as f32
    }

    /// `1 / (1 - beta2^t)`.
    pub fn second_correction(&self) -> f32 {
        (1.0 / (1.0 - f64::from(self.beta2).powf(self.t as f64))) as f32
    }

    fn params(&self, len: usize, masked: usize) -> AdamParams {
        AdamParams {
            len: len as u32,
            masked: masked as u32,
            mask_gradient: u32::from(self.mask_gradient),
            averaging: match self.averaging {
                AveragingRule::None => 0,
                AveragingRule::Ema => 1,
                AveragingRule::Sema => 2,
            },
            rate: self.rate(),
            beta1: self.beta1,
            beta2: self.beta2,
            second_correction: self.second_correction(),
            epsilon: self.eps,
            decay: self.decay,
        }
    }
}

/// The step as a backend operation; returns `(weight, m, v, average)`.
#[backend_extension(Cube, Flex)]
pub trait AdamOps: Backend {
    /// All tensors have length n, except the mask (the maskable prefix) and, when beta1 is 0, m
    /// (length 1).
    #[allow(
        clippy::too_many_arguments,
        clippy::type_complexity,
        reason = "the whole optimiser state"
    )]
    fn adam_step(
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        m: FloatTensor<Self>,
        v: FloatTensor<Self>,
        average: FloatTensor<Self>,
        step: AdamStep,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    );
}

/// A net's flat parameters with the optimiser's state, all `[n]`.
#[derive(Clone, Debug)]
pub struct Flat {
    /// Parameters, maskable ones first.
    pub weight: Tensor<1>,
    /// First moment; length 1 when beta1 is 0.
    pub m: Tensor<1>,
    /// Second moment.
    pub v: Tensor<1>,
    /// Averaged parameters; length 1 without an average.
    pub average: Tensor<1>,
}

impl Flat {
    /// One step with gradient `[n]` and the mask `[maskable]`.
    #[must_use]
    pub fn step(self, grad: Tensor<1>, mask: Tensor<1>, step: AdamStep) -> Self {
        let (weight, m, v, average) = Dispatch::adam_step(
            self.weight.into_dispatch(),
            grad.into_dispatch(),
            mask.into_dispatch(),
            self.m.into_dispatch(),
            self.v.into_dispatch(),
            self.average.into_dispatch(),
            step,
        );
        let [weight, m, v, average] = [weight, m, v, average].map(Tensor::from_dispatch);
        Self {
            weight,
            m,
            v,
            average,
        }
    }
}

impl AdamOps for CubeBackend {
    fn adam_step(
        weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        m: FloatTensor<Self>,
        v: FloatTensor<Self>,
        average: FloatTensor<Self>,
        step: AdamStep,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let [grad, mask] = [grad, mask].map(into_contiguous);
        let [weight, m, v, average] = [weight, m, v, average].map(exclusive);
        let n = weight.shape().num_elements();
        let params = step.params(n, mask.shape().num_elements());
        launch(
            shaders::ADAM,
            per_element(n),
            &[&weight, &grad, &mask, &m, &v, &average],
            &params,
        );
        (weight, m, v, average)
    }
}

impl AdamOps for Flex {
    fn adam_step(
        mut weight: FloatTensor<Self>,
        grad: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        mut m: FloatTensor<Self>,
        mut v: FloatTensor<Self>,
        mut average: FloatTensor<Self>,
        step: AdamStep,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        for t in [&mut weight, &mut m, &mut v, &mut average] {
            if !t.is_contiguous() || t.layout().start_offset() != 0 {
                *t = t.to_contiguous();
            }
        }
        let used = |used: bool, all| if used { all } else { <&mut [f32]>::default() };
        let state = cpu::adam::State {
            weight: weight.storage_mut(),
            m: used(step.beta1 > 0.0, m.storage_mut()),
            v: v.storage_mut(),
            average: used(step.averaging != AveragingRule::None, average.storage_mut()),
            grad: &cpu::values(&grad),
            mask: &cpu::values(&mask),
        };
        cpu::adam::step(&step, state);
        (weight, m, v, average)
    }
}
