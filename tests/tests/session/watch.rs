//! Watching a run: it sees every phase in order, may take its time, and changes no number of the
//! run.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use pollster::block_on;
use tightrope_core::{
    config::{Role, RunConfig},
    device::read,
    event::{Command, Event},
    run::{Phase, Run},
    session::Session,
};

use super::{advance, config, difference, run, session, state};

/// Two critic steps, probes every second iteration, mask updates every third (G) and fourth (D).
fn quick(method: &str) -> RunConfig {
    let settings = [
        ("n_critic", "2"),
        ("balance.probe_interval", "2"),
        ("balance.window", "2"),
        ("balance.br_low", "-2"),
        ("balance.br_high", "-1"),
        ("balance.warmup", "0"),
        ("generator.mask_interval", "3"),
        ("discriminator.mask_interval", "4"),
        ("record.log_every", "1"),
        ("iterations", "12"),
    ];
    config("spiral", method, &settings)
}

/// Notes every phase, reads its values, and rests.
fn watch(run: &mut Run, rest: Duration) -> Arc<Mutex<Vec<Phase>>> {
    let seen: Arc<Mutex<Vec<Phase>>> = Arc::default();
    let notes = Arc::clone(&seen);
    run.watch(Box::new(move |phase, tensor| {
        notes.lock().expect("no holder panics").push(phase);
        Box::pin(async move {
            let mean = read(tensor.mean()).await.expect("the CPU reads");
            assert!(mean[0].is_finite(), "{phase:?}");
            std::thread::sleep(rest);
        })
    }));
    seen
}

fn take(seen: &Mutex<Vec<Phase>>) -> Vec<Phase> {
    std::mem::take(&mut *seen.lock().expect("no holder panics"))
}

const CRITIC: [Phase; 4] = [
    Phase::RealScores,
    Phase::FakeScores,
    Phase::CriticLoss,
    Phase::CriticGradient,
];
const GENERATOR: [Phase; 3] = [
    Phase::GeneratorScores,
    Phase::GeneratorLoss,
    Phase::GeneratorGradient,
];

#[test]
fn phases_come_in_the_order_of_an_iteration() {
    let mut run = run(quick("adapt-relax"));
    let seen = watch(&mut run, Duration::ZERO);
    for iteration in 1..=12_u64 {
        let events = block_on(run.step()).expect("a step");
        let mut expected = [&CRITIC[..], &CRITIC[..], &GENERATOR[..]].concat();
        if iteration.is_multiple_of(2) {
            expected.extend([Phase::ProbeFake, Phase::ProbeReal]);
        }
        let updates = events.iter().filter_map(|event| match event {
            Event::Mask(mask) => Some(mask.net),
            _ => None,
        });
        let updates: Vec<Role> = updates.collect();
        // The last iteration changes no mask.
        let is_due = |every: u64| iteration.is_multiple_of(every) && iteration < 12;
        assert_eq!(updates.contains(&Role::G), is_due(3), "{iteration}");
        assert_eq!(updates.contains(&Role::D), is_due(4), "{iteration}");
        expected.extend(updates.into_iter().map(Phase::Mask));
        assert_eq!(take(&seen), expected, "iteration {iteration}");
    }
}

#[test]
fn a_player_that_steps_alone_shows_its_own_phases() {
    let mut session = Session::new();
    let mut run = run(quick("static"));
    let seen = watch(&mut run, Duration::ZERO);
    block_on(session.add(run)).expect("added");
    for (command, phases) in [
        (Command::StepD, [CRITIC, CRITIC].concat()),
        (Command::StepG, GENERATOR.to_vec()),
    ] {
        session.command(0, command);
        advance(&mut session, 1);
        assert_eq!(take(&seen), phases);
    }
    session.run_mut(0).expect("a run").unwatch();
    session.command(0, Command::Step);
    advance(&mut session, 1);
    assert!(take(&seen).is_empty());
}

#[test]
fn watching_changes_no_number() {
    for method in ["adapt-relax", "stu-gan"] {
        let mut alone = session([quick(method)]);
        let mut watched = session([quick(method)]);
        let run = watched.run_mut(0).expect("a run");
        let seen = watch(run, Duration::ZERO);
        let said = [&mut alone, &mut watched].map(|session| {
            let mut events = advance(session, 12);
            for (_, event) in &mut events {
                if let Event::Stats(stats) = event {
                    stats.seconds = 0.0;
                }
            }
            events
        });
        assert_eq!(said[0], said[1], "{method}");
        assert!(take(&seen).len() > 12 * 11);
        let [a, b] = [alone, watched].map(|mut s| state(s.run_mut(0).expect("a run")));
        assert_eq!(difference(&a, &b), None, "{method}");
    }
}

#[test]
fn time_spent_on_watching_is_no_time_of_training() {
    let mut run = run(quick("static"));
    let seen = watch(&mut run, Duration::from_millis(40));
    let start = Instant::now();
    block_on(run.step()).expect("a step");
    let rested = 0.04 * take(&seen).len() as f64;
    assert!(start.elapsed().as_secs_f64() >= rested && rested > 0.4);
    // Delays by other processes count as training time; the rests do not.
    let trained = run.stats().seconds;
    assert!(
        trained <= start.elapsed().as_secs_f64() - rested,
        "{trained}"
    );
}
