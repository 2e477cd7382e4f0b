//! Decides after an iteration whether and how a net's mask changes: static, drop-and-grow, relaxed
//! and strict balance (ADAPT-relax, ADAPT-strict). It takes plain numbers and returns a plan.

use serde::{Deserialize, Serialize};

use super::{criterion::Lean, ratio::Window};
use crate::{
    config::{BalanceConfig, DensityRule, NetConfig, Policy},
    event::Verdict,
    sparse::{plan::MaskPlan, schedule::drop_fraction},
};

/// Repeated additions of a step can miss the cap by an ulp. A density this close below counts as at
/// the cap.
const DENSITY_SLACK: f64 = 1e-9;

/// The controller of one net. Its serialised form is its state in a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Controller {
    /// The density variable d. The realised density may differ: masks are drawn coin by coin, and
    /// drop-and-grow keeps the realised count.
    density: f64,
    /// For the proportional rule: `Some` while a correction is under way, true if it raises d.
    #[serde(default)]
    correction: Option<bool>,
}

/// Time of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Generator iterations finished.
    pub iteration: u64,
    /// Total iterations, T.
    pub iterations: u64,
}

impl Controller {
    /// A controller that starts from the net's given density.
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

    /// The change that the net's policy makes to its mask now, if any. A plan may turn out to
    /// change nothing, e.g. when the realised density is already beyond its target.
    pub fn decide(
        &mut self,
        at: Clock,
        net: &NetConfig,
        balance: &BalanceConfig,
        window: &Window,
    ) -> Option<MaskPlan> {
        if !net.is_mask_due(at.iteration, at.iterations) {
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

    /// Sets the density by command. The plan raises or lowers it from the `realised` one.
    pub fn set_density(&mut self, density: f64, realised: f64) -> MaskPlan {
        self.density = density;
        if density > realised {
            MaskPlan::Raise { density }
        } else {
            MaskPlan::Lower { density }
        }
    }

    /// Our own rule: the change of d that corrects the balance. A correction begins outside the
    /// band and goes on until the target is reached (hysteresis), in proportion to the error and at
    /// most a step at a time. The density is the integral of the errors and stays within its
    /// bounds, so nothing winds up.
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

    /// Raises d. At its cap, a strict discriminator drops and grows instead.
    fn raise(
        &mut self,
        change: f64,
        at: Clock,
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
        // Raising `d_min` during a run does not lift a density that is already below it.
        let floor = balance.d_min.min(self.density);
        self.density = (self.density - change).max(floor);
        MaskPlan::Lower {
            density: self.density,
        }
    }
}

/// ADAPT's rule: one step whenever the criterion is outside its band.
fn step(lean: Lean, balance: &BalanceConfig) -> Option<f64> {
    match lean.verdict {
        Verdict::DTooWeak => Some(balance.density_step),
        Verdict::DTooStrong => Some(-balance.density_step),
        Verdict::Balanced | Verdict::DDead => None,
    }
}

/// The authors advance D's schedule once per critic step, over T * n_critic steps. The fraction is
/// the same, so t/T serves both nets.
fn drop_grow(at: Clock, net: &NetConfig) -> MaskPlan {
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
