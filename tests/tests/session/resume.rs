//! Equal seeds give equal runs: repeated, side by side, and from a checkpoint at any iteration.

use pollster::block_on;
use tightrope_core::{
    config::RunConfig,
    event::Command,
    record::{Checkpoint, HostTensor, checkpoint, read_run},
    run::Run,
    session::{RecordedSession, RunCheckpoint},
};

use super::{advance, config, cpu, difference, run, session, state};

const METHODS: [&str; 7] = [
    "adapt-relax",
    "adapt-strict",
    "stu-gan",
    "sdst-set",
    "dst-both-set",
    "dda",
    "dense",
];
/// Masks of both nets change at 5, 10 and 15, so the stops lie before, at and after a change, and
/// within a window.
const STOPS: [u64; 5] = [1, 4, 5, 6, 10];
const LAST: u64 = 17;

fn short(preset: &str, method: &str) -> RunConfig {
    let mut config = config(
        preset,
        method,
        &[
            ("generator.mask_interval", "5"),
            ("discriminator.mask_interval", "5"),
            ("balance.window", "3"),
            ("balance.warmup", "0"),
            ("balance.probe_interval", "2"),
            ("record.log_every", "3"),
            ("record.quality_every", "0"),
            ("record.sample_every", "8"),
            ("averaging.start", "2"),
        ],
    );
    config.iterations = LAST;
    config
}

fn steps(run: &mut Run, to: u64) {
    while run.iteration() < to {
        block_on(run.step()).expect("a step");
    }
}

fn uninterrupted(config: &RunConfig) -> Checkpoint {
    let mut whole = run(config.clone());
    steps(&mut whole, LAST);
    state(&mut whole)
}

fn interrupted(config: &RunConfig, stop: u64) -> Checkpoint {
    let mut first = run(config.clone());
    steps(&mut first, stop);
    let stored = block_on(first.checkpoint()).expect("a checkpoint");
    drop(first);
    let bytes = stored.to_bytes().expect("bytes");
    let stored = Checkpoint::from_bytes(&bytes).expect("the same checkpoint");
    let mut second = run(config.clone());
    block_on(second.restore(&stored)).expect("restored");
    assert_eq!(second.iteration(), stop);
    steps(&mut second, LAST);
    state(&mut second)
}

fn check_stops(preset: &str, stops: &[u64]) {
    let mut wrong = Vec::new();
    for method in METHODS {
        let config = short(preset, method);
        let whole = uninterrupted(&config);
        for &stop in stops {
            if let Some(what) = difference(&whole, &interrupted(&config, stop)) {
                wrong.push(format!("{method} on {preset}, stopped at {stop}: {what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn points_go_on_bit_for_bit() {
    check_stops("spiral", &STOPS);
}

#[test]
fn images_go_on_bit_for_bit() {
    check_stops("tiny", &[4, 5]);
}

#[test]
fn equal_seeds_give_equal_runs_and_other_seeds_others() {
    for preset in ["spiral", "tiny"] {
        let config = short(preset, "adapt-relax");
        let first = uninterrupted(&config);
        assert_eq!(
            difference(&first, &uninterrupted(&config)),
            None,
            "{preset}"
        );
        let other = RunConfig { seed: 43, ..config };
        assert!(
            difference(&first, &uninterrupted(&other)).is_some(),
            "{preset}"
        );
    }
}

#[test]
fn runs_side_by_side_do_not_disturb_each_other() {
    for preset in ["spiral", "tiny"] {
        let configs = ["adapt-relax", "stu-gan"].map(|method| short(preset, method));
        let mut both = session(configs.clone());
        advance(&mut both, LAST as usize);
        for (id, config) in configs.iter().enumerate() {
            let beside = state(both.run_mut(id).expect("a run"));
            assert_eq!(
                difference(&uninterrupted(config), &beside),
                None,
                "{preset}"
            );
        }
    }
}

#[test]
fn looking_at_a_run_does_not_change_it() {
    let config = short("tiny", "adapt-relax");
    let mut watched = run(config.clone());
    while watched.iteration() < LAST {
        block_on(watched.step()).expect("a step");
        block_on(watched.generate(3, "look", true)).expect("samples");
        block_on(watched.generate(3, "look", false)).expect("samples");
        watched.stats();
        state(&mut watched);
    }
    assert_eq!(
        difference(&uninterrupted(&config), &state(&mut watched)),
        None
    );
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let stored = state(&mut run(short("spiral", "static")));
    let mut others = [
        ("tiny", short("tiny", "static")),
        (
            "another width",
            config("spiral", "static", &[("d_hidden", "8,8,8")]),
        ),
    ];
    for (name, config) in &mut others {
        let error = block_on(run(config.clone()).restore(&stored)).expect_err("refused");
        assert!(error.is_input(), "{name}: {error}");
        let text = error.to_string();
        assert!(
            text.contains("belongs to another run") && text.lines().count() == 1,
            "{name}: {text}"
        );
    }
}

#[test]
fn a_forged_checkpoint_is_refused_in_one_line() {
    let config = short("spiral", "sdst-rigl");
    let mut honest = run(config.clone());
    steps(&mut honest, 4);
    let honest = state(&mut honest);
    let refusal = |forged: &Checkpoint| {
        let error = block_on(run(config.clone()).restore(forged)).expect_err("refused");
        assert!(error.is_input(), "{error}");
        let text = error.to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    };
    let masks: Vec<&String> = honest
        .tensors
        .keys()
        .filter(|name| name.ends_with("/mask") || name.ends_with("/ever"))
        .collect();
    assert_eq!(masks.len(), 4);
    for name in masks {
        let mut forged = honest.clone();
        match forged.tensors.get_mut(name) {
            Some(HostTensor::U8 { data, .. }) => data[3] = 2,
            other => panic!("{name}: {other:?}"),
        }
        let text = refusal(&forged);
        assert!(
            text.contains(name) && text.contains("values other than 0 and 1"),
            "{text}"
        );
    }
    for iteration in [LAST + 1, u64::MAX] {
        let mut forged = honest.clone();
        forged.meta["iteration"] = iteration.into();
        let text = refusal(&forged);
        assert!(text.contains("which no run reaches"), "{text}");
    }
}

/// Checkpoints from before the engine counted every pass. Their dense yardstick uses the old count
/// too.
#[test]
fn an_old_checkpoint_goes_on_in_its_own_count() {
    let config = short("ring", "static");
    let mut first = run(config.clone());
    steps(&mut first, 4);
    let mut old = block_on(first.checkpoint()).expect("a checkpoint");
    let fields = old.meta.as_object_mut().expect("an object");
    assert!(fields.remove("flops_stu").is_some());
    let mut second = run(config);
    block_on(second.restore(&old)).expect("restored");
    let (before, paper) = (second.stats().flops, second.stats().flops_paper);
    steps(&mut second, 9);
    let stats = second.stats();
    // With n_critic 1, the old count equals ADAPT's.
    assert_eq!(second.config.n_critic, 1);
    let [ours, theirs] = [stats.flops - before, stats.flops_paper - paper];
    assert!((ours - theirs).abs() < 1e-3 && ours > 0.0);
    assert_eq!(stats.flops_stu, None);
}

#[test]
fn a_run_that_another_has_finished_meanwhile_stays_as_it_is() {
    let out = tempfile::tempdir().expect("a folder");
    let mut first = RecordedSession::default();
    let config = short("tiny", "adapt-relax");
    let id = block_on(first.add(vec![config], out.path(), &cpu())).expect("a run")[0];
    (0..5).for_each(|_| block_on(first.advance()));
    first.command(id, Command::Stop);
    block_on(first.advance());
    let folder = first.path(id).to_owned();
    let read = || RunCheckpoint::open(&folder).expect("a checkpoint");
    let resume = |from: &RunCheckpoint| {
        let mut session = RecordedSession::default();
        let (config, changes) = from.changed(&[]).expect("settings");
        block_on(session.resume(from, config, changes, &cpu())).map(|_| session)
    };

    let early = read();
    let file = folder.join("checkpoints/000005.safetensors");
    let bytes = std::fs::read(&file).expect("a checkpoint");
    let mut second = resume(&read()).expect("it goes on");
    while !second.is_over() {
        block_on(second.advance());
    }
    let files = || -> Vec<_> {
        let found = checkpoint::list(&folder).expect("checkpoints");
        found.into_iter().map(|(iteration, _)| iteration).collect()
    };
    let finished = files();
    assert_eq!(finished.last(), Some(&LAST));

    let refusal = resume(&early).map(|_| ()).expect_err("a stale checkpoint");
    let expected = format!("another process has trained this run to iteration {LAST}");
    assert!(refusal.to_string().contains(&expected), "{refusal}");
    assert_eq!(files(), finished);
    assert!(folder.join("summary.json").is_file());
    // An older checkpoint that is asked for by name is another matter.
    std::fs::write(&file, bytes).expect("it is put back");
    let named = RunCheckpoint::open(&file).expect("a checkpoint");
    assert!(resume(&named).is_ok());
}

#[test]
fn a_run_that_was_killed_just_before_its_end_ends_when_it_is_resumed() {
    let out = tempfile::tempdir().expect("a folder");
    let mut first = RecordedSession::default();
    let config = short("tiny", "static");
    let id = block_on(first.add(vec![config], out.path(), &cpu())).expect("a run")[0];
    while !first.is_over() {
        block_on(first.advance());
    }
    let folder = first.path(id).to_owned();
    let summary = folder.join("summary.json");
    std::fs::remove_file(&summary).expect("a summary");

    let last = RunCheckpoint::open(&folder).expect("a checkpoint");
    let (config, changes) = last.changed(&[]).expect("settings");
    let mut second = RecordedSession::default();
    block_on(second.resume(&last, config, changes, &cpu())).expect("it can be resumed");
    block_on(second.record());
    assert!(second.is_over() && summary.is_file());
    let history = read_run(&folder).expect("a record").history;
    assert_eq!(history.iteration(), LAST);
    assert!(history.ended.is_some());
}
