//! Small invented runs for the tests of this crate's records.

use crate::{
    config::{Role, RunConfig},
    event::{Event, MaskChange, MaskEvent, NetInfo, RunInfo, Stats, Verdict},
};

/// A complete configuration; no test depends on a value of it except by name.
pub fn config() -> RunConfig {
    serde_json::from_value(serde_json::json!({
        "version": 1, "preset": "spiral", "method": "adapt-relax", "strategy": null, "seed": 42,
        "iterations": 100,
        "data": {"source": "spiral", "side": 0, "flip": false, "limit": 0},
        "model": {"mlp": {"g_hidden": [8], "d_hidden": [8], "g_batch_norm": true,
            "d_spectral_norm": true, "g_leak": 0.0, "d_leak": 0.2}},
        "init": "uniform", "loss": "hinge", "z_dim": 2, "batch_d": 8, "batch_g": 8, "n_critic": 1,
        "gradients": "active", "generator": net("drop_grow"), "discriminator": net("relax"),
        "balance": {"probe_interval": 1, "window": 10, "estimator": "ratio_of_means",
            "br_low": 0.45, "br_high": 0.55, "gap_floor": 0.0, "density_step": 0.05,
            "d_min": 0.05, "d_max": 1.0, "warmup": 0},
        "averaging": {"rule": "ema", "decay": 0.99, "start": 0},
        "record": {"log_every": 10, "sample_every": 50, "quality_every": 50,
            "quality_samples": 100, "checkpoint_every": 20}
    }))
    .expect("the fixture is a configuration")
}

fn net(policy: &str) -> serde_json::Value {
    serde_json::json!({
        "lr": 0.001, "beta1": 0.0, "beta2": 0.9, "eps": 1e-8, "density": 0.1,
        "distribution": "erk", "mask_sampling": "exact", "mask_linear": true, "mask_head": true,
        "min_layer_density": 0.0, "policy": policy, "mask_interval": 10, "scope": "global",
        "growth": "gradient", "drop_fraction": 0.5, "drop_schedule": "cosine", "drop_floor": 0.005
    })
}

pub fn info() -> RunInfo {
    let net = |params, maskable, active| NetInfo {
        params,
        maskable,
        active,
        layers: Vec::new(),
    };
    RunInfo {
        device: "CPU".into(),
        real_count: 0,
        generator: net(250, 200, 20),
        discriminator: net(120, 100, 30),
        dense_flops_per_iteration: 2.0,
        dense_flops_per_iteration_paper: 4.0,
        dense_flops_per_iteration_stu: 2.0,
        classes: Vec::new(),
    }
}

pub fn stats(iteration: u64, br: f64) -> Stats {
    Stats {
        iteration,
        seconds: iteration as f64 * 0.5,
        flops: iteration as f64,
        flops_paper: iteration as f64 * 2.0,
        flops_stu: Some(iteration as f64 * 0.5),
        d_loss: 1.5,
        g_loss: -0.25,
        br: Some(br),
        br_ratio_of_means: Some(br),
        verdict: Some(match br {
            _ if br <= 0.45 => Verdict::DTooStrong,
            _ if br >= 0.55 => Verdict::DTooWeak,
            _ => Verdict::Balanced,
        }),
        density_g: 0.1,
        density_d: 0.3,
        ..Stats::default()
    }
}

pub fn raise(iteration: u64, active: usize) -> Event {
    Event::Mask(MaskEvent {
        iteration,
        net: Role::D,
        change: MaskChange::Raise,
        dropped: 0,
        grown: 30,
        regrown: 0,
        active,
        density: active as f64 / 100.0,
        drop_fraction: None,
        br: Some(0.7),
        layers: vec![active],
    })
}
