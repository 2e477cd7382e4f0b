use egui_kittest::kittest::Queryable;

use std::path::PathBuf;

use super::*;
use crate::{gui::fixture, lab::KeptRun};

#[test]
fn it_can_be_closed() {
    let mut harness = fixture::stage(Welcome, Model::default(), [900.0, 100.0]);
    harness.get_by_label("Got it").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(matches!(&wanted[..], [Action::SetPreferences(preferences)] if !preferences.welcome));
}

#[test]
fn unfinished_runs_are_offered() {
    let mut model = fixture::model();
    assert!(!Welcome::has_words(&model));
    model.unfinished = vec!["runs/a".into(), "runs/b".into()];
    assert!(Welcome::has_words(&model));
    let mut harness = fixture::stage(Welcome, model, [900.0, 100.0]);
    harness.get_by_label("2 runs were left unfinished.");
    harness.get_by_label("Continue").click();
    harness.run_ok();
    assert!(matches!(
        harness.state().actions[..],
        [Action::ContinueUnfinished]
    ));
}

#[test]
fn runs_that_a_browser_keeps_are_offered_or_deleted() {
    let mut model = fixture::model();
    let kept = |name: &str, is_over| KeptRun {
        folder: format!("runs/{name}").into(),
        is_over,
    };
    let shown = ["runs/b".into()];
    model.keep(
        vec![kept("a", false), kept("b", true), kept("c", true)],
        &shown,
    );
    assert_eq!(model.unfinished, [PathBuf::from("runs/a")]);
    assert_eq!(model.shown_before, shown);
    let mut harness = fixture::stage(Welcome, model, [900.0, 200.0]);
    harness.get_by_label("This browser keeps 3 runs from before. One run was left unfinished.");
    harness.get_by_label("Delete\u{2026}").click();
    harness.run_ok();
    harness.get_by_label("Delete 3 runs for good").click();
    harness.get_by_label("Continue where you were").click();
    harness.run_ok();
    assert!(matches!(
        harness.state().actions[..],
        [Action::ContinueUnfinished, Action::Discard]
            | [Action::Discard, Action::ContinueUnfinished]
    ));
}

#[test]
fn where_nothing_was_open_all_that_is_kept_can_be_opened() {
    let mut model = fixture::model();
    let folder = "runs/a".into();
    model.keep(
        vec![KeptRun {
            folder,
            is_over: true,
        }],
        &[],
    );
    let mut harness = fixture::stage(Welcome, model, [900.0, 100.0]);
    harness.get_by_label("This browser keeps 1 run from before.");
    harness.get_by_label("Open").click();
    harness.run_ok();
    assert!(matches!(
        &harness.state().actions[..],
        [Action::Ask(Request::Open { folder, go_on: false })] if folder.ends_with("runs")
    ));
}
