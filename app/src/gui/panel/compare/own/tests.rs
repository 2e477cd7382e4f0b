use egui_kittest::{Harness, kittest::Queryable};

use super::*;
use crate::{
    gui::{
        fixture::{self, Stage},
        model::Draft,
    },
    lab::Reply,
};

fn own(name: &str, is_kept: bool) -> OwnData {
    OwnData {
        name: name.to_owned(),
        source: format!("folder:data/{name}"),
        count: 120,
        channels: 3,
        is_kept,
    }
}

/// The dialog after these data came in, one after another.
fn after<'a>(all: &[OwnData]) -> Harness<'a, Stage<Compare>> {
    let model = fixture::model();
    let mut harness = fixture::stage(Compare::default(), model, [1024.0, 900.0]);
    for count in 1..=all.len() {
        let all = all[..count].to_vec();
        let reply = Reply::OwnData { all, is_new: true };
        harness.state_mut().model.take(reply);
        harness.run_ok();
    }
    harness
}

fn chosen<'a>(harness: &'a Harness<'_, Stage<Compare>>) -> (&'a str, String) {
    let form = &harness.state().panel.form;
    (form.preset, form.data())
}

#[test]
fn data_that_come_in_open_the_dialog_with_what_suits_them() {
    let there = tempfile::tempdir().unwrap();
    let mut here = own("cats", false);
    here.source = format!("folder:{}", there.path().display());
    let harness = after(&[own("dogs", false), here.clone()]);
    assert_eq!(harness.state().model.draft, Some(Draft::Data(2)));
    assert_eq!(chosen(&harness), ("cifar16", here.source.clone()));
    harness.get_by_label("120 RGB images of your own");
    harness.get_by_label_contains(&there.path().display().to_string());
    assert!(harness.query_by_label(STAY).is_none());
    let runs = harness.state().panel.form.runs().unwrap();
    assert!(runs.iter().all(|run| run.data.source == here.source));
    harness.get_by_label("Start 2 runs");
}

#[test]
fn a_page_says_that_files_stay_and_lets_them_go() {
    let there = tempfile::tempdir().unwrap();
    let mut cats = own("cats", true);
    cats.source = format!("folder:{}", there.path().display());
    let mut harness = after(std::slice::from_ref(&cats));
    harness.get_by_label(STAY);
    harness.get_by_label("Remove").click();
    harness.run_ok();
    let [Action::Ask(Request::ForgetData(source))] = &harness.state().actions[..] else {
        panic!("{:?}", harness.state().actions)
    };
    assert_eq!(*source, cats.source);
    assert_eq!(chosen(&harness), ("spiral", "spiral".to_owned()));
    let (all, is_new) = (Vec::new(), false);
    harness
        .state_mut()
        .model
        .take(Reply::OwnData { all, is_new });
    harness.run_ok();
    assert!(harness.query_by_label("Remove").is_none());
    harness.get_by_label("Start 2 runs");
}

#[test]
fn own_data_can_be_chosen_again_later() {
    let mut harness = after(&[own("cats", true), own("dogs", true)]);
    let form = &mut harness.state_mut().panel.form;
    form.take_source("spiral");
    harness.run_ok();
    harness
        .get_by_role_and_label(egui::accesskit::Role::ComboBox, "Data")
        .click();
    harness.run_ok();
    harness
        .get_by_label("cats: 120 RGB images of your own")
        .click();
    harness.run_ok();
    assert_eq!(chosen(&harness), ("cifar16", "folder:data/cats".to_owned()));
}
