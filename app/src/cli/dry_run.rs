//! `--dry-run`: what would be trained, without data or device.

use anyhow::Result;
use tightrope_core::{
    config::{Role, RunConfig, net_count},
    metric::flops::{self, Count, Images},
    model, net,
    sparse::density::densities,
};

use super::output::say;

/// Prints resolved settings, then sizes, FLOPs and a memory estimate of every run.
pub fn print(configs: &[RunConfig]) -> Result<()> {
    for config in configs {
        say(serde_json::to_string_pretty(config)?)?;
    }
    for config in configs {
        say(format_args!("\n{}", summary(config)))?;
    }
    Ok(())
}

fn summary(c: &RunConfig) -> String {
    let mut lines = vec![format!(
        "method {}  preset {}  seed {}",
        c.method, c.preset, c.seed
    )];
    let mut forward = [[0.0; 2]; 2];
    let mut bytes = 0.0;
    let full = c.full_model.as_ref().unwrap_or(&c.model);
    for (i, role) in [Role::G, Role::D].into_iter().enumerate() {
        let own = c.net(role);
        let count = net_count(&c.model, role, c.z_dim, c.data.channels(), own);
        let active = count.active(own.density);
        let layers = flops::layers(&c.model, role, c.z_dim, c.data.channels(), c.data.side);
        let (_, blueprint) = model::build(c, role, c.data.channels());
        let (params, maskable) = net::place(&blueprint, own);
        let shapes: Vec<&[usize]> = maskable.iter().map(|&p| &params[p].shape[..]).collect();
        let spread = densities(own.distribution, &shapes, own.density);
        let is_named = |p: usize, name: &str| params[p].name.strip_suffix(".weight") == Some(name);
        let share = |name: &str| {
            maskable
                .iter()
                .position(|&p| is_named(p, name))
                .map(|at| spread[at])
        };
        forward[i] = [
            flops::sparse_forward(&layers, share),
            flops::dense_forward(&flops::layers(
                full,
                role,
                c.z_dim,
                c.data.channels(),
                c.data.side,
            )) as f64,
        ];
        bytes += memory(c, role, count.params as f64, active as f64);
        lines.push(format!(
            "{role}: {} parameters, {} maskable, {active} active at the start (density {})",
            count.params, count.maskable, own.density
        ));
    }
    for (name, count) in [
        ("corrected", Count::Corrected),
        ("as in the paper", Count::Paper),
    ] {
        let images = Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic);
        let [sparse, dense] = [0, 1].map(|k| images.flops(forward[0][k], forward[1][k]));
        lines.push(format!(
            "training FLOPs ({name}): {:.3e} an iteration, {:.3e} in all at the initial densities, {:.1} % of dense",
            sparse,
            sparse * c.iterations as f64,
            100.0 * sparse / dense
        ));
    }
    lines.push(format!(
        "memory: about {:.0} MB (parameters, optimiser, indices, activations of one step)",
        bytes / 1e6
    ));
    lines.join("\n")
}

/// Bytes: weights, gradients, second moments, averages and masks; two indices of active weights; activations.
fn memory(c: &RunConfig, role: Role, params: f64, active: f64) -> f64 {
    let batch = match role {
        Role::G => c.batch_g,
        Role::D => 2 * c.batch_d.max(c.batch_g),
    };
    let layers = flops::layers(&c.model, role, c.z_dim, c.data.channels(), c.data.side);
    // A layer's bias term counts one multiply-add an output, so it is the size of its activation;
    // normalisation, activation and gradient keep about four copies.
    let activations: u64 = layers.iter().map(|l| l.bias).sum();
    4.0 * (5.0 * params + 2.0 * active + 4.0 * batch as f64 * activations as f64)
}
