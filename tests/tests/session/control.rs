//! Commands: their effect on a run, and the effects they must not have.

use tightrope_core::{
    config::RunConfig,
    event::{Command, EndReason, Event, MaskChange},
    record::{Checkpoint, HostTensor},
    session::{RunState, Session},
};

use super::{advance, config, iteration, session, state};

fn quick(method: &str) -> RunConfig {
    let settings = [
        ("record.log_every", "1"),
        ("record.sample_every", "0"),
        ("record.quality_every", "0"),
        ("iterations", "40"),
    ];
    config("spiral", method, &settings)
}

/// Whether two checkpoints hold the same weights of a net.
fn same_weights(a: &Checkpoint, b: &Checkpoint, net: &str) -> bool {
    let weights = |checkpoint: &Checkpoint| -> Vec<HostTensor> {
        let prefix = format!("{net}/weight/");
        let own = checkpoint
            .tensors
            .iter()
            .filter(|(name, _)| name.starts_with(&prefix));
        own.map(|(_, tensor)| tensor.clone()).collect()
    };
    let (a, b) = (weights(a), weights(b));
    assert!(!a.is_empty());
    a == b
}

fn snapshot(session: &mut Session) -> Checkpoint {
    state(session.run_mut(0).expect("a run"))
}

#[test]
fn a_run_opens_with_what_it_is_and_what_it_makes_untrained() {
    let mut session = Session::new();
    let id = pollster::block_on(session.add(super::run(quick("adapt-relax")))).expect("added");
    let events = session.drain();
    let Some((_, Event::Started(info))) = events.first() else {
        panic!("{events:?}");
    };
    assert_eq!(info.generator.layers.len(), 4);
    assert_eq!(info.real_count, 0);
    let of_samples = |events: &[(usize, Event)]| {
        events
            .iter()
            .filter(|(_, e)| matches!(e, Event::Samples(s) if s.iteration == 0))
            .count()
    };
    // The averaged and the live generator; with them the field, and the masks of both nets.
    assert_eq!((events.len(), of_samples(&events)), (6, 2));
    assert_eq!(
        (id, session.len(), session.state(id)),
        (0, 1, Some(RunState::Running))
    );
}

#[test]
fn a_paused_run_waits_while_the_other_goes_on() {
    let mut session = session([quick("adapt-relax"), quick("static")]);
    session.command(0, Command::Pause);
    advance(&mut session, 3);
    assert_eq!((iteration(&session, 0), iteration(&session, 1)), (0, 3));
    assert_eq!(session.state(0), Some(RunState::Paused));
    session.command(0, Command::Resume);
    advance(&mut session, 2);
    assert_eq!((iteration(&session, 0), iteration(&session, 1)), (2, 5));
}

#[test]
fn a_step_is_one_iteration_and_then_a_pause() {
    let mut session = session([quick("static")]);
    session.command(0, Command::Step);
    session.command(0, Command::Step);
    advance(&mut session, 1);
    assert_eq!(
        (iteration(&session, 0), session.state(0)),
        (1, Some(RunState::Paused))
    );
    advance(&mut session, 3);
    assert_eq!(iteration(&session, 0), 2);
}

#[test]
fn each_player_can_be_moved_alone() {
    let mut session = session([quick("static")]);
    advance(&mut session, 3);
    let before = snapshot(&mut session);

    session.command(0, Command::StepD);
    let events = advance(&mut session, 1);
    assert!(matches!(events[..], [(0, Event::Stats(_))]), "{events:?}");
    let after_d = snapshot(&mut session);
    assert!(same_weights(&before, &after_d, "G") && !same_weights(&before, &after_d, "D"));

    session.command(0, Command::StepG);
    advance(&mut session, 1);
    let after_g = snapshot(&mut session);
    assert!(!same_weights(&after_d, &after_g, "G") && same_weights(&after_d, &after_g, "D"));
    assert_eq!(
        (iteration(&session, 0), session.state(0)),
        (3, Some(RunState::Paused))
    );
}

#[test]
fn a_live_setting_can_be_edited_and_a_wrong_edit_changes_nothing() {
    let mut session = session([quick("adapt-relax")]);
    let edit = |key: &str, value: &str| Command::Edit {
        key: key.into(),
        value: value.into(),
    };
    session.command(0, edit("generator.lr", "0.5"));
    session.command(0, edit("br_high", "0.9"));
    for (key, value) in [
        ("generator.lr", "-1"),
        ("z_dim", "3"),
        ("generatr.lr", "1"),
        ("br_low", "x"),
    ] {
        session.command(0, edit(key, value));
    }
    let events = advance(&mut session, 1);
    let edited = |event: &Event, key: &str, value: &str| matches!(event, Event::Edited { key: k, value: v, iteration: 0 } if k == key && v == value);
    assert!(edited(&events[0].1, "generator.lr", "0.5"), "{events:?}");
    assert!(edited(&events[1].1, "balance.br_high", "0.9"), "{events:?}");
    let reasons: Vec<&str> = events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Refused { reason, .. } => Some(reason.as_str()),
            _ => None,
        })
        .collect();
    let parts = [
        "above 0",
        "cannot change while a run trains",
        "did you mean `generator.lr`?",
        "a number",
    ];
    assert_eq!(reasons.len(), parts.len(), "{reasons:?}");
    for (reason, part) in reasons.iter().zip(parts) {
        assert!(reason.contains(part), "{reason}");
    }
    let config = &session.run(0).expect("a run").config;
    assert_eq!(
        (config.generator.lr, config.balance.br_high, config.z_dim),
        (0.5, 0.9, 2)
    );
    assert_eq!(
        (iteration(&session, 0), session.state(0)),
        (1, Some(RunState::Running))
    );
}

#[test]
fn the_density_is_the_users_under_manual_only() {
    let mut session = session([quick("manual"), quick("adapt-relax")]);
    advance(&mut session, 2);
    for (asked, change) in [(0.5, MaskChange::Raise), (0.2, MaskChange::Lower)] {
        session.command(0, Command::SetDensity(asked));
        let events = advance(&mut session, 1);
        let mask = events.iter().find_map(|(id, event)| match event {
            Event::Mask(mask) if *id == 0 => Some(mask),
            _ => None,
        });
        let mask = mask.expect("a mask event");
        assert_eq!(mask.change, change);
        assert!((mask.density - asked).abs() < 0.001, "{mask:?}");
        let density = session.run(0).expect("a run").stats().density_d;
        assert_eq!(density, mask.density);
    }
    for (id, asked) in [(0, 0.0), (0, 1.5), (0, f64::NAN), (1, 0.5)] {
        session.command(id, Command::SetDensity(asked));
        let events = advance(&mut session, 1);
        let refused = events
            .iter()
            .any(|(of, event)| *of == id && matches!(event, Event::Refused { .. }));
        assert!(refused, "{id} {asked}");
        assert!(
            !events
                .iter()
                .any(|(_, event)| matches!(event, Event::Mask(_)))
        );
    }
}

#[test]
fn a_stopped_run_is_over_and_the_other_is_not() {
    let mut session = session([quick("static"), quick("stu-gan")]);
    advance(&mut session, 2);
    session.command(0, Command::Stop);
    let events = advance(&mut session, 1);
    let ended = Event::Ended {
        iteration: 2,
        reason: EndReason::Stopped,
    };
    assert!(events.contains(&(0, ended)), "{events:?}");
    for command in [
        Command::Resume,
        Command::Step,
        Command::SetDensity(0.5),
        Command::Stop,
    ] {
        session.command(0, command);
    }
    let events = advance(&mut session, 2);
    assert!(events.iter().all(|(id, _)| *id == 1), "{events:?}");
    assert_eq!((iteration(&session, 0), iteration(&session, 1)), (2, 5));
    assert!(!session.is_over());
}

#[test]
fn a_finished_run_says_so_once() {
    let config = RunConfig {
        iterations: 3,
        ..quick("static")
    };
    let mut session = session([config]);
    let events = advance(&mut session, 6);
    let ends: Vec<&Event> = events
        .iter()
        .map(|(_, event)| event)
        .filter(|event| matches!(event, Event::Ended { .. }))
        .collect();
    let finished = Event::Ended {
        iteration: 3,
        reason: EndReason::Finished,
    };
    assert_eq!(ends, [&finished]);
    assert!(session.is_over());
}

#[test]
fn checkpoints_can_be_asked_for() {
    let mut session = session([quick("static"), quick("dense")]);
    session.command(1, Command::Checkpoint);
    advance(&mut session, 1);
    assert_eq!(session.drain_checkpoints(), [1]);
    assert!(session.drain_checkpoints().is_empty());
}

#[test]
fn a_command_to_nobody_is_ignored() {
    let mut session = session([quick("static")]);
    session.command(7, Command::Stop);
    session.fail(7, "nobody".into());
    assert!(session.run(7).is_none() && session.state(7).is_none());
    advance(&mut session, 1);
    assert_eq!(iteration(&session, 0), 1);
}

#[test]
fn commands_are_obeyed_without_advancing_up_to_a_step() {
    let mut session = session([quick("manual"), quick("static")]);
    for command in [
        Command::Pause,
        Command::SetDensity(0.5),
        Command::Step,
        Command::Resume,
    ] {
        session.command(0, command);
    }
    assert!(session.obey());
    assert_eq!(session.state(0), Some(RunState::Paused));
    let events = session.drain();
    assert!(
        matches!(events[..], [(0, Event::Edited { .. })]),
        "{events:?}"
    );
    assert_eq!((iteration(&session, 0), iteration(&session, 1)), (0, 0));
    advance(&mut session, 1);
    assert_eq!(session.state(0), Some(RunState::Paused));
    assert!(!session.obey());
    assert_eq!(session.state(0), Some(RunState::Running));
    assert_eq!((iteration(&session, 0), iteration(&session, 1)), (1, 1));
}
