//! `train`: one method, fresh or resumed.

use std::process::ExitCode;

use anyhow::Result;
use tightrope_core::device;

use super::{args::TrainArgs, drive::Drive, dry_run, finish, settings};
use crate::report;

/// Runs the subcommand.
pub async fn run(args: &TrainArgs) -> Result<ExitCode> {
    let mut drive = Drive::new(args.run.quiet);
    if let Some(path) = &args.resume {
        let changes = settings::resumed(&args.run)?;
        let chosen = device::open(args.run.device).await?;
        drive.resume(path, &changes, &chosen).await?;
    } else {
        let config = settings::train(args)?;
        if args.run.dry_run {
            dry_run::print(&[config])?;
            return Ok(ExitCode::SUCCESS);
        }
        let chosen = device::open(args.run.device).await?;
        drive.add(vec![config], &args.run.out, &chosen).await?;
    }
    let outcome = drive.finish().await?;
    let groups = report::read(&[("run".to_owned(), outcome.folders.clone())])?;
    println!("{}", report::results_table(&groups));
    finish::say(&outcome)
}
