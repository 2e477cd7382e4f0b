//! A net's parameters as a forward pass sees them.

use burn::tensor::{Gradients, Tensor};

use super::Net;

/// Treatment of parameters and state by a forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// No autodiff.
    Plain,
    /// No autodiff, and the state of batch norm and spectral norm stays: for inspection, not for
    /// training.
    Frozen,
    /// As [`Frozen`](Self::Frozen), but batch norm uses its running statistics: no sample depends
    /// on another.
    Running,
    /// Constants within an autodiff graph.
    Constant,
    /// Constants within an autodiff graph, and no state moves: for gradients of the input during
    /// inspection.
    FrozenConstant,
    /// Leaves that receive gradients.
    Tracked,
}

/// A net's parameters, cut out of the flat tensor for one or more forward passes.
pub struct Leaves {
    pub(super) pieces: Vec<Tensor<1>>,
    /// Whether weight gradients are needed everywhere.
    pub dense_grad: bool,
    pub(super) view: View,
}

impl Leaves {
    /// Sets whether gradients of inactive weights are needed too.
    #[must_use]
    pub fn with_dense_gradients(self, dense_grad: bool) -> Self {
        Self { dense_grad, ..self }
    }

    /// Parameter `place` with its own shape.
    pub fn get<const D: usize>(&self, net: &Net, place: usize) -> Tensor<D> {
        let mut shape = [1; D];
        for (to, from) in shape.iter_mut().zip(&net.params[place].shape) {
            *to = *from;
        }
        self.pieces[place].clone().reshape(shape)
    }

    /// Brings a plain tensor into this pass.
    pub fn lift<const D: usize>(&self, tensor: Tensor<D>) -> Tensor<D> {
        match self.view {
            View::Plain | View::Frozen | View::Running => tensor,
            View::Constant | View::FrozenConstant | View::Tracked => Tensor::from_inner(tensor),
        }
    }

    /// Whether the state of batch norm and spectral norm stays as it is.
    pub fn is_frozen(&self) -> bool {
        matches!(
            self.view,
            View::Frozen | View::Running | View::FrozenConstant
        )
    }

    /// Whether batch norm uses its running statistics instead of each batch's own.
    pub fn uses_running(&self) -> bool {
        self.view == View::Running
    }

    /// Takes a tensor of this pass out of autodiff.
    pub fn plain<const D: usize>(&self, tensor: &Tensor<D>) -> Tensor<D> {
        match self.view {
            View::Plain | View::Frozen | View::Running => tensor.clone(),
            View::Constant | View::FrozenConstant | View::Tracked => tensor.clone().inner(),
        }
    }

    /// Gradients of all parameters after a backward pass, flat and in the net's order.
    pub fn gradients(self, net: &Net, grads: &Gradients) -> Tensor<1> {
        let mut order: Vec<usize> = (0..net.params.len()).collect();
        order.sort_by_key(|&p| net.params[p].offset);
        let pieces = order
            .into_iter()
            .map(|p| {
                self.pieces[p]
                    .grad(grads)
                    .unwrap_or_else(|| Tensor::zeros([net.params[p].len()], &net.device))
            })
            .collect();
        Tensor::cat(pieces, 0)
    }
}
