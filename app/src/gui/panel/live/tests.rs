use egui_kittest::{Harness, kittest::Queryable};
use tightrope_core::{config::RunConfig, event::Event, session::RunState};

use super::*;
use crate::{
    gui::fixture::{self, Stage},
    lab::Reply,
};

/// Two runs that train, the first selected, and the dialog open.
fn model() -> Model {
    let mut model = fixture::model();
    for run in &mut model.runs {
        run.state = RunState::Running;
    }
    model.editing = true;
    model
}

fn stage<'a>(model: Model) -> Harness<'a, Stage<Live>> {
    fixture::stage(Live::default(), model, [900.0, 860.0])
}

/// Replaces the text of a field.
fn fill(harness: &mut Harness<'_, Stage<Live>>, label: &str, text: &str) {
    harness.get_by_label(label).click();
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run_ok();
    harness.get_by_label(label).type_text(text);
    harness.run_ok();
}

fn edits(actions: &[Action]) -> Vec<(usize, String, String)> {
    let edit = |action: &Action| match action {
        Action::Ask(crate::lab::Request::Tell(key, Command::Edit { key: name, value })) => {
            Some((key.0, name.clone(), value.clone()))
        }
        _ => None,
    };
    actions.iter().filter_map(edit).collect()
}

fn edit(run: usize, key: &str, value: &str) -> (usize, String, String) {
    (run, key.to_owned(), value.to_owned())
}

#[test]
fn every_live_setting_belongs_to_a_group() {
    for key in RunConfig::live_keys() {
        assert!(group_of(key).is_some(), "{key}");
    }
}

#[test]
fn fields_hold_what_the_run_has_now() {
    let mut model = model();
    let key = model.selected.unwrap();
    model.take(Reply::Said(
        key,
        Event::Edited {
            iteration: 700,
            key: "balance.br_high".into(),
            value: "0.62".into(),
        },
    ));
    let harness = stage(model);
    let field = |label: &str| harness.get_by_label(label).value();
    assert_eq!(field("br_high").as_deref(), Some("0.62"));
    assert_eq!(field("br_low").as_deref(), Some("0.45"));
}

#[test]
fn a_changed_setting_is_sent_once_and_only_it() {
    let mut harness = stage(model());
    harness.get_by_label("Apply").click();
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
    fill(&mut harness, "generator.lr", "2e-3");
    harness.get_by_label("Apply").click();
    harness.run_ok();
    let sent = std::mem::take(&mut harness.state_mut().actions);
    assert_eq!(edits(&sent), [edit(0, "generator.lr", "2e-3")]);
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
    fill(&mut harness, "warmup", "50");
    harness.key_press(Key::Enter);
    harness.run_ok();
    let sent = &harness.state().actions;
    assert_eq!(edits(sent), [edit(0, "balance.warmup", "50")]);
}

#[test]
fn a_wrong_value_is_explained_and_not_sent() {
    let mut harness = stage(model());
    fill(&mut harness, "br_low", "0.8");
    harness.get_by_label_contains("it must lie below balance.br_high");
    fill(&mut harness, "generator.lr", "fast");
    harness.get_by_label_contains("`fast` is not a number");
    harness.get_by_label("Apply").click();
    harness.key_press(Key::Enter);
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
    // A higher `br_high` makes `br_low` valid; undoing clears the other mistake.
    fill(&mut harness, "br_high", "0.9");
    assert!(
        harness
            .query_by_label_contains("it must lie below")
            .is_none()
    );
    harness.get_by_label("Undo changes").click();
    harness.run_ok();
    fill(&mut harness, "br_low", "0.8");
    fill(&mut harness, "br_high", "0.9");
    harness.get_by_label("Apply").click();
    harness.run_ok();
    let sent = edits(&harness.state().actions);
    let expected = ["balance.br_high", "balance.br_low"].map(str::to_owned);
    assert_eq!(
        sent.into_iter().map(|edit| edit.1).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn all_shown_runs_take_an_edit_or_none_does() {
    let mut harness = stage(model());
    harness.get_by_label("all shown runs").click();
    harness.run_ok();
    fill(&mut harness, "discriminator.lr", "0.003");
    harness.get_by_label("Apply").click();
    harness.run_ok();
    let sent = std::mem::take(&mut harness.state_mut().actions);
    let both = [0, 1].map(|run| edit(run, "discriminator.lr", "0.003"));
    assert_eq!(edits(&sent), both);

    let band = |key: &str, value: &str| Event::Edited {
        iteration: 500,
        key: key.into(),
        value: value.into(),
    };
    let model = &mut harness.state_mut().model;
    model.take(Reply::Said(RunKey(1), band("balance.br_high", "0.5")));
    harness.run_ok();
    fill(&mut harness, "br_low", "0.52");
    harness.get_by_label_contains("stu-gan s42: balance.br_low");
    harness.get_by_label("Apply").click();
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
}

#[test]
fn without_a_run_that_trains_it_says_what_to_do() {
    let mut model = fixture::model();
    model.editing = true;
    let harness = stage(model);
    harness.get_by_label_contains("Select a run that trains");
}
