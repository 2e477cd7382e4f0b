//! Decisions of the controller on windows of one repeated ratio.

use super::*;
use crate::{
    balance::{Overfitting, Sample},
    config::{Criterion, Distribution, Estimator, Growth, MaskSampling, Schedule, Scope},
};

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
        ..BalanceConfig::default()
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

fn at(iteration: u64) -> Clock {
    Clock {
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
    let same = controller.set_density(0.2, 0.2);
    assert_eq!(same.growth(), None, "no gradient for nothing");
}

fn proportional(d_max: f64) -> BalanceConfig {
    BalanceConfig {
        rule: DensityRule::Proportional,
        gain: 0.2,
        density_step: 0.1,
        ..balance(d_max)
    }
}

#[test]
fn the_proportional_rule_moves_by_the_log_of_the_ratio_up_to_a_step() {
    let (net, balance) = (net(Policy::Relax), proportional(1.0));
    for (ratio, change) in [
        (0.6, 0.2 * (1.2_f64).ln()),
        (0.4, -0.2 * (1.25_f64).ln()),
        (5.0, 0.1),
        (0.01, -0.1),
        (-0.3, -0.1),
        (f64::INFINITY, 0.1),
    ] {
        let mut controller = Controller::new(0.3);
        controller.decide(at(10), &net, &balance, &window(ratio));
        let moved = controller.density() - 0.3;
        assert!((moved - change).abs() < 1e-12, "{ratio}: {moved}");
    }
}

#[test]
fn a_correction_goes_on_within_the_band_until_the_target_is_reached() {
    let (net, balance) = (net(Policy::Relax), proportional(1.0));
    let mut controller = Controller::new(0.3);
    let mut moves = |ratio| {
        controller
            .decide(at(10), &net, &balance, &window(ratio))
            .is_some()
    };
    assert!(!moves(0.53), "nothing begins within the band");
    assert!(moves(0.56) && moves(0.53) && moves(0.51));
    assert!(!moves(0.49), "the target is passed");
    assert!(!moves(0.51), "and a new correction begins outside only");
    assert!(moves(0.44) && moves(0.47));
}

#[test]
fn a_correction_ends_at_the_target_from_either_side() {
    let (net, balance) = (net(Policy::Relax), proportional(1.0));
    for (outside, within) in [(0.56, 0.51), (0.44, 0.49)] {
        let mut controller = Controller::new(0.3);
        let mut moves = |ratio| {
            controller
                .decide(at(10), &net, &balance, &window(ratio))
                .is_some()
        };
        assert!(moves(outside) && moves(within));
        assert!(!moves(0.5), "the target is reached from {outside}");
        assert!(!moves(within), "and nothing is under way");
    }
}

#[test]
fn a_correction_goes_on_from_a_checkpoint_in_its_own_direction() {
    let (net, balance) = (net(Policy::Relax), proportional(1.0));
    for (raising, ratio, other) in [(true, 0.51, 0.49), (false, 0.49, 0.51)] {
        let stored = format!(r#"{{"density":0.3,"correction":{raising}}}"#);
        let moves = |ratio| {
            let mut controller: Controller = serde_json::from_str(&stored).unwrap();
            controller
                .decide(at(10), &net, &balance, &window(ratio))
                .is_some()
        };
        assert!(moves(ratio) && !moves(other), "{stored}");
    }
}

#[test]
fn nothing_winds_up_at_a_bound() {
    let (net, balance) = (net(Policy::Relax), proportional(0.5));
    let mut controller = Controller::new(0.45);
    for _ in 0..20 {
        controller.decide(at(10), &net, &balance, &window(4.0));
    }
    assert_eq!(controller.density(), 0.5);
    controller.decide(at(10), &net, &balance, &window(0.25));
    assert_eq!(controller.density(), 0.4);
}

#[test]
fn the_proportional_rule_explores_at_a_strict_cap() {
    let (net, balance) = (net(Policy::Strict), proportional(0.5));
    let plan = Controller::new(0.5).decide(at(10), &net, &balance, &window(0.9));
    assert!(matches!(plan, Some(MaskPlan::DropGrow { .. })), "{plan:?}");
}

#[test]
fn overfitting_steers_the_other_way_round() {
    let net = net(Policy::Relax);
    for criterion in [Criterion::RT, Criterion::RV] {
        for rule in [DensityRule::Step, DensityRule::Proportional] {
            let balance = BalanceConfig {
                criterion,
                rule,
                ..balance(1.0)
            };
            let density = |overfit: f64| {
                let mut window = Window::default();
                for _ in 0..2 {
                    let sample = Sample {
                        post: 0.0,
                        pre: 0.0,
                        real: 1.0,
                    };
                    let overfitting = Overfitting {
                        sign: overfit,
                        held_out: Some(1.0 - overfit),
                    };
                    window.push_with(sample, overfitting);
                }
                let mut controller = Controller::new(0.3);
                controller.decide(at(10), &net, &balance, &window);
                controller.density()
            };
            assert!(density(0.9) < 0.3 && density(0.2) > 0.3);
            assert_eq!(density(0.6), 0.3);
        }
    }
}
