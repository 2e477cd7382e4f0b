//! Decides whether a net's mask changes after an iteration, and how: static, drop-and-grow, relaxed
//! and strict balance (ADAPT-relax, ADAPT-strict). Plain numbers in, a plan out.

use serde::{Deserialize, Serialize};

use super::ratio::Window;
use crate::config::{BalanceConfig, NetConfig, Policy};
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
        Self { density }
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
                self.follow(window.ratio(balance)?, at, net, balance)
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

    /// Bounds are inclusive, as in the authors' code; a NaN changes nothing.
    fn follow(
        &mut self,
        ratio: f64,
        at: Moment,
        net: &NetConfig,
        balance: &BalanceConfig,
    ) -> Option<MaskPlan> {
        if ratio >= balance.br_high {
            if self.density < balance.d_max - DENSITY_SLACK {
                self.density = (self.density + balance.density_step).min(balance.d_max);
                return Some(MaskPlan::Raise {
                    density: self.density,
                });
            }
            return (net.policy == Policy::Strict).then(|| drop_grow(at, net));
        }
        if ratio <= balance.br_low {
            // A bound that was raised meanwhile does not lift what lies below it.
            let floor = balance.d_min.min(self.density);
            self.density = (self.density - balance.density_step).max(floor);
            return Some(MaskPlan::Lower {
                density: self.density,
            });
        }
        None
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
mod tests {
    use super::*;
    use crate::balance::Sample;
    use crate::config::{Distribution, Estimator, Growth, MaskSampling, Schedule, Scope};

    fn net(policy: Policy) -> NetConfig {
        NetConfig {
            lr: 2e-4,
            beta1: 0.0,
            beta2: 0.9,
            eps: 1e-8,
            density: 0.1,
            distribution: Distribution::Erk,
            mask_sampling: MaskSampling::Bernoulli,
            mask_linear: true,
            mask_head: true,
            min_layer_density: 0.0,
            policy,
            mask_interval: 10,
            scope: Scope::Global,
            growth: Growth::Gradient,
            drop_fraction: 0.5,
            drop_schedule: Schedule::Cosine,
            drop_floor: 0.005,
        }
    }

    fn balance(d_max: f64) -> BalanceConfig {
        BalanceConfig {
            probe_interval: 1,
            window: 2,
            estimator: Estimator::MeanOfRatios,
            br_low: 0.45,
            br_high: 0.55,
            gap_floor: 1e-6,
            density_step: 0.05,
            d_min: 0.05,
            d_max,
            warmup: 0,
        }
    }

    fn window(ratio: f64) -> Window {
        let mut window = Window::default();
        for _ in 0..2 {
            window.push(Sample {
                post: ratio,
                pre: 0.0,
                real: 1.0,
            });
        }
        window
    }

    fn at(iteration: u64) -> Moment {
        Moment {
            iteration,
            iterations: 1000,
        }
    }

    #[test]
    fn decides_only_when_due_warm_and_measured() {
        let (net, mut balance) = (net(Policy::Relax), balance(1.0));
        let weak = window(0.9);
        let decide = |at, balance: &BalanceConfig, window: &Window| {
            Controller::new(0.1).decide(at, &net, balance, window)
        };
        assert!(decide(at(10), &balance, &weak).is_some());
        assert_eq!(decide(at(11), &balance, &weak), None);
        assert_eq!(decide(at(1000), &balance, &weak), None);
        let mut short = weak.clone();
        short.trim(1);
        assert_eq!(decide(at(10), &balance, &short), None);
        balance.warmup = 20;
        assert_eq!(decide(at(10), &balance, &weak), None);
        assert!(decide(at(20), &balance, &weak).is_some());
    }

    #[test]
    fn relax_rises_to_its_cap_and_rests_there() {
        let mut controller = Controller::new(0.97);
        let (net, balance) = (net(Policy::Relax), balance(1.0));
        let plan = controller.decide(at(10), &net, &balance, &window(0.55));
        assert_eq!(plan, Some(MaskPlan::Raise { density: 1.0 }));
        assert_eq!(
            controller.decide(at(20), &net, &balance, &window(0.9)),
            None
        );
    }

    #[test]
    fn lowering_stops_at_d_min() {
        let mut controller = Controller::new(0.12);
        let (net, balance) = (net(Policy::Strict), balance(0.5));
        for expected in [0.07, 0.05, 0.05] {
            controller.decide(at(10), &net, &balance, &window(0.45));
            assert!((controller.density() - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn strict_explores_at_its_cap_although_the_sum_of_steps_misses_it() {
        let mut controller = Controller::new(0.1);
        let (net, balance) = (net(Policy::Strict), balance(0.5));
        for step in 1..=8 {
            let plan = controller.decide(at(10 * step), &net, &balance, &window(0.9));
            assert!(
                matches!(plan, Some(MaskPlan::Raise { .. })),
                "step {step}: {plan:?}"
            );
        }
        assert!(controller.density() < 0.5, "the case this test is about");
        let Some(MaskPlan::DropGrow { fraction, .. }) =
            controller.decide(at(500), &net, &balance, &window(0.9))
        else {
            panic!("no exploration at the cap");
        };
        assert!((fraction - 0.2525).abs() < 1e-12);
    }

    #[test]
    fn nothing_happens_in_the_band_or_on_nan() {
        let (net, balance) = (net(Policy::Relax), balance(1.0));
        for ratio in [0.5, f64::NAN] {
            assert_eq!(
                Controller::new(0.3).decide(at(10), &net, &balance, &window(ratio)),
                None
            );
        }
    }

    #[test]
    fn a_command_raises_or_lowers() {
        let mut controller = Controller::new(0.3);
        assert_eq!(
            controller.set_density(0.5, 0.3),
            MaskPlan::Raise { density: 0.5 }
        );
        assert_eq!(
            controller.set_density(0.2, 0.5),
            MaskPlan::Lower { density: 0.2 }
        );
        assert_eq!(controller.density(), 0.2);
    }
}
