//! A run decides by its measurements, no matter when it reads them back, records or times them.

use tightrope_core::{
    config::Crossover,
    config::{Estimator, RunConfig},
    event::{Event, Verdict},
};

use super::{advance, config, difference, session, state};

const LAST: usize = 60;

/// ADAPT on the spiral, with a window far shorter than the interval of the log.
fn short(log_every: &str) -> RunConfig {
    let mut config = config(
        "spiral",
        "adapt-relax",
        &[
            ("balance.window", "7"),
            ("balance.warmup", "0"),
            ("discriminator.density", "0.3"),
            ("discriminator.mask_interval", "20"),
            ("generator.mask_interval", "20"),
            ("record.log_every", log_every),
            ("record.sample_every", "0"),
            ("record.quality_every", "0"),
            ("record.checkpoint_every", "0"),
        ],
    );
    config.iterations = LAST as u64;
    config
}

/// Changes of masks, each with the ratio that led to it.
fn changes(events: &[(usize, Event)]) -> Vec<&Event> {
    let masks = events.iter().map(|(_, event)| event);
    masks.filter(|e| matches!(e, Event::Mask(_))).collect()
}

#[test]
fn decisions_do_not_depend_on_how_often_a_line_is_written() {
    let mut often = session([short("1")]);
    let expected = advance(&mut often, LAST);
    assert!(changes(&expected).len() >= 4, "{expected:?}");
    for log_every in ["10", "100"] {
        let mut rarely = session([short(log_every)]);
        let events = advance(&mut rarely, LAST);
        assert_eq!(
            changes(&events),
            changes(&expected),
            "log_every {log_every}"
        );
    }
}

#[test]
fn every_critic_step_sees_its_own_images() {
    for n_critic in ["1", "3"] {
        let config = config("spiral", "static", &[("n_critic", n_critic)]);
        let (batch, steps) = (config.batch_d as u64, config.n_critic as u64);
        let mut session = session([config]);
        advance(&mut session, 4);
        let stats = session.run(0).expect("a run").stats();
        assert_eq!(stats.images, 4 * steps * batch);
    }
}

#[test]
fn a_record_keeps_the_crossover_it_was_trained_with() {
    let mut fresh = session([short("10")]);
    let mut tuned = short("10");
    tuned.crossover = Some(Crossover::typical(false));
    let mut tuned = session([tuned]);
    for session in [&mut fresh, &mut tuned] {
        advance(session, 20);
    }
    let [fresh, tuned] =
        [&mut fresh, &mut tuned].map(|session| state(session.run_mut(0).expect("a run")));
    assert_eq!(difference(&fresh, &tuned), None);
}

/// A discriminator learns to rank fakes above reals, at the highest allowed learning rate.
#[test]
fn fakes_above_reals_are_counted_and_called_too_weak() {
    let mut config = config(
        "ring",
        "static",
        &[
            ("discriminator.lr", "1"),
            ("balance.window", "2"),
            ("record.log_every", "1"),
        ],
    );
    config.balance.estimator = Estimator::MeanOfRatios;
    let mut session = session([config]);
    let events = advance(&mut session, 200);
    let stats: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Stats(stats) => Some(stats),
            _ => None,
        })
        .collect();
    let inverted = stats.iter().filter(|s| s.inverted_in_window == 2);
    let verdicts: Vec<_> = inverted.map(|s| s.verdict).collect();
    assert!(!verdicts.is_empty(), "no window of inverted samples");
    for verdict in verdicts {
        assert!(
            matches!(verdict, Some(Verdict::DTooWeak | Verdict::DDead)),
            "{verdict:?}"
        );
    }
    let last = stats.last().expect("stats");
    assert!(last.inverted > 1 && last.inverted <= 200);
}

#[test]
fn measures_of_overfitting_steer_and_their_images_are_never_trained_on() {
    for (criterion, preset) in [
        ("r_t", "spiral"),
        ("r_v", "spiral"),
        ("r_t", "tiny"),
        ("r_v", "tiny"),
    ] {
        let mut config = config(
            preset,
            "prop-relax",
            &[
                ("balance.criterion", criterion),
                ("balance.probe_interval", "1"),
                ("balance.window", "2"),
                ("balance.warmup", "0"),
                ("balance.held_out", "0.25"),
                ("discriminator.mask_interval", "4"),
                ("record.log_every", "1"),
            ],
        );
        config.iterations = 12;
        let mut session = session([config]);
        let events = advance(&mut session, 12);
        let measured = events.iter().any(|(_, event)| match event {
            Event::Stats(stats) if criterion == "r_v" => stats.r_v.is_some_and(f64::is_finite),
            Event::Stats(stats) => stats.r_t.is_some_and(|r| (-1.0..=1.0).contains(&r)),
            _ => false,
        });
        assert!(measured, "{criterion} on {preset}: {events:?}");
        assert!(!changes(&events).is_empty(), "{criterion} on {preset}");
    }
}
