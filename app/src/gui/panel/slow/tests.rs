use egui_kittest::kittest::Queryable;

use super::*;
use crate::{
    gui::fixture,
    lab::{Reply, RunKey},
};

/// The paused run of the fixture; the other one has ended.
const LIVE: RunKey = RunKey(1);

fn still(iteration: u64, stage: StepPhase, critic_step: usize, value: f64) -> Reply {
    let still = Still {
        iteration,
        stage,
        critic_step,
        value,
    };
    Reply::Still(LIVE, still)
}

fn model(stills: Vec<Reply>) -> Model {
    let mut model = fixture::model();
    model.speed = Speed::SlowMotion;
    stills.into_iter().for_each(|reply| model.take(reply));
    model
}

#[test]
fn every_stage_has_its_number_and_the_next_iteration_begins_anew() {
    let iteration = vec![
        still(501, StepPhase::RealBatch, 1, 0.831),
        still(501, StepPhase::FakeBatch, 1, -0.4),
        still(501, StepPhase::UpdateD, 1, 1.934),
        still(501, StepPhase::UpdateG, 1, 0.4),
        still(501, StepPhase::Probe, 1, 0.523),
        still(501, StepPhase::DropGrow(Role::G), 1, 0.1),
        still(501, StepPhase::DropGrow(Role::D), 1, 0.15),
    ];
    let model = model(iteration);
    assert!(Slow::is_wanted(&model));
    let mut harness = fixture::stage(Slow, model, [900.0, 60.0]);
    for label in [
        "iteration 501",
        "real batch score 0.83",
        "fake batch score -0.40",
        "D update loss 1.93",
        "G update loss 0.40",
        "probe BR 0.52",
        "drop/grow d_D 0.150",
    ] {
        harness.get_by_label(label);
    }
    let next = still(502, StepPhase::RealBatch, 1, 0.5);
    harness.state_mut().model.take(next);
    harness.run_ok();
    harness.get_by_label("iteration 502");
    harness.get_by_label("real batch score 0.50");
    harness.get_by_label("fake batch");
    assert_eq!(harness.state().model.shown_stage, Some(LIVE));
    let run = harness.state().model.run(LIVE).unwrap();
    assert_eq!((run.iteration, run.stills.len()), (501, 1));
}

#[test]
fn a_player_that_steps_alone_begins_anew_every_time() {
    let mut model = model(vec![
        still(501, StepPhase::UpdateG, 0, 0.4),
        still(501, StepPhase::UpdateG, 0, 0.3),
    ]);
    assert_eq!(model.run(LIVE).unwrap().stills.len(), 1);
    for _ in 0..2 {
        model.take(still(501, StepPhase::RealBatch, 1, 0.1));
        model.take(still(501, StepPhase::FakeBatch, 1, 0.1));
    }
    assert_eq!(model.run(LIVE).unwrap().stills.len(), 2);
}

#[test]
fn a_probe_without_a_gap_says_so() {
    let stills = vec![still(501, StepPhase::Probe, 1, f64::INFINITY)];
    let harness = fixture::stage(Slow, model(stills), [900.0, 60.0]);
    harness.get_by_label("probe no gap");
}

#[test]
fn without_a_live_run_it_says_what_it_waits_for() {
    let mut model = Model::default();
    model.speed = Speed::SlowMotion;
    let harness = fixture::stage(Slow, model, [900.0, 60.0]);
    harness.get_by_label_contains("while a run trains");
}
