//! Methods that prune a trained network: the start of a stage, the state it keeps, and resuming in
//! the middle of one.

use pollster::block_on;
use tightrope_core::{
    config::{Role, RunConfig},
    device::read,
    event::{Event, MaskChange, Quality, StageEvent, Stats},
    history::History,
    net::Net,
    record::Checkpoint,
    run::Run,
};

use super::{advance, config, difference, run, session, state};

/// Iterations before and after the pruning.
const DENSE: u64 = 8;
const AFTER: u64 = 5;

fn short(preset: &str, method: &str, settings: &[(&str, &str)]) -> RunConfig {
    let (dense, after) = (DENSE.to_string(), AFTER.to_string());
    let mut all = vec![
        ("iterations", dense.as_str()),
        ("pruning.iterations", &after),
        ("pruning.rounds", "1"),
        ("generator.density", "0.3"),
        ("generator.min_layer_density", "0"),
        ("discriminator.min_layer_density", "0"),
        ("record.log_every", "3"),
        ("record.quality_every", "2"),
        ("record.quality_samples", "64"),
        ("record.sample_every", "0"),
        ("balance.probe_interval", "2"),
    ];
    all.extend(settings);
    config(preset, method, &all)
}

fn steps(run: &mut Run, to: u64) -> Vec<Event> {
    let mut events = Vec::new();
    while run.iteration() < to {
        events.extend(block_on(run.step()).expect("a step"));
    }
    events
}

/// Makes steps that change no weight, so that the next step shows the state at the start of a
/// stage.
fn freeze(run: &mut Run) {
    for key in ["generator.lr", "discriminator.lr"] {
        run.edit(key, "1e-30").expect("a live setting");
    }
}

fn weights(net: &Net) -> Vec<f32> {
    block_on(read(net.flat.weight.clone())).expect("weights")
}

fn mask(net: &Net) -> Vec<f32> {
    block_on(read(net.mask.clone())).expect("a mask")
}

fn masked(weights: &[f32], mask: &[f32]) -> Vec<f32> {
    let whole = mask.iter().copied().chain(std::iter::repeat(1.0));
    weights.iter().zip(whole).map(|(w, m)| w * m).collect()
}

/// A mask of the `keep` largest of these weights, found by sorting. Ties go to the lower index.
fn largest(weights: &[f32], keep: usize) -> Vec<f32> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| {
        weights[b]
            .abs()
            .total_cmp(&weights[a].abs())
            .then(a.cmp(&b))
    });
    let mut mask = vec![0.0; weights.len()];
    order[..keep].iter().for_each(|&at| mask[at] = 1.0);
    mask
}

/// Asserts equality, except for the amount that a frozen step adds to a zero.
fn assert_equal(ours: &[f32], expected: &[f32], what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    let differs = |(a, b): (&f32, &f32)| (a - b).abs() > 1e-20;
    let wrong = ours
        .iter()
        .zip(expected)
        .filter(|&pair| differs(pair))
        .count();
    assert_eq!(wrong, 0, "{what}: values that differ, of {}", ours.len());
}

fn begun(events: &[Event]) -> Vec<&StageEvent> {
    let stages = events.iter().filter_map(|event| match event {
        Event::Stage(stage) => Some(stage),
        _ => None,
    });
    stages.collect()
}

#[test]
fn post_hoc_goes_on_with_the_best_average_pruned() {
    for preset in ["spiral", "tiny"] {
        let mut run = run(short(preset, "post-hoc", &[]));
        assert_eq!((run.g.net.density(), run.d.net.density()), (1.0, 1.0));
        let mut best: Option<(Quality, Vec<f32>)> = None;
        while run.iteration() < DENSE {
            for event in block_on(run.step()).expect("a step") {
                let Event::Quality(quality) = event else {
                    continue;
                };
                if best.as_ref().is_none_or(|(b, _)| quality.is_better_than(b)) {
                    let average = block_on(read(run.g.net.flat.average.clone()));
                    best = Some((quality, average.expect("an average")));
                }
            }
        }
        let (quality, average) = best.expect("qualities were measured");
        let d_before = weights(&run.d.net);
        let moments = block_on(read(run.g.net.flat.v.clone())).expect("moments");
        freeze(&mut run);
        let events = steps(&mut run, DENSE + 1);
        let stages = begun(&events);
        assert_eq!((stages[0].stage, stages[0].taken), (1, quality.iteration));

        let maskable = run.g.net.masked_len();
        let keep = (0.3 * maskable as f64) as usize;
        let expected = largest(&average[..maskable], keep);
        assert_equal(&mask(&run.g.net), &expected, preset);
        assert_equal(&weights(&run.g.net), &masked(&average, &expected), preset);
        let restarted = block_on(read(run.g.net.flat.average.clone())).expect("an average");
        assert_equal(&restarted, &weights(&run.g.net), preset);
        // The discriminator and both optimisers continue.
        assert_equal(&weights(&run.d.net), &d_before, preset);
        assert_eq!(run.g.net.steps, DENSE + 1);
        let later = block_on(read(run.g.net.flat.v.clone())).expect("moments");
        assert!(moments.iter().any(|&v| v > 0.0) && later != vec![0.0; later.len()]);
    }
}

#[test]
fn pf_prunes_the_last_weights_of_either_or_both_nets() {
    let settings = [
        ("pruning.nets", "both"),
        ("pruning.scope", "layer"),
        ("discriminator.density", "0.5"),
    ];
    let mut run = run(short("tiny", "pf", &settings));
    steps(&mut run, DENSE);
    let before = [weights(&run.g.net), weights(&run.d.net)];
    freeze(&mut run);
    let events = steps(&mut run, DENSE + 1);
    for (role, before, density) in [(Role::G, &before[0], 0.3), (Role::D, &before[1], 0.5)] {
        let net = &run.player(role).net;
        let linear = net
            .maskable
            .iter()
            .filter(|&&p| net.params[p].weight_dims().2 == 0);
        assert_eq!(linear.count(), 0);
        let mut expected = Vec::new();
        for size in net.layer_sizes() {
            let start = expected.len();
            let keep = ((density * size as f64) as usize).max(1);
            expected.extend(largest(&before[start..start + size], keep));
        }
        assert_equal(&mask(net), &expected, role.key());
        assert_equal(&weights(net), &masked(before, &expected), role.key());
    }
    let pruned = events.iter().filter(
        |event| matches!(event, Event::Mask(mask) if mask.change == MaskChange::Prune && mask.iteration == DENSE + 1),
    );
    assert_eq!(pruned.count(), 2);
}

#[test]
fn a_ticket_is_the_first_weights_under_the_mask_of_the_trained_ones() {
    let settings = [("pruning.rounds", "2"), ("generator.density", "0.1")];
    let mut run = run(short("tiny", "gan-tickets", &settings));
    let first = [weights(&run.g.net), weights(&run.d.net)];
    let mut before = vec![1.0; run.g.net.masked_len()];
    for round in 1..=2 {
        steps(&mut run, DENSE + (round - 1) * AFTER);
        let trained = weights(&run.g.net);
        let lr = run.config.generator.lr.to_string();
        freeze(&mut run);
        steps(&mut run, DENSE + (round - 1) * AFTER + 1);
        let density = 0.8_f64.powi(round as i32);
        let keep = (density * before.len() as f64) as usize;
        let expected = largest(&trained[..before.len()], keep);
        let is_within = expected.iter().zip(&before).all(|(new, old)| new <= old);
        assert!(is_within, "what was pruned stays pruned");
        assert_equal(&mask(&run.g.net), &expected, "the mask");
        assert_equal(&weights(&run.g.net), &masked(&first[0], &expected), "G");
        assert_equal(&weights(&run.d.net), &first[1], "D");
        assert_eq!(
            (run.g.net.steps, run.d.net.steps),
            (1, run.config.n_critic as u64)
        );
        before = expected;
        for key in ["generator.lr", "discriminator.lr"] {
            run.edit(key, &lr).expect("a live setting");
        }
    }
}

#[test]
fn masks_stay_within_a_stage_and_all_stages_cost() {
    let config = short("tiny", "pf", &[]);
    let total = config.total_iterations();
    assert_eq!(total, DENSE + AFTER);
    let mut history = History::new(config.clone());
    let mut session = session([config]);
    let info = session.run(0).expect("a run").info();
    history.apply(&Event::Started(info.clone()));
    for (_, event) in advance(&mut session, total as usize) {
        history.apply(&event);
    }
    assert_eq!(history.stages.len(), 1);
    assert_eq!(history.masks.len(), 1);
    assert_eq!(history.ended.as_ref().map(|e| e.iteration), Some(total));
    // In STU-GAN's count, without probes, a dense iteration costs as much as the yardstick.
    let dense = info.dense_flops_per_iteration_stu;
    let at = |stats: &Stats| stats.flops_stu.expect("a count");
    let at_end = at(history.latest().expect("stats"));
    let last_dense = history.stats.iter().rfind(|s| s.iteration == DENSE);
    let before = at(last_dense.expect("a line at the end of the stage"));
    assert_eq!(before, dense * DENSE as f64);
    let pruned = (at_end - before) / AFTER as f64;
    assert!(pruned < dense && pruned > 0.0);
    let relative = history.relative_flops().expect("FLOPs");
    let stu = relative.stu.expect("a count");
    assert!((stu - at_end / (dense * DENSE as f64)).abs() < 1e-12 && stu > 1.0);
    // Probes add to this.
    assert!(relative.performed >= stu);
    // The best of the dense stage does not count as the best of the run.
    let best = history.best_quality().expect("a quality");
    assert!(best.iteration > DENSE);
}

fn interrupted(config: &RunConfig, stop: u64) -> Checkpoint {
    let mut first = run(config.clone());
    steps(&mut first, stop);
    let bytes = block_on(first.checkpoint())
        .expect("a checkpoint")
        .to_bytes();
    let stored = Checkpoint::from_bytes(&bytes.expect("bytes")).expect("the same checkpoint");
    let mut second = run(config.clone());
    block_on(second.restore(&stored)).expect("restored");
    steps(&mut second, config.total_iterations());
    state(&mut second)
}

#[test]
fn every_stage_goes_on_bit_for_bit() {
    let mut wrong = Vec::new();
    for (method, rounds) in [("post-hoc", "1"), ("pf", "1"), ("gan-tickets", "2")] {
        for preset in ["spiral", "tiny"] {
            let config = short(preset, method, &[("pruning.rounds", rounds)]);
            let mut whole = run(config.clone());
            steps(&mut whole, config.total_iterations());
            let whole = state(&mut whole);
            // Before, at and after a pruning, and in the middle of stages.
            for stop in [5, DENSE, DENSE + 1, DENSE + 3] {
                if let Some(what) = difference(&whole, &interrupted(&config, stop)) {
                    wrong.push(format!("{method} on {preset}, stopped at {stop}: {what}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_runs_not_yet_pruned_can_have_a_longer_first_stage() {
    let config = short("spiral", "pf", &[]);
    let longer = RunConfig {
        iterations: 2 * DENSE,
        ..config.clone()
    };
    for (stop, fits) in [(DENSE, true), (DENSE + 2, false)] {
        let mut first = run(config.clone());
        steps(&mut first, stop);
        let stored = block_on(first.checkpoint()).expect("a checkpoint");
        let restored = block_on(run(longer.clone()).restore(&stored));
        assert_eq!(restored.is_ok(), fits, "{stop}");
        if let Err(error) = restored {
            assert!(
                error
                    .to_string()
                    .starts_with("iterations: 16: the run was pruned after 8"),
                "{error}"
            );
        }
    }
}

/// STU-GAN prunes the best BigGAN, not the last one: weights and optimisers of both networks.
#[test]
fn fine_tuning_a_biggan_begins_with_its_best_networks() {
    let config = super::classes::small(
        "pf",
        &[
            ("pruning.iterations", "3"),
            ("generator.density", "0.3"),
            ("record.quality_every", "2"),
            ("record.quality_samples", "64"),
        ],
    );
    let dense = config.iterations;
    let mut whole = run(config.clone());
    let mut kept: Vec<(Quality, [Vec<f32>; 2])> = Vec::new();
    while whole.iteration() < dense {
        let events = block_on(whole.step()).expect("a step");
        for event in events {
            if let Event::Quality(quality) = event {
                let nets = [&whole.g, &whole.d].map(|player| weights(&player.net));
                kept.push((quality, nets));
            }
        }
    }
    let (best, [g, d]) = kept
        .into_iter()
        .reduce(|best, next| {
            if next.0.is_better_than(&best.0) {
                next
            } else {
                best
            }
        })
        .expect("a measurement");
    // A checkpoint includes the best networks.
    let checkpoint = block_on(whole.checkpoint()).expect("a checkpoint");
    let mut resumed = run(config);
    block_on(resumed.restore(&checkpoint)).expect("restored");
    for run in [&mut whole, &mut resumed] {
        freeze(run);
        let events = block_on(run.step()).expect("a step");
        let taken = events.iter().find_map(|event| match event {
            Event::Stage(stage) => Some(stage.taken),
            _ => None,
        });
        assert_eq!(taken, Some(best.iteration));
        let [ours_g, ours_d] = [&run.g, &run.d].map(|player| weights(&player.net));
        assert_eq!(ours_g, masked(&g, &mask(&run.g.net)));
        assert_eq!(ours_d, d);
    }
    assert_eq!(difference(&state(&mut whole), &state(&mut resumed)), None);
}
