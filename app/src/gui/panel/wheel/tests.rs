use egui_kittest::kittest::Queryable;
use tightrope_core::{
    config::Policy,
    event::{Event, Stats, Verdict},
    session::RunState,
};

use super::*;
use crate::{
    gui::fixture,
    lab::{Reply, Request},
};

/// A manual run and an ADAPT run that train side by side, both from density 0.1.
fn model() -> Model {
    let mut model = Model::default();
    for (key, method) in [(0, "manual"), (1, "adapt-relax")] {
        let mut replies = fixture::run(RunKey(key), method, 100);
        replies.truncate(1);
        let Reply::Added(added) = &mut replies[0] else {
            panic!("a run begins by being added")
        };
        if let Some(config) = &mut added.history.config
            && method == "manual"
        {
            config.discriminator.policy = Policy::Manual;
        }
        replies.into_iter().for_each(|reply| model.take(reply));
    }
    model
}

/// Records further states of a run, ten iterations apart.
fn record(model: &mut Model, key: usize, verdicts: &[Option<Verdict>]) {
    let key = RunKey(key);
    let from = model.run(key).unwrap().history.iteration();
    for (place, &verdict) in verdicts.iter().enumerate() {
        let stats = Stats {
            iteration: from + 10 * (place as u64 + 1),
            density_d: 0.1,
            verdict,
            ..Stats::default()
        };
        model.take(Reply::Said(key, Event::Stats(stats)));
    }
}

fn steer(model: &mut Model, iteration: u64, density: &str) {
    let event = Event::Edited {
        iteration,
        key: "discriminator.density".into(),
        value: density.into(),
    };
    model.take(Reply::Said(RunKey(0), event));
}

const IN: Option<Verdict> = Some(Verdict::Balanced);
const OUT: Option<Verdict> = Some(Verdict::DTooStrong);

fn sent(actions: &[Action]) -> Vec<f64> {
    let density = |action: &Action| match action {
        Action::Ask(Request::Tell(RunKey(0), Command::SetDensity(density))) => Some(*density),
        _ => None,
    };
    actions.iter().filter_map(density).collect()
}

#[test]
fn there_is_a_wheel_for_manual_runs_only() {
    let mut model = model();
    assert!(Wheel::is_wanted(&model));
    model.runs[0].hidden = true;
    assert!(!Wheel::is_wanted(&model));
    model.runs[0].hidden = false;
    model.runs[0].state = RunState::Ended;
    assert!(!Wheel::is_wanted(&model));
    steer(&mut model, 10, "0.2");
    assert!(Wheel::is_wanted(&model), "its score is still of interest");
    assert!(moved(&model, 1.1).is_empty());
}

#[test]
fn keys_move_the_density_by_what_was_asked_for_last() {
    let mut model = model();
    assert_eq!(sent(&moved(&model, 1.1)), [0.11]);
    steer(&mut model, 10, "0.5");
    assert_eq!(sent(&moved(&model, 0.9)), [0.45]);
    steer(&mut model, 20, "1");
    assert!(moved(&model, 1.1).is_empty());
}

#[test]
fn the_score_counts_from_the_first_touch_over_the_same_stretch() {
    let mut model = model();
    record(&mut model, 0, &[IN, IN]);
    record(&mut model, 1, &[OUT, OUT]);
    let of = |model: &Model| Score::of(model, &model.runs[0]);
    assert_eq!(of(&model), Score::NotTaken);
    steer(&mut model, 20, "0.2");
    assert_eq!(of(&model), Score::TooEarly);
    record(&mut model, 0, &[IN, OUT, OUT, OUT]);
    steer(&mut model, 60, "0.3");
    record(&mut model, 1, &[IN, IN, OUT, IN, OUT, OUT]);
    let Score::Known { since, shares } = of(&model) else {
        panic!("{:?}", of(&model));
    };
    let shares: Vec<(&str, f64)> = shares.iter().map(|s| (&*s.name, s.in_band)).collect();
    assert_eq!(
        (since, &shares[..]),
        (20, &[("you", 0.25), ("adapt-relax s42", 0.75)][..])
    );
    let words = of(&model).words(&model.runs[0]);
    assert!(
        words.contains("since iteration 20: adapt-relax s42, longer than you"),
        "{words}"
    );

    // A run on other data is no rival.
    model.runs[1].history.config.as_mut().unwrap().data.source = "ring".into();
    let words = of(&model).words(&model.runs[0]);
    assert!(words.contains("25 % of the recorded states"), "{words}");
}

#[test]
fn a_dragged_slider_sends_what_it_comes_to() {
    let mut model = model();
    record(&mut model, 0, &[IN]);
    record(&mut model, 1, &[IN]);
    let mut harness = fixture::stage(Wheel::default(), model, [700.0, 120.0]);
    harness.get_by_label("d_D 0.100");
    harness.get_by_label_contains("Drag d_D");
    // The middle of the track is density 0.1, its top 1.
    let at = |y: f32| pos2(14.0, y);
    harness.hover_at(at(60.0));
    harness.drag_at(at(60.0));
    harness.run_ok();
    harness.hover_at(at(20.0));
    harness.run_ok();
    harness.drop_at(at(20.0));
    harness.run_ok();
    let sent = sent(&harness.state().actions);
    assert!(sent.last().is_some_and(|&d| d > 0.5), "{sent:?}");
    assert!(sent.len() <= 3, "{sent:?}");
}

#[test]
fn a_wheel_is_offered_on_what_is_selected() {
    let methods = |model: &Model| -> Vec<(Method, u64, u64)> {
        let runs = runs(model).unwrap();
        runs.iter()
            .map(|c| (c.method, c.seed, c.iterations))
            .collect()
    };
    let spiral = preset::find("spiral").unwrap();
    let all = (spiral.build)().iterations;
    assert_eq!(
        methods(&Model::default()),
        [(Method::Manual, 42, all), (Method::AdaptRelax, 42, all)]
    );
    let mut model = model();
    model.runs[0].history.config.as_mut().unwrap().seed = 7;
    assert_eq!(
        methods(&model),
        [(Method::Manual, 7, 100), (Method::AdaptRelax, 7, 100)]
    );
    model.runs[0].history.config.as_mut().unwrap().preset = "gone".into();
    assert!(runs(&model).is_err());
}
