use egui_kittest::kittest::Queryable;
use tightrope_core::event::Event;

use super::*;
use crate::gui::fixture;

#[test]
fn every_run_says_what_it_is_and_does() {
    let harness = fixture::stage(Runs::default(), fixture::model(), [280.0, 500.0]);
    for text in ["adapt-relax s42", "stu-gan s42"] {
        harness.get_by_label(text);
    }
    harness.get_by_label("1000 / 1000, finished");
    harness.get_by_label("500 / 1000, paused");
}

#[test]
fn a_paused_run_can_play_step_and_stop() {
    let mut harness = fixture::stage(Runs::default(), fixture::model(), [280.0, 500.0]);
    for (label, command) in [
        ("\u{25B6}", Command::Resume),
        ("+1", Command::Step),
        ("\u{25A0}", Command::Stop),
    ] {
        harness.get_by_label(label).click();
        harness.run_ok();
        let wanted = std::mem::take(&mut harness.state_mut().actions);
        assert!(
            matches!(&wanted[..], [Action::Ask(Request::Tell(RunKey(1), told)), ..] if *told == command),
            "{wanted:?}"
        );
    }
}

#[test]
fn a_run_that_ended_early_can_continue_from_its_checkpoint() {
    let mut model = fixture::model();
    let run = model.run_mut(RunKey(1)).unwrap();
    run.state = RunState::Ended;
    run.apply(&fixture::stopped(500));
    assert!(
        !run.can_continue(),
        "without a checkpoint there is no way on"
    );
    run.apply(&Event::Checkpoint {
        iteration: 500,
        file: "000500.safetensors".into(),
    });
    let mut harness = fixture::stage(Runs::default(), model, [280.0, 500.0]);
    harness.get_by_label("Continue").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::Ask(Request::Continue(RunKey(1))), ..]),
        "{wanted:?}"
    );
}

#[test]
fn without_runs_the_example_is_offered() {
    let mut harness = fixture::stage(Runs::default(), Model::default(), [280.0, 500.0]);
    harness.get_by_label("Start the example").click();
    harness.run_ok();
    assert!(matches!(harness.state().actions[..], [Action::Showcase]));
}

#[test]
fn trouble_is_told_on_its_run() {
    let mut model = fixture::model();
    model.run_mut(RunKey(1)).unwrap().trouble = Some("the disk is full".into());
    let harness = fixture::stage(Runs::default(), model, [280.0, 500.0]);
    harness.get_by_label("the disk is full");
}

#[test]
fn deleting_asks_first() {
    let mut harness = fixture::stage(Runs::default(), fixture::model(), [600.0, 500.0]);
    for (answer, asked) in [("Keep", 0), ("Delete", 1)] {
        harness.state_mut().panel.deleting = Some(RunKey(0));
        harness.run_ok();
        harness.get_by_label_contains("Ctrl Z brings it back");
        harness.get_by_label(answer).click();
        harness.run_ok();
        assert_eq!(harness.state().panel.deleting, None);
        let wanted = std::mem::take(&mut harness.state_mut().actions);
        assert_eq!(wanted.len(), asked, "{wanted:?}");
        let delete = |action: &Action| {
            matches!(
                action,
                Action::Ask(Request::Remove {
                    key: RunKey(0),
                    delete: true
                })
            )
        };
        assert!(wanted.iter().all(delete));
    }
}
