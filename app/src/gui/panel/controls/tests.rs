use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn one_step_of_one_player_is_asked_of_every_run() {
    let mut harness = fixture::stage(Controls, fixture::model(), [900.0, 40.0]);
    for (label, command) in [
        ("Step", Command::Step),
        ("D only", Command::StepD),
        ("G only", Command::StepG),
        ("\u{25B6} Play", Command::Resume),
    ] {
        harness.get_by_label(label).click();
        harness.run_ok();
        let wanted = std::mem::take(&mut harness.state_mut().actions);
        assert!(
            matches!(&wanted[..], [Action::TellAll(told)] if *told == command),
            "{wanted:?}"
        );
    }
}

#[test]
fn without_a_live_run_nothing_can_be_played() {
    let mut harness = fixture::stage(Controls, Model::default(), [900.0, 40.0]);
    harness.get_by_label("\u{25B6} Play").click();
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
}

#[test]
fn scrubbing_back_leaves_the_latest_moment_and_following_returns() {
    let mut model = fixture::model();
    assert_eq!(moved(&model, -1), Cursor::At(990));
    assert_eq!(moved(&model, 1), Cursor::Live);
    model.cursor = Cursor::At(200);
    assert_eq!(moved(&model, 10), Cursor::At(300));
    assert_eq!(moved(&model, -100), Cursor::At(0));
    let mut harness = fixture::stage(Controls, model, [900.0, 40.0]);
    harness.get_by_label("iteration 200 / 1000");
    harness.get_by_label("Follow").click();
    harness.run_ok();
    assert!(matches!(
        harness.state().actions[..],
        [Action::Seek(Cursor::Live)]
    ));
}

#[test]
fn every_speed_has_a_name_of_its_own_and_can_be_chosen() {
    let mut names: Vec<String> = Speed::ALL.iter().map(|speed| speed.name()).collect();
    let mut harness = fixture::stage(Controls, fixture::model(), [900.0, 400.0]);
    harness.get_by_value("full speed").click();
    harness.run_ok();
    harness.get_by_label("slow motion").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::SetSpeed(Speed::SlowMotion)]),
        "{wanted:?}"
    );
    names.dedup();
    assert_eq!(names.len(), Speed::ALL.len());
}

#[test]
fn the_wheel_and_the_live_settings_are_at_hand() {
    let mut harness = fixture::stage(Controls, fixture::model(), [1100.0, 40.0]);
    harness.get_by_label("Take the wheel").click();
    harness.run_ok();
    harness.get_by_label("Edit").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::TakeTheWheel, Action::SetEditing(true)]),
        "{wanted:?}"
    );
}
