//! Every method trains on points and on images, and its masks follow its rules.

use tightrope_core::{
    config::{NetConfig, Policy, Role, RunConfig},
    event::{EndReason, Event, MaskChange, MaskEvent},
    method::METHODS,
};

use super::{advance, config, iteration, session};

const LAST: u64 = 12;
const INTERVAL: u64 = 4;

/// A short run that is always too weak (or too strong), so that a movable density moves.
fn short(preset: &str, method: &str, weak: bool) -> RunConfig {
    // No gap is wide enough, or no ratio high enough.
    let (low, high, estimator) = if weak {
        ("0.4", "0.5", "ratio_of_means")
    } else {
        ("8e9", "9e9", "mean_of_ratios")
    };
    let interval = INTERVAL.to_string();
    let mut config = config(
        preset,
        method,
        &[
            ("generator.mask_interval", interval.as_str()),
            ("discriminator.mask_interval", interval.as_str()),
            ("balance.probe_interval", "1"),
            ("balance.window", "2"),
            ("balance.warmup", "0"),
            ("balance.br_low", low),
            ("balance.br_high", high),
            ("balance.estimator", estimator),
            ("balance.gap_floor", "1e9"),
            ("discriminator.density", "0.3"),
            ("balance.d_min", "0.1"),
            ("balance.density_step", "0.05"),
            ("record.log_every", "1"),
            ("record.sample_every", "0"),
            ("record.quality_every", "0"),
        ],
    );
    config.iterations = LAST;
    config
}

/// Checks a net's events against its policy.
fn check(own: &NetConfig, role: Role, events: &[&MaskEvent], weak: bool) -> Result<(), String> {
    let updates = (LAST - 1) / INTERVAL;
    if matches!(own.policy, Policy::Static | Policy::Manual) {
        return if events.is_empty() {
            Ok(())
        } else {
            Err(format!("{role} must not change: {events:?}"))
        };
    }
    if events.len() as u64 != updates {
        return Err(format!(
            "{role}: {} updates instead of {updates}",
            events.len()
        ));
    }
    let mut before = None;
    for event in events {
        if event.layers.iter().sum::<usize>() != event.active
            || !event.iteration.is_multiple_of(INTERVAL)
        {
            return Err(format!("{role}: inconsistent: {event:?}"));
        }
        let right = match own.policy {
            Policy::DropGrow => event.change == MaskChange::DropGrow && event.dropped > 0,
            _ if weak => event.change == MaskChange::Raise && event.dropped == 0 && event.grown > 0,
            _ => event.change == MaskChange::Lower && event.dropped > 0 && event.grown == 0,
        };
        let kept =
            before.is_none_or(|before: usize| before + event.grown == event.active + event.dropped);
        if !right || !kept {
            return Err(format!("{role} after {before:?}: {event:?}"));
        }
        before = Some(event.active);
    }
    Ok(())
}

fn train(preset: &str, method: &str, weak: bool) -> Result<(), String> {
    let config = short(preset, method, weak);
    let mut session = session([config.clone()]);
    let density = |session: &tightrope_core::session::Session| {
        let stats = session.run(0).expect("a run").stats();
        (stats.density_g, stats.density_d)
    };
    let before = density(&session);
    let events = advance(&mut session, LAST as usize);
    let finished = Event::Ended {
        iteration: LAST,
        reason: EndReason::Finished,
    };
    if !events.contains(&(0, finished)) || iteration(&session, 0) != LAST {
        return Err(format!("did not finish: {:?}", events.last()));
    }
    let masks = |role: Role| -> Vec<&MaskEvent> {
        let own = events.iter().filter_map(|(_, event)| match event {
            Event::Mask(mask) if mask.net == role => Some(mask),
            _ => None,
        });
        own.collect()
    };
    check(&config.generator, Role::G, &masks(Role::G), weak)?;
    check(&config.discriminator, Role::D, &masks(Role::D), weak)?;
    let after = density(&session);
    let moves = |policy: Policy| matches!(policy, Policy::Relax | Policy::Strict);
    // STU-GAN grows by coins, so its counts are right on average.
    let coins = method == "stu-gan";
    let still = |a: f64, b: f64| a == b || coins && (a / b - 1.0).abs() < 0.1;
    if !still(before.0, after.0) {
        return Err(format!(
            "the generator's density moved: {before:?} {after:?}"
        ));
    }
    let d_right = if moves(config.discriminator.policy) {
        (after.1 > before.1) == weak && after.1 != before.1
    } else {
        still(before.1, after.1)
    };
    if d_right {
        Ok(())
    } else {
        Err(format!("the discriminator's density: {before:?} {after:?}"))
    }
}

fn check_all(preset: &str) {
    let mut wrong = Vec::new();
    // Methods that prune have stages, and tests of their own.
    for info in METHODS.iter().filter(|info| !info.prunes) {
        for weak in [true, false] {
            // The proportional methods act on the true state, and the fresh D of `tiny` ranks fakes
            // above reals: no band makes it too strong.
            if preset == "tiny" && info.name.starts_with("prop-") && !weak {
                continue;
            }
            if let Err(what) = train(preset, info.name, weak) {
                wrong.push(format!(
                    "{} on {preset}, D too weak {weak}: {what}",
                    info.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_method_trains_on_points() {
    check_all("spiral");
}

#[test]
fn every_method_trains_on_images() {
    check_all("tiny");
}
