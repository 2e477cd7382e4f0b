//! `train`: trains one method, fresh or resumed.

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use tightrope_core::session::RunCheckpoint;

use super::{args::TrainArgs, drive::Drive, dry_run, finish, output::say, settings};
use crate::{
    device,
    report::{grouped, read_runs, results_table},
};

/// Runs the subcommand.
pub async fn run(args: &TrainArgs) -> Result<ExitCode> {
    match &args.resume {
        Some(path) => resume(args, path).await,
        None => fresh(args).await,
    }
}

async fn fresh(args: &TrainArgs) -> Result<ExitCode> {
    let config = settings::train(args)?;
    if args.run.dry_run {
        dry_run::print(&[config])?;
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = device::open_crossing(args.run.device, args.run.crossing()).await?;
    let mut drive = Drive::new(args.run.quiet)?;
    drive.add(vec![config], &args.run.out, &chosen).await?;
    to_the_end(drive).await
}

async fn resume(args: &TrainArgs, path: &Path) -> Result<ExitCode> {
    let stored = RunCheckpoint::open(path)?;
    let (config, changes) = stored.changed(&settings::resumed(&args.run, &stored.config)?)?;
    if args.run.dry_run {
        dry_run::print(&[config])?;
        return Ok(ExitCode::SUCCESS);
    }
    if stored.is_done(&config) {
        let longer = match &config.pruning {
            None => format!("--iterations {}", 2 * stored.iteration),
            Some(pruning) => format!("--set pruning.iterations={}", 2 * pruning.iterations),
        };
        say(format_args!(
            "{}: all {} iterations are done; train on with `tightrope train --resume {} {longer}`",
            stored.folder.display(),
            stored.iteration,
            path.display(),
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = device::open_crossing(args.run.device, args.run.crossing()).await?;
    let mut drive = Drive::new(args.run.quiet)?;
    drive.resume(&stored, config, changes, &chosen).await?;
    to_the_end(drive).await
}

async fn to_the_end(drive: Drive) -> Result<ExitCode> {
    let mut outcome = drive.finish().await;
    let (runs, unreadable) = read_runs(&outcome.folders);
    outcome
        .failures
        .extend(unreadable.iter().map(ToString::to_string));
    say(results_table(&grouped(runs)))?;
    for folder in &outcome.folders {
        say(format_args!("run: {}", folder.display()))?;
    }
    finish::tell(&outcome)
}
