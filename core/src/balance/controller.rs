//! Decides whether a net's mask changes after an iteration, and how: static, drop-and-grow, relaxed
//! and strict balance (ADAPT-relax, ADAPT-strict). Plain numbers in, a plan out.

use serde::{Deserialize, Serialize};

use super::criterion::Lean;
use super::ratio::Window;
use crate::config::{BalanceConfig, DensityRule, NetConfig, Policy};
use crate::event::Verdict;
use crate::sparse::plan::MaskPlan;
use crate::sparse::schedule::drop_fraction;

/// Repeated additions of a step miss the cap by an ulp; this much below it counts as there.
const DENSITY_SLACK: f64 = 1e-9;

/// The controller of one net. Its serialised form is its state in a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Controller {
    /// The density variable d. The realised density may differ: masks are drawn by coins, and
    /// drop-and-grow keeps the realised count.
    density: f64,
    /// For the proportional rule: whether a correction is under way, and whether it raises.
    #[serde(default)]
    correction: Option<bool>,
}

/// When a decision is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Generator iterations finished.
    pub iteration: u64,
    /// Iterations in all, T.
    pub iterations: u64,
}

impl Controller {
    /// Starts from the density the net was given.
    pub fn new(density: f64) -> Self {
        Self {
            density,
            correction: None,
        }
    }

    /// The density variable d.
    pub fn density(&self) -> f64 {
        self.density
    }

    /// What the net's policy does to its mask now, if anything. A plan can turn out to change
    /// nothing, for instance when the realised density is already beyond its target.
    pub fn decide(
        &mut self,
        at: Moment,
        net: &NetConfig,
        balance: &BalanceConfig,
        window: &Window,
    ) -> Option<MaskPlan> {
        if !at.iteration.is_multiple_of(net.mask_interval) || at.iteration >= at.iterations {
            return None;
        }
        match net.policy {
            Policy::Static | Policy::Manual => None,
            Policy::DropGrow => Some(drop_grow(at, net)),
            Policy::Relax | Policy::Strict => {
                if at.iteration < balance.warmup || window.len() < balance.window {
                    return None;
                }
                let change = match balance.rule {
                    DensityRule::Step => step(window.lean(balance)?, balance),
                    DensityRule::Proportional => self.correct(window.true_lean(balance)?, balance),
                }?;
                if change > 0.0 {
                    self.raise(change, at, net, balance)
                } else {
                    Some(self.lower(-change, balance))
                }
            }
        }
    }

    /// Sets the density by command; `realised` says from where.
    pub fn set_density(&mut self, density: f64, realised: f64) -> MaskPlan {
        self.density = density;
        if density > realised {
            MaskPlan::Raise { density }
        } else {
            MaskPlan::Lower { density }
        }
    }

    /// Our own rule: the change that corrects the balance. It begins outside the band and goes on
    /// until the target is reached (hysteresis), in proportion to the error and at most a step at a
    /// time. The density itself is the integral of the errors and is held within its bounds, so
    /// nothing winds up there.
    fn correct(&mut self, lean: Lean, balance: &BalanceConfig) -> Option<f64> {
        let (rises, falls) = (lean.error > 0.0, lean.error < 0.0);
        self.correction = match lean.verdict {
            Verdict::DTooWeak | Verdict::DTooStrong => Some(rises),
            Verdict::Balanced => self.correction.filter(|&up| if up { rises } else { falls }),
            Verdict::DDead => None,
        };
        self.correction?;
        let most = balance.density_step;
        Some((balance.gain * lean.error).clamp(-most, most))
    }

    /// At its cap, a strict discriminator drops and grows instead.
    fn raise(
        &mut self,
        change: f64,
        at: Moment,
        net: &NetConfig,
        balance: &BalanceConfig,
    ) -> Option<MaskPlan> {
        if self.density < balance.d_max - DENSITY_SLACK {
            self.density = (self.density + change).min(balance.d_max);
            return Some(MaskPlan::Raise {
                density: self.density,
            });
        }
        (net.policy == Policy::Strict).then(|| drop_grow(at, net))
    }

    fn lower(&mut self, change: f64, balance: &BalanceConfig) -> MaskPlan {
        // A bound that was raised meanwhile does not lift what lies below it.
        let floor = balance.d_min.min(self.density);
        self.density = (self.density - change).max(floor);
        MaskPlan::Lower {
            density: self.density,
        }
    }
}

/// ADAPT's rule: a step whenever the criterion is outside its band.
fn step(lean: Lean, balance: &BalanceConfig) -> Option<f64> {
    match lean.verdict {
        Verdict::DTooWeak => Some(balance.density_step),
        Verdict::DTooStrong => Some(-balance.density_step),
        Verdict::Balanced | Verdict::DDead => None,
    }
}

/// The authors advance D's schedule once per critic step over T * n_critic of them: the same
/// fraction, so t/T serves both nets.
fn drop_grow(at: Moment, net: &NetConfig) -> MaskPlan {
    MaskPlan::DropGrow {
        fraction: drop_fraction(
            net.drop_schedule,
            net.drop_fraction,
            net.drop_floor,
            at.iteration,
            at.iterations,
        ),
        scope: net.scope,
        growth: net.growth,
    }
}

#[cfg(test)]
mod tests;
