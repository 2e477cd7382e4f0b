//! The main figure of training FLOPs against the work of the CPU kernels, iteration by iteration,
//! to the last multiply-add. One test, alone in its process, since the kernels' counter belongs to
//! the process.

use std::sync::Arc;

use pollster::block_on;
use tightrope_core::{
    config::{Crossover, Densities, Gradients, ModelConfig, NEVER, NetConfig, Role, RunConfig},
    data,
    device::{self, DeviceChoice},
    event::Event,
    kernel::cpu::multiply_adds,
    method::MethodSpec,
    metric::flops::{FlopLayer, layers},
    preset,
    run::Run,
};

/// A layer's cost and density.
struct Layer {
    cost: FlopLayer,
    density: f64,
}

/// Extra work of an iteration.
#[derive(Clone, Copy, Debug, Default)]
struct Occasion {
    probe: bool,
    /// Steps that compute the gradient of every weight: G's, then D's.
    dense_steps: [usize; 2],
}

fn settings(preset: &str, method: &str, more: &[(&str, &str)]) -> RunConfig {
    let spec: MethodSpec = method.parse().expect("a method");
    let shared = [
        ("iterations", "13"),
        ("batch_d", "3"),
        ("batch_g", "5"),
        ("n_critic", "2"),
        ("balance.probe_interval", "3"),
        ("generator.mask_interval", "4"),
        ("discriminator.mask_interval", "6"),
        // Nothing but training may run.
        ("record.sample_every", "0"),
        ("record.quality_every", "0"),
        ("record.checkpoint_every", "0"),
    ];
    let all: Vec<(String, String)> = shared
        .iter()
        .chain(more)
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let preset = preset::find(preset).expect("a preset");
    preset::resolve(preset, spec.method, spec.strategy, &all).expect("settings that fit")
}

/// Turns off dense kernels: the figure counts multiply-adds of active weights, and a dense kernel
/// does more.
fn sparse_kernels() -> Crossover {
    let never = Densities {
        forward: NEVER,
        input_grad: NEVER,
        weight_grad: NEVER,
    };
    Crossover {
        conv: never,
        pointwise: never,
        linear: never,
    }
}

/// The layers of a net with their current masks.
fn now(run: &Run, role: Role) -> Vec<Layer> {
    let c = &run.config;
    let net = &run.player(role).net;
    layers(&c.model, role, c.z_dim, c.data.channels(), c.data.side)
        .into_iter()
        .map(|cost| {
            let weight = format!("{}.weight", cost.name);
            let masked = net
                .maskable
                .iter()
                .position(|&p| net.params[p].name == weight);
            let density = masked.map_or(1.0, |layer| {
                net.active[layer] as f64 / net.params[net.maskable[layer]].len() as f64
            });
            Layer { cost, density }
        })
        .collect()
}

/// Whether a shortcut runs before enlarging (G) or after pooling (D). The figure counts the
/// authors' order, which runs it at four times the pixels.
fn is_quartered(model: &ModelConfig, role: Role, name: &str) -> bool {
    let ModelConfig::Sngan(sngan) = model else {
        return false;
    };
    let Some(block) = name.strip_suffix(".c_sc") else {
        return false;
    };
    let pools = |(i, pool): (usize, &bool)| i > 0 && *pool && block == format!("block{}", i + 1);
    role == Role::G || sngan.d_pool.iter().enumerate().any(pools)
}

/// Whether a layer's input needs no gradient: real images and finished fakes in D's steps, z in
/// G's.
fn is_first(model: &ModelConfig, role: Role, name: &str) -> bool {
    let first: &[&str] = match (model, role) {
        (ModelConfig::Sngan(_), Role::D) => &["block1.c1", "block1.c_sc"],
        _ => &["l1"],
    };
    first.contains(&name)
}

/// Multiply-adds of an iteration that the figure counts and no convolution kernel does.
fn not_by_kernels(c: &RunConfig, nets: &[Vec<Layer>; 2], occasion: Occasion) -> f64 {
    let (batch_d, batch_g, n_critic) = (c.batch_d as f64, c.batch_g as f64, c.n_critic as f64);
    let probe = f64::from(u8::from(occasion.probe));
    let images = [
        n_critic * batch_d + 3.0 * batch_g + probe * batch_g,
        6.0 * n_critic * batch_d + 2.0 * batch_g + probe * (batch_g + batch_d),
    ];
    let [g_steps, d_steps] = occasion.dense_steps.map(|steps| steps as f64);
    let dense_gradients = [g_steps * batch_g, d_steps * 2.0 * batch_d];
    let input_gradients = [batch_g, n_critic * 2.0 * batch_d];
    let mut missing = 0.0;
    for (net, role) in [Role::G, Role::D].into_iter().enumerate() {
        for Layer { cost, density } in &nets[net] {
            // Biases, and all of the norms.
            missing += images[net] * cost.bias as f64;
            let weight = cost.weight as f64;
            if !cost.maskable {
                missing += images[net] * weight;
                continue;
            }
            if is_quartered(&c.model, role, &cost.name) {
                let visited = images[net] * density + dense_gradients[net] * (1.0 - density);
                missing += 0.75 * weight * visited;
            }
            if is_first(&c.model, role, &cost.name) {
                missing += input_gradients[net] * weight * density;
            }
        }
    }
    missing
}

/// Trains, compares every iteration, and returns the kinds of iterations seen, in words.
fn check(name: &str, config: RunConfig, steer: impl Fn(&mut Run, u64)) -> Vec<&'static str> {
    let dataset = Arc::new(data::open(&config.data).expect("built-in data"));
    let cpu = block_on(device::open(DeviceChoice::Cpu)).expect("there is always a CPU");
    let mut run = block_on(Run::new(config, dataset, &cpu)).expect("a run");
    let mut seen = Vec::new();
    for t in 1..=run.config.total_iterations() {
        steer(&mut run, t);
        let nets = [Role::G, Role::D].map(|role| now(&run, role));
        let (figure, counter) = (run.stats().flops, multiply_adds());
        let events = block_on(run.step()).expect("an iteration");
        let counted = multiply_adds() - counter;
        let figure = run.stats().flops - figure;

        let c = &run.config;
        let updated = [Role::G, Role::D].map(|role| {
            let is_update = |event: &Event| matches!(event, Event::Mask(mask) if mask.net == role);
            events.iter().any(is_update)
        });
        let due = |own: &NetConfig| {
            own.grows_by_gradient() && t.is_multiple_of(own.mask_interval) && t < c.iterations
        };
        let growing = [due(&c.generator), due(&c.discriminator) || updated[1]];
        let occasion = Occasion {
            probe: t.is_multiple_of(c.balance.probe_interval),
            dense_steps: match c.gradients {
                Gradients::Dense => [1, c.n_critic],
                Gradients::Active => growing.map(usize::from),
            },
        };
        let expected = figure - not_by_kernels(c, &nets, occasion);
        assert!(
            (expected - counted as f64).abs() < 0.01,
            "{name}, iteration {t}, {occasion:?}: the figure stands for {expected}, the kernels did {counted}"
        );
        seen.extend(occasion.probe.then_some("probe"));
        seen.extend(updated[0].then_some("update of G"));
        seen.extend(updated[1].then_some("update of D"));
    }
    seen
}

#[test]
fn the_main_figure_is_what_the_kernels_did() {
    let nothing = |_: &mut Run, _| {};
    // The controller raises d_D at any balance ratio.
    let raising = [
        ("balance.br_low", "-100"),
        ("balance.br_high", "-99"),
        ("balance.window", "2"),
    ];
    for preset in ["ring", "tiny"] {
        for gradients in ["active", "dense"] {
            let case = |method: &str, more: &[(&str, &str)]| {
                let mut all = vec![("gradients", gradients)];
                all.extend(more);
                let mut config = settings(preset, method, &all);
                config.crossover = Some(sparse_kernels());
                (format!("{preset}, {method}, {gradients} gradients"), config)
            };
            let (name, config) = case("dense", &[]);
            assert_eq!(check(&name, config, nothing), ["probe"; 4], "{name}");
            // On a dense net the dense kernels do the same work.
            let (name, mut config) = case("dense", &[]);
            config.crossover = Some(Crossover::typical(false));
            check(&name, config, nothing);

            let (name, config) = case("static", &[("discriminator.density", "0.4")]);
            assert_eq!(check(&name, config, nothing), ["probe"; 4], "{name}");

            let (name, config) = case("adapt-relax", &raising);
            let seen = check(&name, config, nothing);
            let updates = |of: &str| seen.iter().filter(|kind| **kind == of).count();
            assert_eq!(
                ["probe", "update of G", "update of D"].map(updates),
                [4, 3, 2],
                "{name}"
            );

            let (name, config) = case("manual", &[("discriminator.density", "0.3")]);
            let seen = check(&name, config, |run, t| {
                if t == 5 {
                    run.set_density(0.6).expect("a density");
                }
            });
            assert!(seen.contains(&"update of D"), "{name}: {seen:?}");
        }
    }
}
