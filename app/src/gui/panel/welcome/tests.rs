use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn it_can_be_closed() {
    let mut harness = fixture::stage(Welcome, Model::default(), [900.0, 100.0]);
    harness.get_by_label("Got it").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(matches!(&wanted[..], [Action::SetLook(look)] if !look.welcome));
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
