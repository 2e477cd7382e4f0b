//! `compare`: trains methods side by side from one seed, in lock-step, and writes one report.

use std::process::ExitCode;

use anyhow::Result;
use tightrope_core::{config::RunConfig, data};

use super::{
    args::CompareArgs,
    drive::{Drive, Outcome},
    dry_run, finish,
    output::say,
    settings,
};
use crate::{
    device,
    report::{self, Group, read_runs},
};

/// Runs the subcommand.
pub async fn run(args: &CompareArgs) -> Result<ExitCode> {
    let groups = settings::compare(args)?;
    if args.run.dry_run {
        let all: Vec<RunConfig> = groups.into_iter().flat_map(|g| g.runs).collect();
        dry_run::print(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = args
        .report
        .clone()
        .unwrap_or_else(|| args.run.out.join("report.html"));
    // Checked before training, so that a wrong path costs no time.
    report::check(&file)?;
    for config in groups.iter().flat_map(|g| &g.runs) {
        data::parse_source(&config.data.source)?;
    }
    let chosen = device::open_crossing(args.run.device, args.run.crossing()).await?;
    if !args.run.quiet {
        say(format_args!("device: {} ({})", chosen.name, chosen.reason))?;
    }
    let mut total = Outcome::default();
    let mut results = Vec::new();
    for group in groups {
        if !args.run.quiet {
            say(format_args!("\n{}", group.title))?;
        }
        let mut drive = Drive::new(args.run.quiet)?;
        drive.add(group.runs, &args.run.out, &chosen).await?;
        let outcome = drive.finish().await;
        let (runs, unreadable) = read_runs(&outcome.folders);
        results.push(Group {
            title: group.title,
            runs,
        });
        total
            .failures
            .extend(unreadable.iter().map(ToString::to_string));
        total.interrupted.extend(outcome.interrupted);
        total.failures.extend(outcome.failures);
        total.stopped = outcome.stopped;
        if total.stopped {
            break;
        }
    }
    report::write(&file, report::TITLE, &results)?;
    for line in report::notices(&results) {
        say(line)?;
    }
    say(format_args!("\n{}", report::results_table(&results)))?;
    say(format_args!("runs:   {}", args.run.out.display()))?;
    say(format_args!("report: {}", file.display()))?;
    finish::tell(&total)
}
