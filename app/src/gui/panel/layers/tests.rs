use egui_kittest::{Harness, kittest::Queryable};
use tightrope_core::{
    event::{Event, LayerInfo, MaskChange, MaskEvent, Masks, NetInfo, RunInfo},
    run::LayerState,
    sparse::bits::Bits,
};

use super::*;
use crate::{
    gui::{
        fixture::{self, Stage},
        model::Cursor,
    },
    lab::{LayerKey, Reply, Request, RunKey},
};

const PAUSED: RunKey = RunKey(1);
const KEY: LayerKey = LayerKey {
    run: PAUSED,
    role: Role::D,
    layer: 1,
};

fn net(role: &str) -> NetInfo {
    let layer = |name: &str, shape: [usize; 2], active| LayerInfo {
        name: format!("{role}.{name}.weight"),
        shape: shape.to_vec(),
        active,
    };
    NetInfo {
        params: 60,
        maskable: 50,
        active: 20,
        layers: vec![layer("l1", [5, 2], 8), layer("l2", [8, 5], 12)],
    }
}

/// The paused run with two layers per network, and a mask change of D at iteration 1600.
fn model() -> Model {
    let mut model = fixture::model();
    model.selected = Some(PAUSED);
    let run = model.run_mut(PAUSED).unwrap();
    run.apply(&Event::Started(RunInfo {
        generator: net("g"),
        discriminator: net("d"),
        ..RunInfo::default()
    }));
    run.apply(&raise(1600, [9, 26]));
    model
}

fn raise(iteration: u64, layers: [usize; 2]) -> Event {
    let active = layers.iter().sum();
    Event::Mask(MaskEvent {
        iteration,
        net: Role::D,
        change: MaskChange::Raise,
        dropped: 0,
        grown: active - 20,
        regrown: 0,
        active,
        density: active as f64 / 50.0,
        drop_fraction: None,
        br: None,
        layers: layers.to_vec(),
    })
}

fn stage<'a>(model: Model) -> Harness<'a, Stage<Layers>> {
    fixture::stage(Layers::default(), model, [280.0, 600.0])
}

/// Layers requested since the last look.
fn asked(harness: &mut Harness<'_, Stage<Layers>>) -> Vec<LayerKey> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let key = |action| match action {
        Action::Ask(Request::Inspect(key)) => Some(key),
        _ => None,
    };
    actions.into_iter().filter_map(key).collect()
}

fn answer(harness: &mut Harness<'_, Stage<Layers>>, iteration: u64, active: usize) {
    let mask: Vec<f32> = (0..40).map(|at| f32::from(at < active)).collect();
    let state = LayerState::new(iteration, vec![8, 5], &mask, &mask);
    harness
        .state_mut()
        .model
        .take(Reply::Layer(KEY, Some(state)));
}

#[test]
fn bars_go_with_the_cursor() {
    let mut model = model();
    model.cursor = Cursor::At(1599);
    let mut harness = stage(model);
    for label in [
        "G g.l1: density 0.800",
        "G g.l2: density 0.300",
        "D d.l1: density 0.800",
        "D d.l2: density 0.300",
        "d_D 0.400",
    ] {
        harness.get_by_label(label);
    }
    harness.state_mut().model.cursor = Cursor::At(1600);
    harness.run_ok();
    for label in [
        "G g.l2: density 0.300",
        "D d.l1: density 0.900",
        "D d.l2: density 0.650",
        "d_D 0.700",
        "35 of 50",
    ] {
        harness.get_by_label(label);
    }
}

#[test]
fn the_order_can_be_chosen() {
    let mut harness = stage(model());
    let top =
        |harness: &Harness<'_, Stage<Layers>>, label| harness.get_by_label(label).rect().top();
    let (first, second) = ("D d.l1: density 0.900", "D d.l2: density 0.650");
    assert!(top(&harness, first) < top(&harness, second));
    harness.get_by_label("most changed").click();
    harness.run_ok();
    assert!(top(&harness, first) > top(&harness, second));
    harness.get_by_label("densest").click();
    harness.run_ok();
    assert!(top(&harness, first) < top(&harness, second));
}

#[test]
fn nothing_to_show_is_said() {
    stage(Model::default()).get_by_label_contains("as soon as it is selected");
    let mut unmasked = fixture::model();
    unmasked.selected = Some(PAUSED);
    stage(unmasked).get_by_label_contains("No layer of this run has a mask");
}

#[test]
fn a_layer_explains_itself_under_the_pointer() {
    let mut harness = stage(model());
    harness.get_by_label("D d.l2: density 0.650").hover();
    harness.run_steps(8);
    harness.get_by_label("d.l2.weight");
    harness.get_by_label("8 \u{00D7} 5, 40 weights");
    harness.get_by_label("at the start 12, density 0.300");
}

#[test]
fn a_chosen_layer_is_read_once_and_again_when_something_has_happened() {
    let mut harness = stage(model());
    harness.get_by_label("D d.l2: density 0.650").click();
    harness.run_ok();
    assert_eq!(asked(&mut harness), [KEY]);
    harness.get_by_label("Reading the layer\u{2026}");
    harness.run_steps(20);
    assert_eq!(asked(&mut harness), [], "the first answer is still awaited");
    answer(&mut harness, 1600, 26);
    harness.run_steps(20);
    assert_eq!(asked(&mut harness), [], "nothing has happened since");
    harness.get_by_label("iteration 1600, no change seen yet");

    let run = harness.state_mut().model.run_mut(PAUSED).unwrap();
    run.apply(&raise(1700, [9, 30]));
    harness.run_steps(1);
    assert_eq!(asked(&mut harness), [KEY]);
    answer(&mut harness, 1700, 30);
    harness.run_ok();
    for label in [
        "iteration 1700, against 1600",
        "kept 26",
        "grown 4",
        "dropped 0",
    ] {
        harness.get_by_label(label);
    }
    harness.get_by_label("|w|").click();
    harness.run_ok();
    harness.get_by_label("iteration 1700, |w| up to 1.000");
    harness.get_by_label("D d.l2: density 0.750").click();
    harness.run_ok();
    assert!(
        harness.query_by_label("|w|").is_none(),
        "the same click closes it"
    );
}

#[test]
fn moving_weights_are_read_once_a_second() {
    let mut harness = stage(model());
    harness.get_by_label("D d.l2: density 0.650").click();
    harness.run_ok();
    let mut questions = asked(&mut harness).len();
    // Quarter-second steps, an answer to each request, and a run that never rests.
    for iteration in 1601..=1620 {
        answer(&mut harness, iteration, 26);
        harness.state_mut().model.run_mut(PAUSED).unwrap().iteration = iteration;
        harness.run_steps(1);
        questions += asked(&mut harness).len();
    }
    assert!((4..=6).contains(&questions), "{questions} in 5 seconds");
}

/// Recorded masks of D, with the first `active` weights of the second layer active.
fn recorded(iteration: u64, active: usize) -> Event {
    let mask: Vec<f32> = (0..40).map(|at| f32::from(at < active)).collect();
    Event::Masks(Masks {
        iteration,
        net: Role::D,
        layers: vec![Bits::pack(&[1.0; 10]), Bits::pack(&mask)],
    })
}

#[test]
fn a_run_that_does_not_train_shows_the_masks_of_its_record() {
    let mut model = model();
    let run = model.run_mut(PAUSED).unwrap();
    run.state = tightrope_core::session::RunState::Ended;
    let mut harness = stage(model);
    harness.get_by_label("D d.l2: density 0.650").click();
    harness.run_ok();
    harness.get_by_label("No mask was recorded up to this moment.");
    let run = harness.state_mut().model.run_mut(PAUSED).unwrap();
    for (iteration, active) in [(100, 12), (500, 20), (1000, 15)] {
        run.apply(&recorded(iteration, active));
    }
    harness.run_ok();
    harness.get_by_label("iteration 1000, against 500");
    harness.get_by_label("dropped 5");
    harness.get_by_label("|w|").click();
    harness.run_ok();
    harness.get_by_label_contains("only from a run that trains");
    assert_eq!(asked(&mut harness), []);
}

#[test]
fn the_cursor_takes_masks_back_in_time_and_asks_nothing() {
    let mut model = model();
    let run = model.run_mut(PAUSED).unwrap();
    for (iteration, active) in [(0, 12), (500, 20)] {
        run.apply(&recorded(iteration, active));
    }
    model.cursor = Cursor::At(700);
    let mut harness = stage(model);
    harness.get_by_label("D d.l2: density 0.300").click();
    harness.run_ok();
    for label in [
        "iteration 500, against 0",
        "kept 12",
        "grown 8",
        "dropped 0",
    ] {
        harness.get_by_label(label);
    }
    harness.state_mut().model.cursor = Cursor::At(499);
    harness.run_ok();
    harness.get_by_label("iteration 0, the first recorded");
    assert_eq!(asked(&mut harness), []);
    harness.state_mut().model.cursor = Cursor::Live;
    harness.run_ok();
    assert_eq!(asked(&mut harness), [KEY], "it trains: the mask of now");
}
