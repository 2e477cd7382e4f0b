//! The averages of `ema_sema` through the engine: fused into the optimiser's step, and on their own
//! as after a mask change.

use burn::tensor::{Device, Tensor};
use tightrope_core::{
    config::{AveragingRule, ModelConfig, Role},
    kernel::adam::AdamStep,
    model,
    net::Net,
    preset,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    report::{Limit, Report},
    vectors::{Array, arrays, files, json, number},
};

/// A generator with one maskable weight of this shape.
fn net(outputs: usize, inputs: usize, device: &Device) -> Net {
    let mut config = (preset::find("ring").unwrap_or_else(|e| panic!("{e}")).build)();
    config.z_dim = inputs;
    config.generator.density = 1.0;
    config.generator.mask_head = false;
    let ModelConfig::Mlp(mlp) = &mut config.model else {
        panic!("the ring's nets are no longer MLPs")
    };
    mlp.g_hidden = vec![outputs];
    let (_, blueprint) = model::build(&config, Role::G, 2);
    Net::new(Role::G, blueprint, &config, device)
}

/// One of the file's averages, parsed from its name: `stugan_biggan_sema_0.9999_start4`.
struct Wanted {
    rule: AveragingRule,
    decay: f64,
    start: usize,
}

impl Wanted {
    fn parse(name: &str) -> Self {
        let mut parts = name.split('_');
        Self {
            rule: if parts.any(|part| part == "sema") {
                AveragingRule::Sema
            } else {
                AveragingRule::Ema
            },
            decay: name
                .split('_')
                .find_map(|part| part.parse().ok())
                .unwrap_or_else(|| panic!("{name} names no decay")),
            start: name
                .split('_')
                .find_map(|part| part.strip_prefix("start")?.parse().ok())
                .unwrap_or(1),
        }
    }

    /// Before its start, the average is a copy of the weights.
    fn decay(&self, step: usize) -> f64 {
        if step < self.start { 0.0 } else { self.decay }
    }
}

/// Replaces the first values of a flat tensor.
fn replace_front(flat: &Tensor<1>, front: &[f32], device: &Device) -> Tensor<1> {
    let rest = flat.clone().slice(front.len()..flat.dims()[0]);
    Tensor::cat(vec![tensor(front, [front.len()], device), rest], 0)
}

/// The average after every step. With `fused`, only steps that change the mask average on their
/// own.
fn course(
    wanted: &Wanted,
    weights: &Array,
    masks: &Array,
    changes: &[usize],
    fused: bool,
    device: &Device,
) -> Vec<Vec<f32>> {
    let [steps, outputs, inputs] = [0, 1, 2].map(|d| weights.shape[d]);
    let n = outputs * inputs;
    let mut net = net(outputs, inputs, device);
    net.flat.average = replace_front(&net.flat.average, &weights.row(0).floats(), device);
    let mut averages = vec![weights.row(0).floats()];
    for step in 1..steps {
        net.flat.weight = replace_front(&net.flat.weight, &weights.row(step).floats(), device);
        net.mask = tensor(&masks.row(step).floats(), [n], device);
        let decay = wanted.decay(step);
        if fused && !changes.contains(&step) {
            // With a zero gradient the weights stay as the file has them.
            let still = Tensor::zeros([net.len()], device);
            let adam = AdamStep {
                t: step as u64,
                lr: 1e-3,
                beta1: 0.0,
                beta2: 0.9,
                eps: 1e-8,
                mask_gradient: false,
                averaging: wanted.rule,
                decay: decay as f32,
            };
            net.flat = net.flat.clone().step(still, net.mask.clone(), adam);
        } else {
            net.average(wanted.rule, decay);
        }
        averages.push(host(net.flat.average.clone().slice(0..n)));
    }
    averages
}

#[test]
fn averages_follow_the_authors() {
    for file in files("ema_sema", "safetensors") {
        let (arrays, about) = (arrays(&file), json(&file.with_extension("json")));
        let changes: Vec<usize> = about["mask_change_after_step"]
            .as_array()
            .expect("a list of steps")
            .iter()
            .map(|step| number(step) as usize)
            .collect();
        let mut report = Report::new("averages");
        for (name, theirs) in arrays
            .iter()
            .filter_map(|(key, array)| Some((key.strip_prefix("out/")?, array)))
        {
            let wanted = Wanted::parse(name);
            for (on, device) in devices::all() {
                for fused in [true, false] {
                    let (weights, masks) = (&arrays["in/weights"], &arrays["in/masks"]);
                    let ours = course(&wanted, weights, masks, &changes, fused, &device);
                    for (step, ours) in ours.iter().enumerate() {
                        let place = format!("{name}, fused {fused}, step {step}");
                        let theirs = theirs.row(step).values;
                        report.close(on, &place, ours, &theirs, Limit::Absolute(1e-6));
                    }
                }
            }
        }
        report.finish();
    }
}
