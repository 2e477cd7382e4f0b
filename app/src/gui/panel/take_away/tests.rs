use egui_kittest::{Harness, kittest::Queryable};

use super::*;
use crate::gui::fixture::{self, Stage};

fn open(harness: &mut Harness<Stage<TakeAway>>) {
    harness.get_by_label("Take away").click();
    harness.run_ok();
}

/// Opens the menu and takes one item.
fn take(harness: &mut Harness<Stage<TakeAway>>, what: What) -> Request {
    open(harness);
    harness.get_by_label(what.title()).click();
    harness.run_ok();
    match harness.state_mut().actions.pop() {
        Some(Action::Ask(request)) => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_there_is_can_be_taken() {
    let mut harness = fixture::stage(TakeAway::default(), fixture::model(), [500.0, 640.0]);
    for what in What::ALL {
        let Request::Export {
            what: asked,
            keys,
            options,
        } = take(&mut harness, what)
        else {
            panic!("no export")
        };
        assert_eq!((asked, options), (what, Options::default()));
        assert_eq!(keys, [RunKey(0), RunKey(1)]);
    }
}

#[test]
fn choices_and_the_moment_go_with_it() {
    let mut model = fixture::model();
    (model.cursor, model.selected) = (Cursor::At(500), Some(RunKey(1)));
    model.preferences.averaged = false;
    let panel = TakeAway {
        only_selected: true,
        scale: Some(3),
    };
    let mut harness = fixture::stage(panel, model, [500.0, 640.0]);
    let expected = Options {
        raw: true,
        scale: Some(3),
        at: Some(500),
    };
    for (what, expected_keys) in [
        (What::Samples, vec![RunKey(1)]),
        (What::Csv, vec![RunKey(0), RunKey(1)]),
    ] {
        match take(&mut harness, what) {
            Request::Export { keys, options, .. } => {
                assert_eq!((keys, &options), (expected_keys, &expected));
            }
            other => panic!("{other:?}"),
        }
    }
    open(&mut harness);
    harness.get_by_label_contains("Only of").click();
    harness.run_ok();
    assert!(!harness.state().panel.only_selected);
}

#[test]
fn without_runs_there_is_nothing_to_take() {
    let mut harness = fixture::stage(TakeAway::default(), Model::default(), [500.0, 640.0]);
    open(&mut harness);
    assert!(harness.query_by_label(What::Report.title()).is_none());
}

#[test]
fn the_setup_is_copied_by_what_works_there() {
    use crate::gui::platform::Platform;
    let home = "https://example.org/".to_owned();
    for (place, title) in [
        (Platform::Desktop, "Copy command"),
        (Platform::Page { home }, "Copy link"),
    ] {
        let mut model = fixture::model();
        model.platform = place;
        let mut harness = fixture::stage(TakeAway::default(), model, [500.0, 700.0]);
        open(&mut harness);
        harness.get_by_label(title).click();
        harness.run_ok();
        let wanted = &harness.state().actions;
        assert!(matches!(&wanted[..], [Action::CopySetup]), "{wanted:?}");
    }
}
