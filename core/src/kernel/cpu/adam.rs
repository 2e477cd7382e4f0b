//! The fused optimiser step on the CPU.

use super::super::adam::AdamStep;
use crate::config::AveragingRule;

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

vectorised! {
    /// Adam, then the mask over the first `mask.len()` parameters, then the average.
    pub fn step(p: &AdamStep, state: State<'_>, grad: &[f32], mask: &[f32]) -> () {
        let masked = mask.len();
        let State { weight, m, v, average } = state;
        let (gradient, rest) = grad.split_at(masked);
        let (v_masked, v_rest) = v.split_at_mut(masked);
        let (w_masked, w_rest) = weight.split_at_mut(masked);
        let (m_masked, m_rest) = m.split_at_mut(if p.beta1 > 0.0 { masked } else { 0 });
        move_weights(p, w_masked, m_masked, v_masked, gradient, |i| mask[i]);
        move_weights(p, w_rest, m_rest, v_rest, rest, |_| 1.0);
        if p.averaging != AveragingRule::None {
            let (a_masked, a_rest) = average.split_at_mut(masked);
            for ((a, &w), &live) in a_masked.iter_mut().zip(&weight[..masked]).zip(mask) {
                *a = averaged(p.averaging, *a, w, live, p.decay);
            }
            for (a, &w) in a_rest.iter_mut().zip(&weight[masked..]) {
                *a = averaged(p.averaging, *a, w, 1.0, p.decay);
            }
        }
    }
}

#[inline(always)]
fn move_weights(
    p: &AdamStep,
    weight: &mut [f32],
    m: &mut [f32],
    v: &mut [f32],
    grad: &[f32],
    mask: impl Fn(usize) -> f32,
) {
    let (rate, correction) = (p.rate(), p.second_correction());
    for (i, ((w, v), &g)) in weight.iter_mut().zip(v).zip(grad).enumerate() {
        let live = mask(i);
        let g = if p.mask_gradient { g * live } else { g };
        let mut first = g;
        if p.beta1 > 0.0 {
            first = p.beta1 * m[i] + (1.0 - p.beta1) * g;
            m[i] = first;
        }
        *v = p.beta2 * *v + (1.0 - p.beta2) * g * g;
        *w = (*w - rate * first / ((*v * correction).sqrt() + p.eps)) * live;
    }
}
