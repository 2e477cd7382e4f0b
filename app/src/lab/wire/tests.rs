use std::time::Duration;

use tightrope_core::{
    config::Role,
    device::DeviceChoice,
    evaluation::Evaluation,
    event::{Command, Event, Field, Masks, Push, SampleData, Samples, Stats},
    history::History,
    run::LayerState,
    session::RunState,
    sparse::bits::Bits,
};

use super::*;
use crate::{
    export::{Options, What},
    gui::fixture,
    lab::{
        Added, ClassKey, ClassSamples, KeptRun, LayerKey, OwnData, Reply, Request, RunKey, Screen,
        StepPhase, Still, TaskId,
    },
    story::STORIES,
};

/// Compares both ends by their `Debug` text, since most of these types have no `PartialEq`.
fn pass<T: Serialize + DeserializeOwned + std::fmt::Debug>(words: &T) {
    let bytes = pack(words).unwrap();
    let passed: T = unpack(&bytes).unwrap();
    assert_eq!(format!("{passed:?}"), format!("{words:?}"));
}

#[test]
fn every_request_passes() {
    let run = RunKey(3);
    let layer = LayerKey {
        run,
        role: Role::G,
        layer: 2,
    };
    let commands = [
        Command::Pause,
        Command::SetDensity(0.1),
        Command::Edit {
            key: "generator.lr".into(),
            value: "1e-3".into(),
        },
    ];
    let mut requests: Vec<Request> = commands
        .into_iter()
        .map(|command| Request::Tell(run, command))
        .collect();
    requests.extend(STORIES.map(|story| Request::Start(story.runs().unwrap())));
    requests.extend([
        Request::Open {
            folder: "runs/\u{e4}".into(),
            go_on: true,
        },
        Request::Continue(run),
        Request::Remove {
            key: run,
            delete: true,
        },
        Request::Restore(run),
        Request::Discard(vec!["runs/1".into()]),
        Request::Save,
        Request::Inspect(layer),
        Request::SampleClass(ClassKey {
            run,
            class: 7,
            averaged: true,
        }),
        Request::Device(DeviceChoice::Gpu(Some(1))),
        Request::Devices,
        Request::Limit(Some(0.5)),
        Request::Limit(None),
        Request::SlowMotion(Duration::from_millis(700)),
        Request::Export {
            what: What::Report,
            keys: vec![run],
            options: Options {
                raw: true,
                scale: Some(4),
                at: None,
            },
        },
        Request::Screen(Screen {
            name: "samples".into(),
            size: [2, 1],
            rgb: vec![0, 1, 2, 253, 254, 255],
        }),
        Request::Incoming(vec!["a.json".into(), "cats.zip".into()]),
        Request::ForgetData("zip:data/cats/cats.zip".into()),
        Request::Cancel(TaskId(7)),
        Request::Close,
    ]);
    requests.iter().for_each(pass);
}

#[test]
fn what_runs_say_passes_and_so_do_numbers_that_are_none() {
    fixture::replies().iter().for_each(pass);
    let pixels = vec![-1.0, f32::NAN, 0.1, f32::INFINITY];
    let images = SampleData::Images {
        count: 1,
        channels: 1,
        side: 2,
        pixels,
    };
    let events = [
        Event::Samples(Samples {
            iteration: 9,
            averaged: true,
            data: images,
        }),
        Event::Field(Field {
            iteration: 9,
            scores: vec![0.25, f32::NAN],
            raw: vec![Push::default()],
            ..Field::default()
        }),
        Event::Masks(Masks {
            iteration: 9,
            net: Role::D,
            layers: vec![Bits::pack(&[1.0, 0.0, 1.0])],
        }),
        Event::Stats(Stats {
            iteration: 9,
            d_loss: f32::NAN,
            g_loss: f32::NEG_INFINITY,
            br: Some(f64::NAN),
            ..Stats::default()
        }),
        fixture::stopped(9),
    ];
    let mut history = History::default();
    events.iter().for_each(|event| history.apply(event));
    let run = RunKey(1);
    events
        .map(|event| Reply::Said(run, event))
        .iter()
        .for_each(pass);
    pass(&Reply::Added(Box::new(Added {
        key: run,
        folder: "runs/1".into(),
        history,
        reals: None,
        state: RunState::Ended,
    })));
}

#[test]
fn other_replies_pass() {
    let run = RunKey(1);
    let layer = LayerKey {
        run,
        role: Role::D,
        layer: 0,
    };
    let state = LayerState::new(5, vec![2, 2], &[1.0, 0.0, 1.0, 1.0], &[0.5, 0.0, -1.0, 0.1]);
    let still = Still {
        iteration: 1,
        stage: StepPhase::DropGrow(Role::G),
        critic_step: 2,
        value: f64::INFINITY,
    };
    let class = ClassKey {
        run,
        class: 3,
        averaged: false,
    };
    let drawn = ClassSamples {
        iteration: 5,
        averaged: false,
        data: SampleData::Images {
            count: 1,
            channels: 1,
            side: 1,
            pixels: vec![f32::NAN],
        },
    };
    pass(&[
        Reply::OfClass(class, Ok(drawn)),
        Reply::OfClass(class, Err("why".into())),
        Reply::Evaluations(run, vec![Evaluation::default()]),
        Reply::Layer(layer, Some(state)),
        Reply::Still(run, still),
        Reply::Devices(vec![(DeviceChoice::Cpu, "1 thread".into())]),
        Reply::Trouble {
            key: Some(run),
            what: "why".into(),
        },
        Reply::OwnData {
            all: vec![OwnData {
                name: "cats".into(),
                source: "zip:data/cats/cats.zip".into(),
                count: 70,
                channels: 3,
                is_kept: true,
            }],
            is_new: true,
        },
        Reply::Written(vec!["take-away/report.html".into()]),
        Reply::Closed,
    ]);
    pass(&KeptRun {
        folder: "runs/1".into(),
        is_over: false,
    });
}

#[test]
fn other_bytes_are_refused() {
    assert!(unpack::<Vec<Reply>>(b"nonsense").is_err());
    assert!(unpack::<Vec<Reply>>(&[]).is_err());
    let whole = pack(&fixture::replies()).unwrap();
    assert!(unpack::<Vec<Reply>>(&whole[..whole.len() / 2]).is_err());
}
