use std::sync::Arc;

use pollster::block_on;

use super::*;
use crate::{
    config::{Loss, ModelConfig, RunConfig},
    data,
    device::{self, DeviceChoice},
    method::Method,
    preset,
};

fn config(preset: &str, settings: &[(&str, &str)]) -> RunConfig {
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    preset::resolve(
        preset::find(preset).unwrap(),
        Method::AdaptRelax,
        None,
        &settings,
    )
    .unwrap()
}

/// A run after some iterations of training.
fn trained(config: RunConfig, iterations: usize) -> Run {
    let dataset = Arc::new(data::open(&config.data).unwrap());
    let cpu = block_on(device::open(DeviceChoice::Cpu)).unwrap();
    let mut run = block_on(Run::new(config, dataset, &cpu)).unwrap();
    for _ in 0..iterations {
        block_on(run.step()).unwrap();
    }
    run
}

fn told(run: &mut Run) -> (Vec<Event>, Option<Field>) {
    let mut events = block_on(run.samples_now()).unwrap();
    match events.pop() {
        Some(Event::Field(field)) => (events, Some(field)),
        last => (events.into_iter().chain(last).collect(), None),
    }
}

fn scored(run: &mut Run, points: &[[f32; 2]]) -> Vec<f32> {
    let scores = run.scores(points);
    block_on(read(scores)).unwrap()
}

#[test]
fn scores_are_those_of_the_discriminator() {
    let mut run = trained(config("spiral", &[]), 30);
    let (_, field) = told(&mut run);
    let field = field.unwrap();
    assert_eq!((field.side(), field.iteration), (SIDE, 30));
    let input = run.input(&middles(field.low, field.high));
    let leaves = run.d.net.leaves(View::Plain);
    let scores = run.scores_of(&leaves, input, None);
    assert_eq!(field.scores, block_on(read(scores)).unwrap());
    assert!(field.scores.iter().any(|&s| s != field.scores[0]));
    // A quarter of the way along x, three quarters up.
    let cell = [SIDE / 4, 3 * SIDE / 4];
    let middle = |axis: usize| {
        let width = (field.high[axis] - field.low[axis]) / SIDE as f32;
        field.low[axis] + (cell[axis] as f32 + 0.5) * width
    };
    let score = scored(&mut run, &[[middle(0), middle(1)]])[0];
    assert!((score - field.scores[cell[1] * SIDE + cell[0]]).abs() < 1e-5);
}

#[test]
fn pushes_start_at_the_samples_and_follow_the_slope_of_the_loss() {
    for loss in ["hinge", "bce"] {
        let mut run = trained(config("spiral", &[("loss", loss)]), 120);
        let (samples, field) = told(&mut run);
        let field = field.unwrap();
        for (pushes, averaged) in [(&field.raw, false), (&field.averaged, true)] {
            let from: Vec<[f32; 2]> = pushes.iter().map(|push| push.at).collect();
            assert_eq!(from, first(&samples, averaged));
            assert_eq!(from.len(), PUSHED);
        }
        const STEP: f32 = 2e-3;
        let is_bce = run.config.loss == Loss::Bce;
        let mut far_off = 0;
        for push in &field.raw {
            for axis in 0..2 {
                let [mut low, mut high] = [push.at; 2];
                low[axis] -= STEP;
                high[axis] += STEP;
                let scores = scored(&mut run, &[low, high, push.at]);
                let slope = (scores[1] - scores[0]) / (2.0 * STEP);
                // -d softplus(-s) / ds = 1 / (1 + e^s)
                let weight = if is_bce {
                    1.0 / (1.0 + scores[2].exp())
                } else {
                    1.0
                };
                let expected = weight * slope;
                far_off +=
                    usize::from((push.by[axis] - expected).abs() > 0.02 * slope.abs() + 2e-3);
            }
        }
        // D is piecewise linear, so a few differences reach across a kink.
        assert!(far_off <= PUSHED / 6, "{loss}: {far_off} of {}", 2 * PUSHED);
        assert!(field.raw.iter().any(|push| push.by != [0.0; 2]), "{loss}");
    }
}

#[test]
fn looking_moves_nothing() {
    let mut config = config("spiral", &[]);
    if let ModelConfig::Mlp(mlp) = &mut config.model {
        (mlp.g_batch_norm, mlp.d_spectral_norm) = (true, true);
    }
    let mut run = trained(config.clone(), 5);
    let before = block_on(run.checkpoint()).unwrap();
    let (_, field) = told(&mut run);
    assert!(field.is_some_and(|field| !field.raw.is_empty()));
    assert_eq!(block_on(run.checkpoint()).unwrap(), before);
    for _ in 0..5 {
        block_on(run.step()).unwrap();
    }
    let mut unseen = block_on(trained(config, 10).checkpoint()).unwrap();
    let mut seen = block_on(run.checkpoint()).unwrap();
    for checkpoint in [&mut unseen, &mut seen] {
        checkpoint.meta["seconds"] = 0.into();
    }
    assert_eq!(seen, unseen);
}

#[test]
fn images_and_scores_that_are_no_numbers_have_no_field() {
    assert_eq!(told(&mut trained(config("tiny", &[]), 0)).1, None);
    let mut run = trained(config("spiral", &[]), 0);
    run.d.net.flat.weight = run.d.net.flat.weight.clone() * f32::NAN;
    assert_eq!(told(&mut run).1, None);
}
