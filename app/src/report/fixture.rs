//! Invented runs for the report's tests.

use tightrope_core::{
    config::{Role, RunConfig},
    event::{EndReason, Event, MaskChange, MaskEvent, NetInfo, Quality, RunInfo, Stats},
    history::History,
    record::StoredRun,
};

/// A finished run on 2-D data. `adapt-relax` raises d_D until BR enters its band; other methods
/// leave it.
pub fn run(method: &str, seed: u64, iterations: u64) -> StoredRun {
    let config = config(method, seed, iterations);
    let mut history = History::new(config.clone());
    for event in events(method, seed, iterations) {
        history.apply(&event);
    }
    StoredRun {
        path: format!("runs/{seed:05}-spiral-{method}-dG0.10-s{seed}").into(),
        config,
        history,
        reals: None,
        reals_png: None,
        grids: Vec::new(),
    }
}

/// The events of such a run.
pub fn events(method: &str, seed: u64, iterations: u64) -> Vec<Event> {
    let mut noise = noise(seed + method.len() as u64);
    let mut events = vec![Event::Started(info())];
    let adaptive = method.starts_with("adapt");
    let (mut density, mut flops, mut wobble) = (0.1_f64, 0.0, 0.0);
    for iteration in 1..=iterations {
        let progress = iteration as f64 / iterations as f64;
        flops += 0.06 + 0.25 * density;
        let br = 0.95 - 0.95 * density - 0.1 * (-progress * 9.0).exp();
        wobble = 0.98 * wobble + 0.012 * noise();
        let window = br + wobble;
        let adjusts = iteration * 24 % iterations < 24;
        if adaptive && adjusts && window > 0.55 {
            density += 0.05;
            events.push(mask(
                iteration,
                Role::D,
                MaskChange::Raise,
                density,
                Some(window),
            ));
        }
        if method != "static" && iteration * 40 % iterations < 40 {
            events.push(mask(iteration, Role::G, MaskChange::DropGrow, 0.1, None));
        }
        events.push(Event::Stats(Stats {
            iteration,
            seconds: iteration as f64 * 0.004,
            flops,
            flops_paper: flops * 2.0,
            flops_stu: Some(flops),
            d_loss: (1.9 - 0.5 * progress + 0.2 * noise()) as f32,
            g_loss: (0.2 * progress + 0.25 * noise()) as f32,
            br: Some(br + 0.5 * noise()),
            br_ratio_of_means: Some(window),
            density_g: 0.1,
            density_d: density,
            ..Stats::default()
        }));
        if iteration * 20 % iterations < 20 {
            let reach = if adaptive { 22.0 } else { 11.0 };
            events.push(Event::Quality(Quality {
                iteration,
                samples: 2000,
                modes: Some((reach * (1.0 - (-4.0 * progress).exp()) + noise()).round() as usize),
                modes_total: Some(24),
                high_quality: Some(reach / 25.0 - 0.4 * (-3.0 * progress).exp() + 0.03 * noise()),
                kl: Some(2.5 * (-2.0 * progress).exp() + if adaptive { 0.1 } else { 0.7 }),
                ..Quality::default()
            }));
        }
    }
    events.push(Event::Ended {
        iteration: iterations,
        reason: EndReason::Finished,
    });
    events
}

fn mask(iteration: u64, net: Role, change: MaskChange, density: f64, br: Option<f64>) -> Event {
    Event::Mask(MaskEvent {
        iteration,
        net,
        change,
        dropped: 0,
        grown: 830,
        regrown: 0,
        active: (density * 16_640.0) as usize,
        density,
        drop_fraction: None,
        br,
        layers: Vec::new(),
    })
}

fn info() -> RunInfo {
    let net = NetInfo {
        params: 17_026,
        maskable: 16_640,
        active: 1664,
        layers: Vec::new(),
    };
    RunInfo {
        device: "CPU (Flex, 2 threads)".into(),
        generator: net.clone(),
        discriminator: net,
        dense_flops_per_iteration: 1.0,
        dense_flops_per_iteration_paper: 2.0,
        dense_flops_per_iteration_stu: 1.0,
        ..RunInfo::default()
    }
}

/// Uniform noise in [-1, 1], equal for equal seeds.
pub fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    }
}

fn config(method: &str, seed: u64, iterations: u64) -> RunConfig {
    let d_policy = if method.starts_with("adapt") {
        "relax"
    } else {
        "static"
    };
    let averaging = if method == "stu-gan" { "sema" } else { "ema" };
    serde_json::from_value(serde_json::json!({
        "version": 1, "preset": "spiral", "method": method, "strategy": null, "seed": seed,
        "iterations": iterations,
        "data": {"source": "spiral", "side": 0, "flip": false, "limit": 0},
        "model": {"mlp": {"g_hidden": [128, 128], "d_hidden": [128, 128], "g_batch_norm": true,
            "d_spectral_norm": true, "g_leak": 0.0, "d_leak": 0.2}},
        "init": "uniform", "loss": "hinge", "z_dim": 2, "batch_d": 128, "batch_g": 128,
        "n_critic": 1, "gradients": "active",
        "generator": net("drop_grow"), "discriminator": net(d_policy),
        "balance": {"probe_interval": 1, "window": 100, "estimator": "ratio_of_means",
            "br_low": 0.45, "br_high": 0.55, "gap_floor": 0.0, "density_step": 0.05,
            "d_min": 0.05, "d_max": 1.0, "warmup": 0},
        "averaging": {"rule": averaging, "decay": 0.99, "start": 0},
        "record": {"log_every": 10, "sample_every": 500, "quality_every": 500,
            "quality_samples": 2000, "checkpoint_every": 1000}
    }))
    .expect("the fixture is a configuration")
}

fn net(policy: &str) -> serde_json::Value {
    serde_json::json!({
        "lr": 0.001, "beta1": 0.0, "beta2": 0.9, "eps": 1e-8, "density": 0.1,
        "distribution": "erk", "mask_sampling": "exact", "mask_linear": true, "mask_head": true,
        "min_layer_density": 0.0, "policy": policy, "mask_interval": 100, "scope": "global",
        "growth": "gradient", "drop_fraction": 0.5, "drop_schedule": "cosine", "drop_floor": 0.005
    })
}
