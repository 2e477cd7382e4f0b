//! Limits of a page. Setups beyond them are refused before any run starts.

use tightrope_core::{
    config::{ModelConfig, RunConfig},
    data::{SOURCES, Source},
};

use crate::{
    comparison::{Comparison, METHODS},
    estimate::Estimate,
};

/// Longest query in bytes; leaves room in the request line that a server accepts.
pub const MOST_BYTES: usize = 6000;
/// Most runs side by side.
pub const MOST_RUNS: usize = 12;
/// Most iterations of a run.
const MOST_ITERATIONS: u64 = 1_000_000;
/// Memory limit of all runs together, in bytes; a page addresses four billion.
const MOST_MEMORY: f64 = 2e9;
/// Most training FLOPs per iteration of all runs: minutes on one CPU thread.
const MOST_FLOPS: f64 = 1e12;
/// Size of a recorded state, in bytes.
const STATE: f64 = 600.0;
/// Samples in a recorded grid of images.
const GRID: f64 = 64.0;

/// Refuses comparisons of too many runs, and data that a link cannot carry.
pub fn asked(comparisons: &[Comparison]) -> Result<(), String> {
    let mut count = 0_u64;
    for comparison in comparisons {
        let methods = comparison.methods.as_deref().unwrap_or(&METHODS);
        let methods = methods.len() as u64;
        count += methods * comparison.seeds.unwrap_or(1);
        if let Some(preset) = comparison.base().filter(|preset| preset.data.is_none()) {
            let source = (preset.build)().data.source;
            let source = comparison.data.as_deref().unwrap_or(&source);
            refuse_files(source)?;
        }
        comparison.data.as_deref().map_or(Ok(()), refuse_files)?;
    }
    if count > MOST_RUNS as u64 {
        return Err(format!(
            "{count} runs; a page trains at most {MOST_RUNS} side by side"
        ));
    }
    Ok(())
}

/// Refuses runs that are too long or too large.
pub fn needed(runs: &[RunConfig]) -> Result<(), String> {
    for run in runs {
        refuse_files(&run.data.source)?;
        if run.total_iterations() > MOST_ITERATIONS {
            let asked = run.total_iterations();
            return Err(format!(
                "iterations: {asked}: a link can ask for at most {MOST_ITERATIONS}"
            ));
        }
    }
    let estimates: Vec<Estimate> = runs.iter().map(Estimate::of).collect();
    let recorded: f64 = runs.iter().map(recorded).sum();
    let trained: f64 = estimates.iter().map(Estimate::memory).sum();
    let memory = trained + recorded;
    if memory > MOST_MEMORY {
        return Err(format!(
            "it needs about {:.1} GB, of which {:.1} GB are records, and a page has at most {:.0} GB; fewer runs, \
             smaller nets or batches, or rarer records would do",
            memory / 1e9,
            recorded / 1e9,
            MOST_MEMORY / 1e9
        ));
    }
    let flops: f64 = estimates.iter().map(|e| e.performed.sparse).sum();
    if flops > MOST_FLOPS {
        return Err(format!(
            "an iteration takes about {flops:.0e} FLOPs, and a link can ask for at most {MOST_FLOPS:.0e}; fewer runs, \
             smaller nets or batches, or a smaller n_critic would do"
        ));
    }
    Ok(())
}

/// Refuses data stored in files.
fn refuse_files(source: &str) -> Result<(), String> {
    let (name, path) = source.split_once(':').unwrap_or((source, ""));
    let needs_files = |known: &Source| known.name == name && known.needs_path;
    if SOURCES.iter().any(needs_files) || !path.is_empty() {
        let name = super::query::brief(name);
        return Err(format!(
            "data {name}: a link brings no files along; open the page without it, drop the data on the page, and choose \
             them under New comparison"
        ));
    }
    Ok(())
}

/// Bytes that a run records, all of which a page keeps in memory.
fn recorded(run: &RunConfig) -> f64 {
    let times = |every: u64| run.total_iterations().checked_div(every).unwrap_or(0) as f64;
    let record = &run.record;
    let samples = match run.model {
        ModelConfig::Mlp(_) => 8.0 * record.quality_samples as f64,
        ModelConfig::Sngan(_) | ModelConfig::Biggan(_) => {
            GRID * (run.data.channels() * run.data.side * run.data.side) as f64
        }
    };
    times(record.log_every) * STATE + times(record.sample_every) * samples
}
