//! `report`: one page over run folders.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tightrope_core::{
    config::preset,
    record::{StoredRun, is_run_folder, read_run},
};

use super::{args::ReportArgs, output::say, problems};
use crate::report::{self, Group};

/// Runs the subcommand.
pub fn run(args: &ReportArgs) -> Result<()> {
    report::check(&args.out)?;
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
    let (runs, wrong) = read_runs(&folders);
    let groups = problems::collect(wrong, Ok(grouped(runs)))?;
    report::write(&args.out, "Who kept the balance?", &groups)?;
    say(report::results_table(&groups))?;
    say(format_args!("report: {}", args.out.display()))?;
    Ok(())
}

/// Reads run folders; those that cannot be read come back as what is wrong with them.
pub fn read_runs(folders: &[PathBuf]) -> (Vec<StoredRun>, Vec<String>) {
    let mut runs = Vec::new();
    let mut wrong = Vec::new();
    for folder in folders {
        match read_run(folder) {
            Ok(run) => runs.push(run),
            Err(error) => wrong.extend(problems::lines(&error)),
        }
    }
    (runs, wrong)
}

/// Puts runs of one preset and dataset side by side.
pub fn grouped(runs: Vec<StoredRun>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for run in runs {
        let title = title(&run);
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.runs.push(run),
            None => groups.push(Group {
                title,
                runs: vec![run],
            }),
        }
    }
    groups
}

/// A run folder itself; of any other folder the run folders in it.
fn run_folders(path: &Path) -> Vec<PathBuf> {
    if is_run_folder(path) {
        return vec![path.to_owned()];
    }
    let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_run_folder(path))
        .collect();
    inside.sort();
    if inside.is_empty() {
        // Reading it says what is wrong with it.
        inside.push(path.to_owned());
    }
    inside
}

fn title(run: &StoredRun) -> String {
    let (name, source) = (&run.config.preset, &run.config.data.source);
    let kind = source.split(':').next().unwrap_or_default();
    match preset::find(name) {
        Ok(preset) if (preset.build)().data.source == kind => name.clone(),
        _ => format!("{name} on {source}"),
    }
}
