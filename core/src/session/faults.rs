//! Run folders resume after the process dies, or the disk fails, at any one call to the file
//! system.

use std::path::{Path, PathBuf};

use pollster::block_on;

use super::{RecordedSession, RunCheckpoint};
use crate::{
    Result,
    config::RunConfig,
    device::{self, Chosen, DeviceChoice},
    event::{Command, EndReason, Event},
    fs::{
        self,
        faulty::{self, Fault},
    },
    method::Method,
    preset,
    record::{has_ended, heal, is_in_use, is_run_folder, read_events, read_run, read_stats},
};

fn cpu() -> Chosen {
    block_on(device::open(DeviceChoice::Cpu)).unwrap()
}

/// Eight iterations with a checkpoint after every third, masks, samples and quality.
fn config() -> RunConfig {
    let settings = [
        ("iterations", "8"),
        ("record.checkpoint_every", "3"),
        ("record.log_every", "1"),
        ("record.sample_every", "4"),
        ("record.quality_every", "4"),
        ("generator.mask_interval", "2"),
        ("discriminator.mask_interval", "2"),
        ("model.mlp.g_hidden", "8,8"),
        ("model.mlp.d_hidden", "8,8"),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    preset::resolve(
        preset::find("ring").unwrap(),
        Method::AdaptRelax,
        None,
        &settings,
    )
    .unwrap()
}

fn finish(mut session: RecordedSession) -> Vec<Event> {
    let mut events = Vec::new();
    while !session.is_over() {
        block_on(session.advance());
        events.extend(session.drain().into_iter().map(|(_, event)| event));
    }
    block_on(session.record());
    events.extend(session.drain().into_iter().map(|(_, event)| event));
    events
}

/// Trains a fresh run, with an edit in between.
fn train(out: &Path, chosen: &Chosen) -> Result<Vec<Event>> {
    let mut session = RecordedSession::default();
    let id = block_on(session.add(vec![config()], out, chosen))?[0];
    for _ in 0..4 {
        block_on(session.advance());
    }
    session.command(
        id,
        Command::Edit {
            key: "balance.br_low".into(),
            value: "0.2".into(),
        },
    );
    Ok(finish(session))
}

fn resume(run: &Path, chosen: &Chosen) -> Result<Vec<Event>> {
    let stored = RunCheckpoint::open(run)?;
    let mut session = RecordedSession::default();
    block_on(session.resume(&stored, stored.config.clone(), Vec::new(), chosen))?;
    Ok(finish(session))
}

/// The run folder in `out`, if there is one.
fn run_in(out: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(out).ok()?;
    let mut runs = entries.flatten().map(|entry| entry.path());
    runs.find(|path| {
        is_run_folder(path) && !path.file_name().unwrap().to_str().unwrap().starts_with('.')
    })
}

type Record = (Vec<Event>, Vec<Event>);

/// Everything recorded, but the seconds and the resumptions: events, then states.
fn record(run: &Path) -> Record {
    let mut events = read_events(run).unwrap();
    events.retain(|event| !matches!(event, Event::Resumed { .. }));
    let states = read_stats(run).unwrap().into_iter().map(|mut stats| {
        stats.seconds = 0.0;
        Event::Stats(stats)
    });
    (events, states.collect())
}

/// The record of a run with the edit, and of one without it: a run that died before its edit was
/// saved goes on without.
fn references(chosen: &Chosen) -> [Record; 2] {
    let [edited, plain] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    train(edited.path(), chosen).unwrap();
    let mut session = RecordedSession::default();
    block_on(session.add(vec![config()], plain.path(), chosen)).unwrap();
    finish(session);
    [edited, plain].map(|out| record(&run_in(out.path()).unwrap()))
}

/// Compares the record of a run, struck at a call, with those of runs that were not.
fn check(run: &Path, references: &[Record], call: u64) {
    let record = record(run);
    if references.contains(&record) {
        return;
    }
    let differences = references.iter().map(|(events, states)| {
        let event = record.0.iter().find(|event| !events.contains(event));
        let state = record.1.iter().find(|state| !states.contains(state));
        let lengths = [record.0.len(), events.len(), record.1.len(), states.len()];
        format!("{lengths:?} {event:?} {state:?}")
    });
    panic!("call {call}: {:#?}", differences.collect::<Vec<_>>());
}

/// As [`check`], for a run whose record could not be written for a moment: it was saved then, and
/// may lack lines of that one iteration.
fn check_but_one(run: &Path, references: &[Record], call: u64) {
    let iteration = |event: &Event| serde_json::to_value(event).unwrap()["iteration"].as_u64();
    let (events, states) = record(run);
    let has_lost_one = |(all_events, all_states): &Record| {
        let is_new = |event: &&Event| !matches!(event, Event::Checkpoint { .. });
        let is_true = events.iter().filter(is_new).all(|e| all_events.contains(e))
            && states.iter().all(|state| all_states.contains(state));
        let lost = all_events.iter().filter(|event| !events.contains(event));
        let lost = lost.chain(all_states.iter().filter(|state| !states.contains(state)));
        let mut at: Vec<Option<u64>> = lost.map(iteration).collect();
        at.dedup();
        is_true && at.len() <= 1
    };
    assert!(
        references.iter().any(has_lost_one),
        "call {call}: {events:#?}"
    );
}

/// Tries each call in turn until one is beyond the last; returns how many there are. `strike` tells
/// whether the fault has struck.
fn for_each_call(mut strike: impl FnMut(u64, &Path) -> bool) -> u64 {
    let mut calls = 0;
    while strike(calls, tempfile::tempdir().unwrap().path()) {
        calls += 1;
    }
    calls
}

#[test]
fn a_process_that_dies_at_any_call_leaves_nothing_or_a_run_that_resumes() {
    let chosen = cpu();
    let references = references(&chosen);
    let (mut resumed, mut healed) = (0, 0);
    let calls = for_each_call(|call, out| {
        let (_, has_died) = faulty::with(Fault::Dies, call, || train(out, &chosen));
        if let Some(run) = run_in(out) {
            assert!(!is_in_use(&run));
            if heal(&run) {
                healed += 1;
            } else if !has_ended(&run) {
                resume(&run, &chosen).unwrap_or_else(|e| panic!("call {call}: {e}"));
                resumed += 1;
            }
            check(&run, &references, call);
            assert_eq!(read_run(&run).unwrap().grids.len(), 3, "call {call}");
        }
        has_died
    });
    assert!(
        calls > 100 && resumed > 50 && healed > 0,
        "{calls} calls, {resumed} resumed, {healed} healed"
    );
}

#[test]
fn a_resume_that_dies_at_any_call_can_be_resumed() {
    let chosen = cpu();
    let references = references(&chosen);
    let calls = for_each_call(|call, out| {
        train(out, &chosen).unwrap();
        let run = run_in(out).unwrap();
        let earlier = run.join("checkpoints/000003.safetensors");
        let (_, has_died) = faulty::with(Fault::Dies, call, || resume(&earlier, &chosen));
        if !has_ended(&run) {
            resume(&run, &chosen).unwrap_or_else(|e| panic!("call {call}: {e}"));
        }
        check(&run, &references, call);
        has_died
    });
    assert!(calls > 50, "{calls} calls");
}

#[test]
fn a_call_that_fails_ends_the_run_with_a_reason_and_it_resumes() {
    let chosen = cpu();
    let references = references(&chosen);
    let calls = for_each_call(|call, out| {
        let (events, has_failed) = faulty::with(Fault::Fails, call, || train(out, &chosen));
        let run = run_in(out);
        match (events, &run) {
            (Err(_), None) => {}
            (Ok(events), Some(run)) => {
                let mut ends = events.iter().filter_map(|event| match event {
                    Event::Ended { reason, .. } => Some(reason),
                    _ => None,
                });
                let last = ends.next_back().unwrap();
                assert!(
                    !has_failed || matches!(last, EndReason::Failed(_)),
                    "call {call}: {last:?}"
                );
                if has_failed && RunCheckpoint::open(run).unwrap().iteration < 8 {
                    resume(run, &chosen).unwrap_or_else(|e| panic!("call {call}: {e}"));
                    check_but_one(run, &references, call);
                }
            }
            (outcome, run) => panic!("call {call}: {outcome:?} with {run:?}"),
        }
        has_failed
    });
    assert!(calls > 100, "{calls} calls");
}
