//! Scores that decide where weights grow, from the method or from a rule of the caller.

use burn::tensor::{Tensor, TensorData};

use super::{Player, Run};
use crate::{
    config::{Growth, Role},
    sparse::plan::MaskPlan,
};

/// State of a network at a mask update, as a growth rule sees it. All tensors are flat,
/// `[maskable]`, in the order of the net's layers.
pub struct Growing {
    /// The iteration of the update, counted from 1.
    pub iteration: u64,
    /// Weights before the update; inactive ones are 0.
    pub weight: Tensor<1>,
    /// 1 where a weight is active before the update, 0 elsewhere.
    pub mask: Tensor<1>,
    /// The latest gradient, also of inactive weights.
    pub gradient: Tensor<1>,
}

/// Returns scores `[maskable]`. The inactive weights with the largest `|score|` grow, as many as
/// the method asks for.
pub type GrowthRule = Box<dyn FnMut(&Growing) -> Tensor<1> + Send>;

impl Run {
    /// Lets `rule` decide where weights of this network grow, in place of the method's own growth.
    /// The method still decides when masks change and how many weights drop and grow. A checkpoint
    /// does not hold the rule, so the caller sets it again after a resume.
    pub fn grow_by(&mut self, role: Role, rule: GrowthRule) {
        self.player_mut(role).growth_rule = Some(rule);
    }
}

impl Player {
    /// Scores `[>= maskable]` for the growth of `plan`. `None` if the plan grows nothing, or if its
    /// growth needs a gradient that does not exist yet.
    pub(super) fn growth_scores(
        &mut self,
        plan: &MaskPlan,
        gradient: Option<&Tensor<1>>,
        iteration: u64,
    ) -> Option<Tensor<1>> {
        let (growth, n) = (plan.growth()?, self.net.masked_len());
        if let Some(rule) = &mut self.growth_rule {
            return Some(rule(&Growing {
                iteration,
                weight: self.net.flat.weight.clone().slice(0..n),
                mask: self.net.mask.clone(),
                gradient: gradient?.clone().slice(0..n),
            }));
        }
        match growth {
            Growth::Gradient => gradient.cloned(),
            Growth::Random => {
                let values = TensorData::new(self.growth.uniform(n), [n]);
                Some(Tensor::from_data(values, self.net.device()))
            }
        }
    }
}
