//! The mask update on tensors against its twin on the host: every plan, on whole networks.

use burn::tensor::{Device, Int, Tensor};
use tightrope_core::{
    config::{Growth, Role, RunConfig, Scope},
    kernel::cpu::index::LayerIndex,
    model,
    net::Net,
    preset,
    run::mask_update::apply,
    sparse::plan::MaskPlan,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    host_update::update,
    random::Random,
};

/// Kind of random weights and scores.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Draw {
    /// All distinct.
    Distinct,
    /// Few distinct values, zeros among them, so that the position breaks ties.
    Ties,
}

impl Draw {
    fn apply(self, values: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Distinct => values,
            Self::Ties => values
                .into_iter()
                .map(|v| (v * 2.0).round() / 2.0)
                .collect(),
        }
    }
}

fn plans(density: f64) -> Vec<MaskPlan> {
    let mut plans = vec![
        MaskPlan::Raise {
            density: (density + 0.1).min(1.0),
        },
        MaskPlan::Raise { density: 1.0 },
        MaskPlan::Raise {
            density: density / 2.0,
        },
        MaskPlan::Lower {
            density: density * 0.7,
        },
        MaskPlan::Lower { density: 0.0 },
        MaskPlan::Lower { density: 1.0 },
    ];
    for scope in [Scope::Global, Scope::Layer] {
        for growth in [Growth::Gradient, Growth::Random] {
            for fraction in [0.0, 0.005, 0.3, 1.0] {
                plans.push(MaskPlan::DropGrow {
                    fraction,
                    scope,
                    growth,
                });
            }
        }
    }
    plans
}

fn build(config: &RunConfig, role: Role, channels: usize, device: &Device) -> Net {
    let (_, blueprint) = model::build(config, role, channels);
    let mut net = Net::new(role, blueprint, config, device);
    pollster::block_on(net.count()).unwrap_or_else(|e| panic!("{e}"));
    net.reindex();
    net
}

fn integers(tensor: &Tensor<1, Int>) -> Vec<i32> {
    if tensor.dims() == [0] {
        return Vec::new();
    }
    let data = tensor.clone().into_data();
    data.try_to_vec().unwrap_or_else(|e| panic!("{e:?}"))
}

/// Draws weights, applies one update, and checks its result.
fn check(net: &mut Net, plan: &MaskPlan, floor: f64, draw: Draw, random: &mut Random, case: &str) {
    let device = net.device().clone();
    let (all, masked) = (net.len(), net.masked_len());
    let mask = host(net.mask.clone());
    let mut weights = draw.apply(random.values(all));
    weights.iter_mut().zip(&mask).for_each(|(w, m)| *w *= m);
    net.flat.weight = tensor(&weights, [all], &device);
    let scores = match plan.growth() {
        Some(Growth::Random) => random.draws(masked),
        // A gradient also holds the biases, after the weights.
        _ => draw.apply(random.values(all)),
    };

    let sizes = net.layer_sizes();
    let active = net.active.clone();
    let ever = host(net.ever.clone());
    let mut bits: Vec<u8> = mask.iter().map(|&m| m as u8).collect();
    let before = weights.clone();
    let expected = update(
        plan,
        &sizes,
        floor,
        &mut weights[..masked],
        &mut bits,
        &scores[..masked],
    );

    let given = plan
        .growth()
        .map(|_| tensor(&scores, [scores.len()], &device));
    let delta = pollster::block_on(apply(net, plan, floor, given));
    let delta = delta.unwrap_or_else(|e| panic!("{case}: {e}"));
    let ours: Vec<u8> = host(net.mask.clone()).iter().map(|&m| m as u8).collect();
    assert!(ours == bits, "{case}: masks differ");
    let after = host(net.flat.weight.clone());
    assert!(after == weights, "{case}: weights differ");
    assert_eq!(net.active, expected.layers, "{case}");
    for (layer, (&now, size)) in net.active.iter().zip(&sizes).enumerate() {
        let least = ((floor * *size as f64).ceil() as usize).min(active[layer]);
        assert!(now >= least, "{case}: layer {layer} fell below its floor");
    }
    match delta {
        Some(delta) => assert_eq!(delta, expected, "{case}: dropped, grown, regrown, layers"),
        None => assert_eq!(
            (expected.dropped, expected.grown, expected.regrown),
            (0, 0, 0),
            "{case}: nothing said"
        ),
    }
    for i in 0..masked {
        let (was, is) = (mask[i] != 0.0, bits[i] != 0);
        let value = match (was, is) {
            // A weight dropped and grown again counts as kept.
            (true, true) => before[i],
            _ => 0.0,
        };
        assert_eq!(after[i], value, "{case}: weight {i}");
    }
    assert_eq!(
        after[masked..],
        before[masked..],
        "{case}: unmasked parameters"
    );

    let seen: Vec<f32> = ever
        .iter()
        .zip(&bits)
        .map(|(&ever, &now)| ever.max(f32::from(now)))
        .collect();
    assert_eq!(host(net.ever.clone()), seen, "{case}: ever active");
    let explored = seen.iter().filter(|&&seen| seen != 0.0).count();
    assert_eq!(net.explored, explored, "{case}: explored");
    check_indices(net, &bits, case);
}

/// The indices of forward and backward passes must match the new mask.
fn check_indices(net: &Net, bits: &[u8], case: &str) {
    for &place in &net.maskable {
        let param = &net.params[place];
        let (out, inputs, k) = param.weight_dims();
        let slice = &bits[param.offset..param.offset + param.len()];
        let slice: Vec<f32> = slice.iter().map(|&m| f32::from(m)).collect();
        let theirs = LayerIndex::new(&slice, out, inputs, k * k);
        let Some(ours) = &net.indices[place] else {
            panic!("{case}: {} has no index", param.name)
        };
        for (what, ours, theirs) in [
            ("row pointers", &ours.row_ptr, &theirs.row_ptr),
            ("row positions", &ours.row_pos, &theirs.row_pos),
            ("column pointers", &ours.col_ptr, &theirs.col_ptr),
            ("column positions", &ours.col_pos, &theirs.col_pos),
        ] {
            assert!(
                integers(ours) == *theirs,
                "{case}: {what} of {}",
                param.name
            );
        }
    }
}

#[test]
fn the_update_on_tensors_is_that_on_the_host() {
    let nets = [
        ("ring", Role::D, 2, [0.05, 0.6]),
        ("tiny", Role::G, 3, [0.1, 1.0]),
    ];
    for (on, device) in devices::all() {
        let mut random = Random::new(20);
        for (name, role, channels, densities) in nets {
            for density in densities {
                let preset = preset::find(name).unwrap_or_else(|e| panic!("{e}"));
                let mut config = (preset.build)();
                config.generator.density = density;
                config.discriminator.density = density;
                let fresh = build(&config, role, channels, &device);
                for plan in plans(density) {
                    for (floor, draw) in [
                        (0.0, Draw::Distinct),
                        (0.0, Draw::Ties),
                        (density * 0.4, Draw::Ties),
                    ] {
                        let mut net = fresh.clone();
                        let case = format!(
                            "{role} of {name} at {density} on {on}, {plan:?}, floor {floor}, {draw:?}"
                        );
                        check(&mut net, &plan, floor, draw, &mut random, &case);
                    }
                }
            }
        }
    }
}

/// Each update starts from the result of the last.
#[test]
fn updates_in_a_row_agree() {
    for (on, device) in devices::all() {
        let mut random = Random::new(21);
        let mut config = (preset::find("tiny").unwrap_or_else(|e| panic!("{e}")).build)();
        config.discriminator.density = 0.3;
        let mut net = build(&config, Role::D, 3, &device);
        for round in 0..3 {
            for plan in plans(0.3) {
                // An empty net would leave nothing to check in later updates.
                if plan == (MaskPlan::Lower { density: 0.0 }) {
                    continue;
                }
                let case = format!("round {round} on {on}, {plan:?}");
                check(&mut net, &plan, 0.01, Draw::Distinct, &mut random, &case);
            }
        }
        assert!(net.explored > net.active.iter().sum(), "nothing explored");
    }
}
