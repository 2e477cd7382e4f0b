//! Places of a net's parameters in its flat tensor.

use super::blueprint::{Blueprint, ParamKind};
use crate::{
    config::{LayerClass, NetConfig},
    kernel::index::LayerSlice,
};

/// Place of a parameter in the flat tensor.
#[derive(Clone, Debug)]
pub struct Param {
    /// The authors' name, e.g. `block2.c1.weight`.
    pub name: String,
    /// Shape in PyTorch's layout.
    pub shape: Vec<usize>,
    /// Kind of the parameter.
    pub kind: ParamKind,
    /// First element in the flat tensor.
    pub offset: usize,
    /// Place among the maskable weights, if it is one.
    pub masked: Option<usize>,
}

impl Param {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A weight's `(c_out, c_in, k)`; a linear weight has k = 1.
    pub fn weight_dims(&self) -> (usize, usize, usize) {
        (
            self.shape[0],
            self.shape[1],
            self.shape.get(2).copied().unwrap_or(1),
        )
    }

    /// Class of the layer that the weight belongs to.
    pub fn class(&self) -> LayerClass {
        match (self.kind, self.weight_dims().2) {
            (ParamKind::Linear, _) => LayerClass::Linear,
            (_, 1) => LayerClass::Pointwise,
            _ => LayerClass::Conv,
        }
    }

    /// Place and shape of the parameter, as a layer of the flat mask.
    pub(super) fn slice(&self) -> LayerSlice {
        let (out, inputs, k) = self.weight_dims();
        LayerSlice {
            start: self.offset,
            out,
            inputs,
            taps: k * k,
        }
    }
}

/// Decides which parameters are maskable and places them all: maskable weights first.
pub fn place(blueprint: &Blueprint, own: &NetConfig) -> (Vec<Param>, Vec<usize>) {
    let head = blueprint.params.iter().rposition(|p| p.1.is_weight());
    let can_mask = |i: usize, kind: ParamKind| match kind {
        _ if Some(i) == head && !own.mask_head => false,
        ParamKind::Conv => true,
        ParamKind::Linear => own.mask_linear,
        _ => false,
    };
    let mut params: Vec<Param> = blueprint
        .params
        .iter()
        .map(|(name, kind, shape)| Param {
            name: name.clone(),
            shape: shape.clone(),
            kind: *kind,
            offset: 0,
            masked: None,
        })
        .collect();
    let maskable: Vec<usize> = (0..params.len())
        .filter(|&i| can_mask(i, params[i].kind))
        .collect();
    let mut offset = 0;
    for (layer, &i) in maskable.iter().enumerate() {
        params[i].masked = Some(layer);
        params[i].offset = offset;
        offset += params[i].len();
    }
    for p in params.iter_mut().filter(|p| p.masked.is_none()) {
        p.offset = offset;
        offset += p.len();
    }
    (params, maskable)
}
