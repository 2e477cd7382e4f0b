use egui_kittest::kittest::Queryable;
use tightrope_core::event::{Event, Stats};

use super::*;
use crate::{gui::fixture, lab::RunKey};

#[test]
fn it_sinks_on_the_side_that_is_too_strong() {
    let model = fixture::model();
    let run = model.run(RunKey(0)).unwrap();
    assert!(tilt(run, 0.1) < -0.5 && tilt(run, 0.9) > 0.5);
    assert!(tilt(run, 0.5).abs() < 1e-6);
    assert!(
        (tilt(run, 0.55) - 0.5).abs() < 1e-4,
        "the band's edge is half way"
    );
}

#[test]
fn the_verdict_is_in_words() {
    let mut model = fixture::model();
    model
        .run_mut(RunKey(1))
        .unwrap()
        .apply(&Event::Stats(Stats {
            iteration: 501,
            br_ratio_of_means: Some(0.123),
            verdict: Some(Verdict::DTooStrong),
            ..Stats::default()
        }));
    let harness = fixture::stage(Beam, model, [700.0, 60.0]);
    harness.get_by_label("BR 0.12");
    harness.get_by_label("D too strong");
}

#[test]
fn fakes_ranked_above_reals_weigh_on_the_generators_side() {
    let mut model = fixture::model();
    let run = model.run_mut(RunKey(1)).unwrap();
    run.apply(&Event::Stats(Stats {
        iteration: 501,
        // A gap with the wrong sign makes the mean of ratios negative.
        br_mean_of_ratios: Some(-3.0),
        inverted_in_window: 4,
        verdict: Some(Verdict::DTooWeak),
        ..Stats::default()
    }));
    let harness = fixture::stage(Beam, model, [700.0, 60.0]);
    harness.get_by_label("no gap");
    harness.get_by_label("D too weak");
}
