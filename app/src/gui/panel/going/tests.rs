use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn every_shown_run_has_its_sentence() {
    let mut model = fixture::model();
    let harness = fixture::stage(Going::default(), model, [1000.0, 80.0]);
    harness.get_by_label("adapt-relax s42");
    harness.get_by_label_contains("finished: ");
    harness.get_by_label_contains("no balance ratio measured yet; ");
    model = fixture::model();
    model.run_mut(RunKey(1)).unwrap().hidden = true;
    let harness = fixture::stage(Going::default(), model, [1000.0, 80.0]);
    assert!(harness.query_by_label("stu-gan s42").is_none());
}

#[test]
fn the_sentence_follows_the_cursor_and_the_name_selects() {
    let mut harness = fixture::stage(Going::default(), fixture::model(), [1000.0, 80.0]);
    harness.state_mut().model.cursor = Cursor::At(100);
    harness.run_ok();
    assert!(harness.query_by_label_contains("finished").is_none());
    harness.get_by_label("stu-gan s42").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::Select(RunKey(1))]),
        "{wanted:?}"
    );
}

#[test]
fn without_runs_there_is_nothing_to_say() {
    assert!(!Going::has_words(&Model::default()));
    assert!(Going::has_words(&fixture::model()));
}
