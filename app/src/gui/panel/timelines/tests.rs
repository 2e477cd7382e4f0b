use egui_kittest::kittest::Queryable;

use super::*;
use tightrope_core::{
    config::StageWeights,
    event::{Event, StageEvent},
};

use crate::gui::{
    fixture::{self, Stage},
    model::traces::Measure,
};

#[test]
fn charts_come_and_go_and_share_an_axis() {
    let mut harness = fixture::stage(Timelines::default(), fixture::model(), [900.0, 500.0]);
    assert_eq!(
        harness.state().panel.open,
        [true, true, false, false, false, false]
    );
    harness.get_by_label("losses").click();
    harness.run_ok();
    assert!(harness.state().panel.open[2]);
    harness.get_by_label("seconds").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(&wanted[..], [Action::SetPreferences(preferences)] if preferences.axis == Axis::Seconds),
        "{wanted:?}"
    );
}

#[test]
fn evaluations_have_a_chart_as_soon_as_there_are_any() {
    let mut model = fixture::model();
    let harness = fixture::stage(Timelines::default(), fixture::model(), [1200.0, 500.0]);
    assert!(harness.query_by_label("evaluations").is_none());
    let points = [(500, 40.0), (1000, 30.0)];
    let all = points.map(|(at, fid)| fixture::evaluation("inception", at, fid));
    let reply = crate::lab::Reply::Evaluations(crate::lab::RunKey(0), all.into());
    model.take(reply);
    let timelines = Timelines {
        open: [false; Chart::ALL.len()],
        ..Timelines::default()
    };
    let mut harness = fixture::stage(timelines, model, [1200.0, 500.0]);
    harness.get_by_label("evaluations").click();
    harness.run_ok();
    assert!(harness.state().panel.open[5]);
    // The worse evaluation is in the middle, near the upper edge.
    let top = harness.get_by_label("Show all").rect().bottom();
    for x in (570..690).step_by(11) {
        for below in (10..60).step_by(11) {
            harness.hover_at(egui::pos2(x as f32, top + below as f32));
            harness.run_steps(12);
            let words = "adapt-relax s42, iteration 500: FID 40";
            if harness.query_all_by_label_contains(words).count() > 0 {
                return;
            }
        }
    }
    panic!("no point was found");
}

#[test]
fn every_chart_draws_every_axis() {
    for axis in Axis::ALL {
        let mut model = fixture::model();
        model.preferences.axis = axis;
        model.cursor = crate::gui::model::Cursor::At(300);
        let timelines = Timelines {
            open: [true; Chart::ALL.len()],
            axis,
            view: View::default(),
        };
        let mut harness = fixture::stage(timelines, model, [900.0, 700.0]);
        harness.run_steps(2);
        assert!(harness.state().actions.is_empty());
    }
}

#[test]
fn a_click_moves_the_cursor() {
    let mut harness = fixture::stage(Timelines::default(), fixture::model(), [900.0, 500.0]);
    let at = egui::pos2(450.0, 150.0);
    harness.hover_at(at);
    harness.run_ok();
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(
            wanted[..],
            [Action::Seek(crate::gui::model::Cursor::At(1..1000))]
        ),
        "{wanted:?}"
    );
}

#[test]
fn the_axis_can_be_logarithmic_and_lines_smooth() {
    let timelines = Timelines {
        open: [true; Chart::ALL.len()],
        ..Timelines::default()
    };
    let mut harness = fixture::stage(timelines, fixture::model(), [1200.0, 900.0]);
    let linear = harness.state().panel.view.range;
    harness.get_by_label("log").click();
    harness.run_ok();
    let view = &harness.state().panel.view;
    assert_eq!(view.scale, Scale::Log);
    assert_ne!(view.range, linear);
    harness.state_mut().panel.view.smoothing.set_weight(0.9);
    harness.run_steps(2);
    let Stage { panel, model, .. } = harness.state_mut();
    let run = &model.runs[0];
    let raw = run.traces.of(Measure::Br).values();
    let smooth = panel.view.smoothing.of(run, Measure::Br).unwrap().values();
    let wild = |values: &[f64]| -> f64 { values.windows(2).map(|w| (w[1] - w[0]).abs()).sum() };
    assert_eq!(raw.len(), smooth.len());
    assert!(wild(smooth) < wild(raw));
    assert!(panel.view.smoothing.of(run, Measure::DensityD).is_none());
}

#[test]
fn the_balance_shows_its_band_and_no_wild_values() {
    let mut model = fixture::model();
    let (low, high) = zones::range(&model);
    let (band_low, band_high) = model.runs[0].history.band().unwrap();
    assert!(low < band_low.min(0.0) && high > band_high);
    let mut wild = model.runs[0].history.latest().unwrap().clone();
    wild.iteration += 1;
    (wild.br_mean_of_ratios, wild.br_ratio_of_means) = (Some(1e6), Some(1e6));
    model.runs[0].apply(&Event::Stats(wild));
    assert_eq!(zones::range(&model), (low, high));
}

#[test]
fn an_edit_is_marked_and_says_what_was_changed() {
    let event = Event::Edited {
        iteration: 500,
        key: "generator.lr".into(),
        value: "0.01".into(),
    };
    find_mark(event, "adapt-relax s42, iteration 500: generator.lr = 0.01");
}

#[test]
fn a_stage_is_marked_and_says_that_it_begins() {
    let event = Event::Stage(StageEvent {
        iteration: 501,
        stage: 1,
        weights: StageWeights::BestAverage,
        taken: 400,
    });
    find_mark(
        event,
        "adapt-relax s42, iteration 500: pruned; stage 1 begins",
    );
}

/// Searches the upper edge for the mark of an event half way through the run, by its text.
fn find_mark(event: Event, words: &str) {
    let mut model = fixture::model();
    model.take(crate::lab::Reply::Said(crate::lab::RunKey(0), event));
    let mut harness = fixture::stage(Timelines::default(), model, [1600.0, 500.0]);
    assert_eq!(harness.query_all_by_label(words).count(), 0);
    // At the upper edge of the first chart, about half way along; the exact place depends on the
    // width of the axis.
    let below = harness.get_by_label("Show all").rect().bottom() + 12.0;
    for x in (780..880).step_by(4) {
        harness.hover_at(egui::pos2(x as f32, below));
        harness.run_steps(12);
        if harness.query_all_by_label(words).count() > 0 {
            return;
        }
    }
    panic!("no mark was found");
}
