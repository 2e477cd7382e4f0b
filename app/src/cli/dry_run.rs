//! `--dry-run`: shows the runs a command would train, without data or device.

use anyhow::Result;
use tightrope_core::config::{Role, RunConfig};

use super::output::say;
use crate::estimate::Estimate;

/// Prints the resolved settings of every run, then sizes, FLOPs and a memory estimate.
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
    let estimate = Estimate::of(c);
    let mut lines = vec![format!(
        "method {}  preset {}  seed {}",
        c.method, c.preset, c.seed
    )];
    for net in &estimate.nets {
        lines.push(format!(
            "{}: {} parameters, {} maskable, {} active at the start (density {})",
            net.role, net.count.params, net.count.maskable, net.active, net.density
        ));
    }
    if let Some(pruning) = &c.pruning {
        lines.push(format!(
            "stages: {} dense iterations, then {} x {} after prunings, G down to density {:.3}",
            c.iterations,
            pruning.rounds,
            pruning.iterations,
            c.density_of(Role::G, pruning.rounds)
        ));
    }
    for (name, cost) in [
        ("", estimate.performed),
        (" as ADAPT counts", estimate.paper),
        (" as STU-GAN counts", estimate.stu),
    ] {
        lines.push(format!(
            "training FLOPs{name}: {:.3e} an iteration, {:.3e} in all at the initial densities, {:.1} % of dense training",
            cost.sparse,
            cost.total,
            100.0 * cost.share()
        ));
    }
    let [testing, dense] = estimate.testing;
    lines.push(format!(
        "testing FLOPs: {testing:.3e} an image, {:.1} % of the dense generator",
        100.0 * testing / dense
    ));
    lines.push(format!(
        "memory: about {:.0} MB (parameters, optimiser, indices, activations of one step)",
        estimate.memory() / 1e6
    ));
    lines.join("\n")
}
