//! The fused optimiser step on the CPU.

use super::super::adam::AdamStep;
use crate::config::AveragingRule;

/// State that one step changes in place, and its other inputs; threads share it part by part.
pub struct State<'a> {
    /// Flat parameters.
    pub weight: &'a mut [f32],
    /// First moment; empty when beta1 is 0.
    pub m: &'a mut [f32],
    /// Second moment.
    pub v: &'a mut [f32],
    /// Averaged parameters; empty without an average.
    pub average: &'a mut [f32],
    /// Gradient.
    pub grad: &'a [f32],
    /// Mask of the first parameters; the others have none.
    pub mask: &'a [f32],
}

impl<'a> State<'a> {
    /// Splits it into the first `at` parameters and the rest.
    fn split(self, at: usize) -> [Self; 2] {
        fn some(values: &mut [f32], at: usize) -> (&mut [f32], &mut [f32]) {
            let at = at.min(values.len());
            values.split_at_mut(at)
        }
        let (weight, m, v) = (some(self.weight, at), some(self.m, at), some(self.v, at));
        let average = some(self.average, at);
        let grad = self.grad.split_at(at);
        let mask = self.mask.split_at(at.min(self.mask.len()));
        [
            Self {
                weight: weight.0,
                m: m.0,
                v: v.0,
                average: average.0,
                grad: grad.0,
                mask: mask.0,
            },
            Self {
                weight: weight.1,
                m: m.1,
                v: v.1,
                average: average.1,
                grad: grad.1,
                mask: mask.1,
            },
        ]
    }
}

/// Parameters that a thread takes at a time.
const TASK: usize = 1 << 16;

/// Adam, then the mask, then the average.
///
/// A negative second moment marks a weight that has grown and had no gradient since. Its magnitude
/// is a first estimate, which the first gradient can only raise. The first step of a grown weight
/// is therefore at most the learning rate (see `Net::warm_moments`).
pub fn step(p: &AdamStep, state: State<'_>) {
    let (len, masked) = (state.weight.len(), state.mask.len());
    if len > TASK {
        let [first, second] = state.split((len / 2).next_multiple_of(TASK).min(len - 1));
        rayon::join(|| step(p, first), || step(p, second));
    } else if masked > 0 && masked < len {
        state
            .split(masked)
            .into_iter()
            .for_each(|part| step(p, part));
    } else {
        part(p, state);
    }
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
    /// Steps parameters that all have a mask, or all have none.
    fn part(p: &AdamStep, state: State<'_>) -> () {
        let State { weight, m, v, average, grad, mask } = state;
        if mask.is_empty() {
            move_weights(p, weight, m, v, grad, |_| 1.0);
            for (a, &w) in average.iter_mut().zip(weight.iter()) {
                *a = averaged(p.averaging, *a, w, 1.0, p.decay);
            }
        } else {
            move_weights(p, weight, m, v, grad, |i| mask[i]);
            for ((a, &w), &live) in average.iter_mut().zip(weight.iter()).zip(mask) {
                *a = averaged(p.averaging, *a, w, live, p.decay);
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
        let is_new = *v < 0.0;
        let second = if is_new {
            (-*v).max(g * g / correction)
        } else {
            p.beta2 * *v + (1.0 - p.beta2) * g * g
        };
        *v = if is_new && g == 0.0 { *v } else { second };
        *w = (*w - rate * first / ((second * correction).sqrt() + p.eps)) * live;
    }
}
