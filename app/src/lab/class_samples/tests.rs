use std::{path::Path, sync::Arc};

use pollster::block_on;
use tightrope_core::{
    config::RunConfig,
    device::DeviceChoice,
    event::{Event, SampleData},
    method::Method,
    preset,
};

use super::*;
use crate::lab::{InPlace, Request, RunKey, tests::trouble};

/// A small BigGAN on the procedural images, with a class for each kind.
fn config() -> RunConfig {
    let settings = [
        ("data.source", "shapes"),
        ("data.limit", "200"),
        ("model.biggan.classes", "36"),
        ("model.biggan.g_channels", "8,8,8"),
        ("model.biggan.d_channels", "8,8,8"),
        ("batch_d", "8"),
        ("batch_g", "8"),
        ("averaging.start", "0"),
        ("iterations", "4"),
        ("record.log_every", "1"),
        ("record.sample_every", "0"),
        ("record.quality_every", "0"),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let preset = preset::find("biggan-fashion16").unwrap();
    preset::resolve(preset, Method::SdstRigl, None, &settings).unwrap()
}

fn lab(out: &Path) -> Lab {
    Lab::new(DeviceChoice::Cpu, out.to_owned(), Arc::new(InPlace))
}

fn drawn(lab: &mut Lab, class: usize, averaged: bool) -> Result<ClassSamples, String> {
    let key = ClassKey {
        run: RunKey(0),
        class,
        averaged,
    };
    block_on(lab.ask(Request::SampleClass(key)));
    let replies = lab.drain();
    assert!(trouble(&replies).is_empty(), "{replies:?}");
    let answer = replies.into_iter().find_map(|reply| match reply {
        Reply::OfClass(to, drawn) if to == key => Some(drawn),
        _ => None,
    });
    answer.expect("an answer")
}

#[test]
fn a_class_is_drawn_from_a_run_that_trains_and_from_its_checkpoint_alike() {
    let out = tempfile::tempdir().unwrap();
    let mut first = lab(out.path());
    block_on(async {
        first.ask(Request::Start(vec![config()])).await;
        first.advance().await;
        first.advance().await;
    });
    first.drain();
    let live = drawn(&mut first, 3, true).unwrap();
    assert_eq!((live.iteration, live.averaged), (2, true));
    assert!(matches!(
        live.data,
        SampleData::Images {
            count: COUNT,
            side: 16,
            ..
        }
    ));
    assert_ne!(live.data, drawn(&mut first, 4, true).unwrap().data);
    assert_ne!(live.data, drawn(&mut first, 3, false).unwrap().data);
    block_on(first.ask(Request::Save));

    let mut second = lab(out.path());
    let folder = first.slots[0].folder.clone();
    block_on(second.ask(Request::Open {
        folder: folder.clone(),
        go_on: false,
    }));
    second.drain();
    assert_eq!(drawn(&mut second, 3, true), Ok(live));
    let refusal = drawn(&mut second, 36, true).unwrap_err();
    assert!(refusal.contains("36 classes; 0 to 35"), "{refusal}");
    std::fs::remove_dir_all(folder.join("checkpoints")).unwrap();
    let refusal = drawn(&mut second, 3, true).unwrap_err();
    assert_eq!(refusal.lines().count(), 1, "{refusal}");
}

#[test]
fn who_looks_at_classes_changes_nothing() {
    let losses = |looks: bool| {
        let out = tempfile::tempdir().unwrap();
        let mut lab = lab(out.path());
        block_on(lab.ask(Request::Start(vec![config()])));
        let mut said = lab.drain();
        while lab.is_busy() {
            if looks {
                drawn(&mut lab, 7, true).unwrap();
                drawn(&mut lab, 8, false).unwrap();
            }
            block_on(lab.advance());
            said.extend(lab.drain());
        }
        let losses = said.into_iter().filter_map(|reply| match reply {
            Reply::Said(_, Event::Stats(stats)) => Some((stats.d_loss, stats.g_loss)),
            _ => None,
        });
        losses.collect::<Vec<_>>()
    };
    let (watched, alone) = (losses(true), losses(false));
    assert_eq!(alone.len(), 4);
    assert_eq!(watched, alone);
}
