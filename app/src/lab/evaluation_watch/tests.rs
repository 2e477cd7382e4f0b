use std::sync::Arc;

use tightrope_core::{
    device::DeviceChoice,
    evaluation::{Evaluation, Samples},
    method::Method,
    record::write_evaluation,
};

use super::*;
use crate::lab::{
    InPlace, Request,
    tests::{ask, configs, trouble},
};

fn evaluation(iteration: u64) -> Evaluation {
    Evaluation {
        samples: Samples {
            iteration,
            ..Samples::default()
        },
        network: "inception".into(),
        frechet: 30.0,
        ..Evaluation::default()
    }
}

/// Iterations of the evaluations a look reports, as if the last look were long ago.
fn told(lab: &mut Lab) -> Vec<Vec<u64>> {
    lab.evaluation_watch.looked = None;
    lab.look_for_evaluations();
    of(&lab.drain())
}

fn of(replies: &[Reply]) -> Vec<Vec<u64>> {
    let told = replies.iter().filter_map(|reply| match reply {
        Reply::Evaluations(RunKey(0), all) => Some(all),
        _ => None,
    });
    told.map(|all| all.iter().map(|own| own.samples.iteration).collect())
        .collect()
}

#[test]
fn evaluations_are_told_with_their_run_and_as_they_are_written() {
    let out = tempfile::tempdir().unwrap();
    let lab = || Lab::new(DeviceChoice::Cpu, out.path().to_owned(), Arc::new(InPlace));
    let mut first = lab();
    assert_eq!(first.leisure(), None);
    ask(&mut first, Request::Start(configs("2", &[Method::StuGan])));
    assert_eq!(first.leisure(), Some(APART));
    let folder = first.slots[0].folder.clone();
    assert!(told(&mut first).is_empty());
    write_evaluation(&folder, &evaluation(1)).unwrap();
    first.look_for_evaluations();
    assert!(first.drain().is_empty(), "it has just looked");
    assert_eq!(told(&mut first), [[1]]);
    assert!(told(&mut first).is_empty(), "there is nothing new");
    write_evaluation(&folder, &evaluation(2)).unwrap();
    assert_eq!(told(&mut first), [[1, 2]]);

    let mut second = lab();
    let (at, go_on) = (folder.clone(), false);
    let replies = ask(&mut second, Request::Open { folder: at, go_on });
    assert_eq!(of(&replies), [[1, 2]]);
    std::fs::write(folder.join("evaluation.jsonl"), "{}\n").unwrap();
    second.evaluation_watch.looked = None;
    second.look_for_evaluations();
    let replies = second.drain();
    let lines = trouble(&replies);
    assert!(
        lines.len() == 1 && lines[0].contains("line 1 is damaged"),
        "{lines:?}"
    );
}
