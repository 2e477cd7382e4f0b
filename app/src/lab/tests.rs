use std::{io::Write, path::Path};

use pollster::block_on;
use tightrope_core::{
    config::{Role, RunConfig},
    device,
    history::History,
    method::Method,
    preset,
};

use super::*;

pub(super) fn configs(iterations: &str, methods: &[Method]) -> Vec<RunConfig> {
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = [
        set("iterations", iterations),
        set("record.log_every", "1"),
        set("record.quality_samples", "100"),
    ];
    let preset = preset::find("spiral").unwrap();
    methods
        .iter()
        .map(|&method| preset::resolve(preset, method, None, &overrides).unwrap())
        .collect()
}

/// Sends a request, trains until the lab is idle, and returns its replies.
pub(super) fn ask(lab: &mut Lab, request: Request) -> Vec<Reply> {
    block_on(async {
        lab.ask(request).await;
        while lab.is_busy() {
            lab.advance().await;
        }
    });
    lab.drain()
}

fn lab(out: &Path) -> Lab {
    Lab::new(DeviceChoice::Cpu, out.to_owned(), Arc::new(InPlace))
}

pub(super) fn ends(replies: &[Reply]) -> Vec<(RunKey, EndReason)> {
    let end = |reply: &Reply| match reply {
        Reply::Said(key, Event::Ended { reason, .. }) => Some((*key, reason.clone())),
        _ => None,
    };
    replies.iter().filter_map(end).collect()
}

pub(super) fn trouble(replies: &[Reply]) -> Vec<&str> {
    replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::Trouble { what, .. } => Some(what.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn two_runs_train_are_recorded_and_heard() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = lab(out.path());
    let methods = [Method::AdaptRelax, Method::StuGan];
    let replies = ask(&mut lab, Request::Start(configs("6", &methods)));
    assert!(replies.iter().any(|r| matches!(r, Reply::Device { .. })));
    let finished = |key| (RunKey(key), EndReason::Finished);
    assert_eq!(ends(&replies), [finished(0), finished(1)]);
    assert!(trouble(&replies).is_empty());
    let mut histories = vec![History::default(); 2];
    for reply in &replies {
        match reply {
            Reply::Added(added) => histories[added.key.0] = added.history.clone(),
            Reply::Said(key, event) => histories[key.0].apply(event),
            _ => {}
        }
    }
    for (slot, heard) in lab.slots.iter().zip(&histories) {
        let stored = loaded_run::read(&slot.folder, &()).unwrap().history;
        assert_eq!(stored.stats, heard.stats);
        assert_eq!(stored.samples.len(), heard.samples.len());
        for (at, moment) in &heard.samples {
            assert!(moment.field.is_some() && heard.masks_until(Role::G, *at).next().is_some());
            let again = &stored.samples[at];
            assert_eq!((&again.field, &again.masks), (&moment.field, &moment.masks));
        }
        assert_eq!(heard.stats.len(), 6);
    }
}

#[test]
fn a_paused_run_steps_and_shows_itself() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = lab(out.path());
    block_on(lab.ask(Request::Start(configs("9", &[Method::StuGan]))));
    lab.drain();
    let replies = ask(&mut lab, Request::Tell(RunKey(0), Command::Pause));
    assert!(replies.iter().any(|reply| matches!(
        reply,
        Reply::State {
            state: RunState::Paused,
            iteration: 0,
            ..
        }
    )));
    let replies = ask(&mut lab, Request::Tell(RunKey(0), Command::Step));
    let shown = |reply: &Reply| matches!(reply, Reply::Said(_, Event::Samples(samples)) if samples.iteration == 1);
    assert!(replies.iter().any(shown));
    assert!(replies.iter().any(|reply| matches!(
        reply,
        Reply::State {
            state: RunState::Paused,
            iteration: 1,
            ..
        }
    )));
    let replies = ask(&mut lab, Request::Tell(RunKey(0), Command::Resume));
    assert_eq!(ends(&replies), [(RunKey(0), EndReason::Finished)]);
}

#[test]
fn a_layer_is_read_while_its_run_trains() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = lab(out.path());
    block_on(lab.ask(Request::Start(configs("1", &[Method::StuGan]))));
    let info = lab.training.run(0).unwrap().info();
    lab.drain();
    let mut inspect = |role, layer| {
        let run = RunKey(0);
        block_on(lab.ask(Request::Inspect(LayerKey { run, role, layer })));
        match lab.drain().pop() {
            Some(Reply::Layer(key, state)) if key == (LayerKey { run, role, layer }) => state,
            other => panic!("{other:?}"),
        }
    };
    for (role, net) in [(Role::G, &info.generator), (Role::D, &info.discriminator)] {
        for (layer, known) in net.layers.iter().enumerate() {
            let state = inspect(role, layer).unwrap();
            assert_eq!((state.iteration, &state.shape), (0, &known.shape));
            let active = state.mask.iter().filter(|&&active| active).count();
            assert_eq!(active, known.active);
            assert!(state.largest > 0.0 && state.magnitudes.contains(&255));
            let outside = state.mask.iter().zip(&state.magnitudes);
            assert!(outside.into_iter().all(|(&active, &w)| active || w == 0));
        }
        assert!(inspect(role, net.layers.len()).is_none());
    }
    block_on(lab.advance());
    lab.drain();
    let key = LayerKey {
        run: RunKey(0),
        role: Role::G,
        layer: 0,
    };
    let replies = ask(&mut lab, Request::Inspect(key));
    assert!(
        matches!(replies[..], [Reply::Layer(_, None)]),
        "it has ended"
    );
}

#[test]
fn closing_saves_and_another_lab_goes_on() {
    let out = tempfile::tempdir().unwrap();
    let mut first = lab(out.path());
    block_on(async {
        first
            .ask(Request::Start(configs("8", &[Method::AdaptRelax])))
            .await;
        first.advance().await;
        first.ask(Request::Close).await;
    });
    let replies = first.drain();
    assert_eq!(ends(&replies), [(RunKey(0), EndReason::Stopped)]);
    assert!(matches!(replies.last(), Some(Reply::Closed)));
    assert!(!first.is_busy());

    let mut second = lab(out.path());
    let (folder, go_on) = (out.path().to_owned(), true);
    let replies = ask(&mut second, Request::Open { folder, go_on });
    assert_eq!(ends(&replies), [(RunKey(0), EndReason::Finished)]);
    let run = &second.slots[0];
    let stored = loaded_run::read(&run.folder, &()).unwrap().history;
    assert_eq!((stored.iteration(), stored.resumed), (8, vec![1]));

    // The lab that stopped the run can also continue it, given more iterations.
    let replies = ask(&mut first, Request::Continue(RunKey(0)));
    assert!(trouble(&replies)[0].contains("all 8 iterations are done"));
}

#[test]
fn runs_leave_the_list_or_the_disk() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = lab(out.path());
    block_on(lab.ask(Request::Start(configs("2", &[Method::StuGan]))));
    let folder = lab.slots[0].folder.clone();
    let remove = |delete| Request::Remove {
        key: RunKey(0),
        delete,
    };
    lab.drain();
    block_on(lab.ask(remove(true)));
    assert!(trouble(&lab.drain())[0].contains("still training"));
    ask(&mut lab, Request::Limit(None));
    let replies = ask(&mut lab, remove(true));
    assert!(
        replies
            .iter()
            .any(|r| matches!(r, Reply::Removed(RunKey(0))))
    );
    assert!(!folder.exists());
    assert!(trouble(&ask(&mut lab, Request::Continue(RunKey(0))))[0].contains("not there"));
    let replies = ask(&mut lab, Request::Restore(RunKey(0)));
    let back = |reply: &Reply| matches!(reply, Reply::Added(added) if added.folder == folder);
    assert!(replies.iter().any(back) && folder.join("config.json").exists());
    let remove = |key, delete| Request::Remove {
        key: RunKey(key),
        delete,
    };
    assert!(trouble(&ask(&mut lab, remove(1, false))).is_empty());
    assert!(folder.exists());
    ask(&mut lab, Request::Restore(RunKey(1)));
    assert!(trouble(&ask(&mut lab, remove(2, true))).is_empty());
    ask(&mut lab, Request::Close);
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_done_is_answered() {
    let out = tempfile::tempdir().unwrap();
    let mut lab = lab(out.path());
    let folder = out.path().join("nowhere");
    let replies = ask(
        &mut lab,
        Request::Open {
            folder,
            go_on: false,
        },
    );
    assert!(trouble(&replies)[0].contains("no such run folder"));
    let mut wrong = configs("2", &[Method::StuGan]);
    wrong[0].data.source = "mnist:nowhere".into();
    assert_eq!(trouble(&ask(&mut lab, Request::Start(wrong))).len(), 1);
}

#[test]
fn a_limit_holds_iterations_back() {
    let mut lab = lab(Path::new("unused"));
    block_on(lab.ask(Request::Limit(Some(10.0))));
    assert_eq!(lab.rest(), Duration::ZERO);
    block_on(lab.advance());
    assert!(lab.rest() > Duration::from_millis(50) && lab.rest() <= Duration::from_millis(100));
    block_on(lab.ask(Request::Limit(None)));
    assert_eq!(lab.rest(), Duration::ZERO);
}

#[test]
fn a_lost_gpu_fails_its_runs_only_and_they_go_on_elsewhere() {
    let Some(adapter) = block_on(device::adapters()).into_iter().next() else {
        // Writes past the test harness, which hides the output of passing tests.
        writeln!(std::io::stderr(), "skipped: no graphics adapter").ok();
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let shared = block_on(adapter.share()).unwrap();
    let mut lab = Lab::new(
        DeviceChoice::Gpu(Some(0)),
        out.path().to_owned(),
        Arc::new(InPlace),
    );
    lab.share(shared.clone());
    let mut config = configs("12", &[Method::Static]);
    config[0].record.checkpoint_every = 2;
    let replies = block_on(async {
        lab.ask(Request::Start(config.clone())).await;
        lab.ask(Request::Device(DeviceChoice::Cpu)).await;
        lab.ask(Request::Start(config)).await;
        for _ in 0..3 {
            lab.advance().await;
        }
        shared.device.destroy();
        while lab.is_busy() {
            lab.advance().await;
        }
        lab.drain()
    });
    let ends = ends(&replies);
    assert!(
        matches!(
            &ends[..],
            [
                (RunKey(0), EndReason::Failed(_)),
                (RunKey(1), EndReason::Finished)
            ]
        ),
        "{ends:?}"
    );
    assert!(trouble(&replies)[0].contains("Continue resumes it from iteration 2"));
    let lost = |reply: &&Reply| matches!(reply, Reply::DeviceLost { shared: true, .. });
    assert_eq!(replies.iter().filter(lost).count(), 1);
    let replies = ask(&mut lab, Request::Continue(RunKey(0)));
    assert_eq!(self::ends(&replies), [(RunKey(0), EndReason::Finished)]);
}
