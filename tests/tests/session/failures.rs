//! A run that fails beside one that does not.

use tightrope_core::{
    config::RunConfig,
    event::{Command, EndReason, Event},
    record::{Checkpoint, HostTensor},
    session::{RunState, Session},
};

use super::{advance, config, iteration, run, session};

const QUICK: [(&str, &str); 4] = [
    ("record.log_every", "2"),
    ("record.sample_every", "0"),
    ("record.quality_every", "0"),
    ("iterations", "20"),
];

fn quick() -> RunConfig {
    config("spiral", "static", &QUICK)
}

/// A deep net without normalisation, whose scores overflow float32 once steps are as large as
/// [`TOO_FAST`].
fn fragile() -> RunConfig {
    let widths = format!("{:?}", [128; 16]);
    let settings = [("d_hidden", widths.as_str()), ("loss", "wasserstein")];
    config("spiral", "dense", &[&QUICK[..], &settings].concat())
}

const TOO_FAST: [&str; 2] = ["generator.lr", "discriminator.lr"];

fn failure(events: &[(usize, Event)], run: usize) -> Option<(u64, &str)> {
    events.iter().find_map(|(id, event)| match event {
        Event::Ended {
            iteration,
            reason: EndReason::Failed(why),
        } if *id == run => Some((*iteration, why.as_str())),
        _ => None,
    })
}

#[test]
fn a_diverging_run_ends_and_says_when_and_after_what() {
    let mut session = session([fragile(), quick()]);
    advance(&mut session, 10);
    for key in TOO_FAST {
        let (key, value) = (key.into(), "10".into());
        session.command(0, Command::Edit { key, value });
    }
    let events = advance(&mut session, 20);
    let (at, why) = failure(&events, 0).expect("it diverges");
    let said = format!("training diverged at iteration {at}: the ");
    assert!(
        why.starts_with(&said) && why.contains("(last event: "),
        "{why}"
    );
    assert!(
        why.ends_with("; lower generator.lr and discriminator.lr"),
        "{why}"
    );
    assert_eq!(failure(&events, 1), None);
    assert_eq!(
        (session.state(0), iteration(&session, 1)),
        (Some(RunState::Ended), 20)
    );
}

#[test]
fn a_checkpoint_holds_no_weight_that_is_no_number() {
    let mut run = run(fragile());
    for at in 0..20 {
        if at == 10 {
            for key in TOO_FAST {
                run.edit(key, "10").expect("a live setting");
            }
        }
        // The loss that shows the damage is read one iteration later.
        let stepped = pollster::block_on(run.step());
        match pollster::block_on(run.checkpoint()) {
            Ok(checkpoint) => {
                assert!(
                    stepped.is_ok() && all_finite(&checkpoint),
                    "{}",
                    run.iteration()
                );
            }
            Err(error) => {
                assert!(
                    error.to_string().starts_with("training diverged"),
                    "{error}"
                );
                return;
            }
        }
    }
    panic!("it did not diverge");
}

fn all_finite(checkpoint: &Checkpoint) -> bool {
    checkpoint
        .tensors
        .iter()
        .all(|(name, tensor)| match tensor {
            HostTensor::F32 { data, .. } => {
                !name.contains("/weight/") || data.iter().all(|v| v.is_finite())
            }
            HostTensor::U8 { .. } => true,
        })
}

#[test]
fn a_panic_within_a_run_ends_that_run_alone() {
    let mut broken = run(quick());
    let mut calls = 0;
    broken.watch(Box::new(move |_, _| {
        calls += 1;
        assert!(calls < 20, "a watcher's bug");
        Box::pin(async {})
    }));
    let mut session = Session::new();
    for run in [broken, run(quick())] {
        pollster::block_on(session.add(run)).expect("added");
    }
    let events = advance(&mut session, 20);
    let (_, why) = failure(&events, 0).expect("it fails");
    assert!(
        why.contains("internal error: a watcher's bug") && why.lines().count() == 1,
        "{why}"
    );
    assert_eq!((failure(&events, 1), iteration(&session, 1)), (None, 20));
}

#[test]
fn the_owner_can_give_a_run_up() {
    let mut session = session([quick(), quick()]);
    advance(&mut session, 2);
    session.fail(1, "the disk is full".into());
    session.fail(1, "again".into());
    let events = advance(&mut session, 1);
    assert_eq!(failure(&events, 1), Some((2, "the disk is full")));
    assert_eq!(events.iter().filter(|(id, _)| *id == 1).count(), 1);
    assert_eq!(iteration(&session, 0), 3);
}
