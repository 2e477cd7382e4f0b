//! `compare`: methods side by side from one seed, in lock-step, and one report.

use std::process::ExitCode;

use anyhow::Result;
use tightrope_core::{config::RunConfig, data, device};

use super::{
    args::CompareArgs,
    drive::{Drive, Outcome},
    dry_run, finish, settings,
};
use crate::report;

/// Runs the subcommand.
pub async fn run(args: &CompareArgs) -> Result<ExitCode> {
    let groups = settings::compare(args)?;
    if args.run.dry_run {
        let all: Vec<RunConfig> = groups.into_iter().flat_map(|g| g.runs).collect();
        dry_run::print(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    // All data are looked at before anything trains, so that a wrong path costs no time.
    for config in groups.iter().flat_map(|g| &g.runs) {
        data::parse_source(&config.data.source)?;
    }
    let chosen = device::open(args.run.device).await?;
    if !args.run.quiet {
        println!("device: {} ({})", chosen.name, chosen.reason);
    }
    let mut total = Outcome {
        folders: Vec::new(),
        interrupted: false,
        failures: Vec::new(),
    };
    let mut folders = Vec::new();
    for group in groups {
        if !args.run.quiet {
            println!("\n{}", group.title);
        }
        let mut drive = Drive::new(args.run.quiet);
        drive.add(group.runs, &args.run.out, &chosen).await?;
        let outcome = drive.finish().await?;
        folders.push((group.title, outcome.folders.clone()));
        total.folders.extend(outcome.folders);
        total.failures.extend(outcome.failures);
        total.interrupted |= outcome.interrupted;
        if total.interrupted {
            break;
        }
    }
    let read = report::read(&folders)?;
    let file = args
        .report
        .clone()
        .unwrap_or_else(|| args.run.out.join("report.html"));
    report::write(&file, "Who kept the balance?", &read)?;
    println!("\n{}", report::results_table(&read));
    println!("report: {}", file.display());
    finish::say(&total)
}
