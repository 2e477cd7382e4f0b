//! The fused optimiser step on the CPU.

use super::super::adam::AdamStep;
use crate::config::AveragingRule;
use pulp::Arch;

/// The state that one step changes in place.
pub struct State<'a> {
    /// Flat parameters.
    pub weight: &'a mut [f32],
    /// First moment; length 1 when beta1 is 0.
    pub m: &'a mut [f32],
    /// Second moment.
    pub v: &'a mut [f32],
    /// Averaged parameters.
    pub average: &'a mut [f32],
}

/// One value of the average after a step.
#[inline(always)]
pub fn averaged(rule: AveragingRule, old: f32, new: f32, mask: f32, decay: f32) -> f32 {
    let mean = decay * old + (1.0 - decay) * new;
    match rule {
        AveragingRule::None => old,
        AveragingRule::Ema => mean,
        AveragingRule::Sema if old == 0.0 && mask > 0.0 => new,
        AveragingRule::Sema => mean * mask,
    }
}

/// Adam, then the mask over the first `mask.len()` parameters, then the average.
pub fn step(p: &AdamStep, state: State<'_>, grad: &[f32], mask: &[f32]) {
    Arch::new().dispatch(|| {
        for i in 0..grad.len() {
            let live = mask.get(i).copied().unwrap_or(1.0);
            let g = if p.mask_gradient {
                grad[i] * live
            } else {
                grad[i]
            };
            let mut first = g;
            if p.beta1 > 0.0 {
                first = p.beta1 * state.m[i] + (1.0 - p.beta1) * g;
                state.m[i] = first;
            }
            let second = p.beta2 * state.v[i] + (1.0 - p.beta2) * g * g;
            state.v[i] = second;
            let update = p.rate() * first / ((second * p.second_correction()).sqrt() + p.eps);
            state.weight[i] = (state.weight[i] - update) * live;
        }
        if p.averaging != AveragingRule::None {
            for i in 0..grad.len() {
                let live = mask.get(i).copied().unwrap_or(1.0);
                state.average[i] = averaged(
                    p.averaging,
                    state.average[i],
                    state.weight[i],
                    live,
                    p.decay,
                );
            }
        }
    });
}
