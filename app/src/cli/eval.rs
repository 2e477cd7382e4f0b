//! `eval`: judges samples of runs by a feature network, and writes the figures into their folders.

mod follow;
mod judge;
mod waiting;

use anyhow::Result;
use tightrope_core::{
    Problem, config::ModelConfig, device, error::collect, feature::FeatureNet, record::checkpoint,
    session::RunCheckpoint,
};

use super::eval_args::EvalArgs;
use crate::{interruption::interruption, lab::run_folders};
use follow::Watch;
use judge::Judge;

/// Runs the subcommand.
pub async fn run(args: &EvalArgs) -> Result<()> {
    interruption()?;
    let runs = stored(args)?;
    // Watching starts first: a run drops checkpoints while the program reads weights and real
    // images.
    let watch = args.follow.then(|| Watch::begin(&runs, args)).transpose()?;
    let chosen = device::open(args.judge.device).await?;
    let network = FeatureNet::open(&args.judge.network, &chosen)?;
    let mut judge = Judge::new(args, &network, &chosen);
    if let Some(watch) = watch {
        return follow::follow(&mut judge, &watch).await;
    }
    for run in &runs {
        judge.judge(run).await?;
    }
    Ok(())
}

/// Opens the runs, and reports all problems at once.
fn stored(args: &EvalArgs) -> Result<Vec<RunCheckpoint>> {
    let mut runs = Vec::new();
    let mut wrong = Vec::new();
    let named = args.runs.iter().flat_map(|path| {
        if checkpoint::iteration_of(path).is_some() {
            vec![path.clone()]
        } else {
            run_folders(path)
        }
    });
    for path in named {
        match RunCheckpoint::open(&path) {
            Ok(run) if matches!(run.config.model, ModelConfig::Mlp(_)) => wrong.push(Problem::new(
                path.display().to_string(),
                "its samples are points in the plane, which have no features; see its modes in the report",
            )),
            Ok(run) => runs.push(run),
            Err(error) => wrong.extend(error.into_problems()),
        }
    }
    Ok(collect(wrong, Ok(runs))?)
}
