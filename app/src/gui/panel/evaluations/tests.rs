use egui_kittest::kittest::Queryable;
use tightrope_core::metric::inception_score::Spread;

use super::*;
use crate::{
    gui::fixture::{self, evaluation},
    lab::{Reply, RunKey},
};

/// The canned runs, the first of them evaluated by two networks.
fn model() -> Model {
    let mut model = fixture::model();
    let mut last = evaluation("inception", 1000, 31.5);
    last.score = Some(Spread {
        mean: 7.25,
        deviation: 0.125,
    });
    let all = vec![
        evaluation("inception", 500, 21.5),
        last,
        evaluation("resnet20", 1000, 3.25),
    ];
    model.take(Reply::Evaluations(RunKey(0), all));
    model
}

#[test]
fn a_run_has_its_latest_figures_and_the_best_distance() {
    let harness = fixture::stage(Evaluations, model(), [1200.0, 120.0]);
    for label in [
        "FID",
        "IS",
        "Fr\u{e9}chet resnet20",
        "31.5",
        "21.5 at 500",
        "3.25 at 1000",
    ] {
        harness.get_by_label(label);
    }
    harness.get_by_label("7.25 \u{b1} 0.125");
    assert_eq!(harness.get_all_by_label("adapt-relax s42").count(), 2);
    assert!(harness.query_by_label("stu-gan s42").is_none());
}

#[test]
fn figures_go_back_with_the_cursor_and_the_name_selects() {
    let mut model = model();
    model.cursor = Cursor::At(600);
    let mut harness = fixture::stage(Evaluations, model, [1200.0, 120.0]);
    harness.get_by_label("21.5");
    assert!(harness.query_by_label("31.5").is_none());
    assert!(harness.query_by_label("Fr\u{e9}chet resnet20").is_none());
    harness.get_by_label("adapt-relax s42").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::Select(RunKey(0))]),
        "{wanted:?}"
    );
}

#[test]
fn the_protocol_and_every_figure_are_explained() {
    let mut harness = fixture::stage(Evaluations, model(), [1200.0, 120.0]);
    harness.get_by_label("FID").hover();
    harness.run_steps(8);
    harness.get_by_label_contains("Inception Distance");
    let mut harness = fixture::stage(Evaluations, model(), [1200.0, 120.0]);
    harness
        .get_all_by_label("10000 samples, averaged, batch \u{2026}")
        .next()
        .unwrap()
        .hover();
    harness.run_steps(8);
    harness.get_by_label_contains("iteration 1000, averaged weights, batch statistics of 100");
}

#[test]
fn few_samples_are_doubted() {
    let mut model = fixture::model();
    let mut few = evaluation("inception", 500, 40.5);
    few.samples.count = 1000;
    model.take(Reply::Evaluations(RunKey(1), vec![few]));
    let mut harness = fixture::stage(Evaluations, model, [1200.0, 120.0]);
    harness.get_by_label("40.5 ?").hover();
    harness.run_steps(8);
    harness.get_by_label_contains("not FID-worthy: 1000 samples");
}

#[test]
fn what_was_not_evaluated_takes_no_room() {
    assert!(!Evaluations::has_words(&fixture::model()));
    let mut model = model();
    assert!(Evaluations::has_words(&model));
    model.run_mut(RunKey(0)).unwrap().hidden = true;
    assert!(!Evaluations::has_words(&model));
}

#[test]
fn several_rows_are_in_sight_from_the_first() {
    let mut model = fixture::model();
    for key in [RunKey(0), RunKey(1)] {
        let all = ["inception", "resnet20"].map(|network| evaluation(network, 500, 3.0));
        model.take(Reply::Evaluations(key, all.into()));
    }
    let place = |harness: &egui_kittest::Harness<'_, _>| {
        let rows = harness.get_all_by_label("stu-gan s42");
        rows.map(|row| row.rect().bottom()).fold(0.0, f32::max)
    };
    let harness = egui_kittest::Harness::builder()
        .with_size([1200.0, 400.0])
        .build_ui_state(
            |ui, (panel, model): &mut (Evaluations, Model)| {
                egui::Panel::bottom("evaluations").show(ui, |ui| panel.show(ui, model));
            },
            (Evaluations, model),
        );
    assert!(place(&harness) < 400.0, "{}", place(&harness));
}
