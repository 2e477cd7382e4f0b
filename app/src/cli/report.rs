//! `report`: writes one page on run folders, and the same results for documents.

use std::path::PathBuf;

use anyhow::Result;
use tightrope_core::error::collect;

use super::{args::ReportArgs, output::say};
use crate::{lab::run_folders, report};

/// Runs the subcommand.
pub fn run(args: &ReportArgs) -> Result<()> {
    report::check(&args.out)?;
    if let Some(place) = &args.markdown {
        place.check()?;
    }
    let mut folders: Vec<PathBuf> = args
        .runs
        .iter()
        .flat_map(|path| run_folders(path))
        .collect();
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    let (runs, wrong) = report::read_runs(&folders);
    let groups = collect(wrong, Ok(report::grouped(runs)))?;
    report::write(&args.out, report::TITLE, &groups)?;
    for line in report::notices(&groups) {
        say(line)?;
    }
    say(report::results_table(&groups))?;
    say(format_args!("report: {}", args.out.display()))?;
    if let Some(place) = &args.markdown {
        place.write(&groups, args.against.as_deref())?;
        say(format_args!("markdown: {}", place.file().display()))?;
    }
    if let Some(folder) = &args.figures {
        for file in report::write_figures(folder, &groups)? {
            say(format_args!("figure: {}", file.display()))?;
        }
    }
    Ok(())
}
