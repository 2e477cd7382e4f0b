//! `bench`: times whole training iterations or single kernels.

use std::{sync::Arc, time::Instant};

use anyhow::Result;
use serde_json::{Value, json};
use tightrope_core::{
    config::{RecordConfig, Role},
    device,
    event::{Event, NetInfo, Stats},
    run::{Run, placeholder_data},
};

use crate::device::open;

use super::{
    args::{BenchArgs, BenchCommand, BenchIterationArgs},
    bench_kernels, bench_window,
    output::say,
    settings,
};

/// Runs the subcommand.
pub async fn run(args: &BenchArgs) -> Result<()> {
    match &args.what {
        BenchCommand::Kernels(args) => bench_kernels::run(args).await,
        BenchCommand::Iteration(args) => iteration(args).await,
        BenchCommand::Window(args) => bench_window::run(args),
    }
}

async fn iteration(args: &BenchIterationArgs) -> Result<()> {
    let mut config = settings::bench(args)?;
    use_threads(args.threads)?;
    // Reading the losses after every iteration makes each wait for the device. The run records
    // nothing else.
    config.record = RecordConfig {
        log_every: 1,
        sample_every: 0,
        quality_every: 0,
        checkpoint_every: 0,
        ..config.record
    };
    config.iterations = args.warmup + args.iterations;
    let chosen = open(args.device).await?;
    let dataset = Arc::new(placeholder_data(&config)?);
    let mut run = Run::new(config, dataset, &chosen).await?;
    let mut seconds = Seconds::default();
    for at in 0..args.warmup + args.iterations {
        let start = Instant::now();
        let events = run.step().await?;
        if at >= args.warmup {
            let kind = if events.iter().any(|e| matches!(e, Event::Mask(_))) {
                &mut seconds.with_mask_update
            } else if run.probes_at(run.iteration()) {
                &mut seconds.with_probe
            } else {
                &mut seconds.plain
            };
            kind.push(start.elapsed().as_secs_f64());
        }
    }
    let result = summary(&run, &seconds)?;
    if args.json {
        say(serde_json::to_string_pretty(&result)?)?;
    } else {
        say(in_words(&result))?;
    }
    Ok(())
}

/// Seconds of the measured iterations, grouped by the updates and probes in them.
#[derive(Default)]
struct Seconds {
    plain: Vec<f64>,
    with_probe: Vec<f64>,
    with_mask_update: Vec<f64>,
}

/// Limits the threads of the CPU backend, before it starts any.
pub fn use_threads(threads: Option<u64>) -> Result<()> {
    if let Some(threads) = threads {
        device::limit_threads(usize::try_from(threads)?)?;
    }
    Ok(())
}

fn summary(run: &Run, seconds: &Seconds) -> Result<Value> {
    let (info, stats) = (run.info(), run.stats());
    let all = [
        &seconds.plain[..],
        &seconds.with_probe,
        &seconds.with_mask_update,
    ]
    .concat();
    let min = all.iter().copied().fold(f64::INFINITY, f64::min);
    let some = |values: &[f64]| (!values.is_empty()).then(|| median(values));
    Ok(json!({
        "tightrope": env!("CARGO_PKG_VERSION"),
        "preset": run.config.preset,
        "device": info.device,
        "threads": device::threads(),
        "seconds_per_iteration": {
            "median": median(&all),
            "min": min,
            "plain": some(&seconds.plain),
            "with_probe": some(&seconds.with_probe),
            "with_mask_update": some(&seconds.with_mask_update),
        },
        "iterations": all.len(),
        "peak_memory_bytes": peak_memory(),
        "flops_per_iteration": stats.flops / stats.iteration.max(1) as f64,
        "generator": net(&info.generator, run, Role::G, &stats)?,
        "discriminator": net(&info.discriminator, run, Role::D, &stats)?,
        "settings": run.config,
    }))
}

fn net(info: &NetInfo, run: &Run, role: Role, stats: &Stats) -> Result<Value> {
    let density = match role {
        Role::G => stats.density_g,
        Role::D => stats.density_d,
    };
    let net = &run.player(role).net;
    let layers: Vec<Value> = net
        .maskable
        .iter()
        .zip(&net.active)
        .map(|(&place, active)| {
            let param = &net.params[place];
            json!({
                "name": param.name,
                "density": *active as f64 / param.len() as f64,
                "kernels": net.choices[place],
            })
        })
        .collect();
    Ok(json!({
        "params": info.params,
        "maskable": info.maskable,
        "active": info.active,
        "active_params": info.params - info.maskable + info.active,
        "density_asked": run.config.net(role).density,
        "density": density,
        "memory_bytes": serde_json::to_value(net.memory())?,
        "layers": layers,
    }))
}

fn in_words(result: &Value) -> String {
    let number = |path: &str| result.pointer(path).and_then(Value::as_f64);
    let text = |path: &str| result.pointer(path).and_then(Value::as_str).unwrap_or("?");
    let seconds = |path: &str| number(path).unwrap_or(f64::NAN);
    let memory = number("/peak_memory_bytes").map_or(String::new(), |bytes| {
        format!(", {:.0} MB at most", bytes / 1e6)
    });
    let mut kinds = String::new();
    for (name, path) in [
        ("a probe", "with_probe"),
        ("a mask update", "with_mask_update"),
    ] {
        if let Some(seconds) = number(&format!("/seconds_per_iteration/{path}")) {
            kinds += &format!(", {seconds:.4} with {name}");
        }
    }
    format!(
        "{} on {}: {:.4} s an iteration (median of {}, best {:.4}{kinds}){memory}; active parameters G {} D {}",
        text("/preset"),
        text("/device"),
        seconds("/seconds_per_iteration/median"),
        result["iterations"],
        seconds("/seconds_per_iteration/min"),
        result["generator"]["active_params"],
        result["discriminator"]["active_params"],
    )
}

/// The middle value, or the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.get(half) {
        None => f64::NAN,
        Some(&upper) if sorted.len() % 2 == 1 => upper,
        Some(&upper) => (sorted[half - 1] + upper) / 2.0,
    }
}

/// Peak memory of this process in bytes, where the system reports it (Linux).
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }
}
