//! Reads run folders and groups their runs for comparison.

use std::path::PathBuf;

use tightrope_core::{
    Problem, preset,
    record::{StoredRun, heal, read_run},
};

use super::Group;

/// Reads run folders. Returns the runs, and a problem for each folder it cannot read.
pub fn read_runs(folders: &[PathBuf]) -> (Vec<StoredRun>, Vec<Problem>) {
    let mut runs = Vec::new();
    let mut wrong = Vec::new();
    for folder in folders {
        heal(folder);
        match read_run(folder) {
            Ok(run) => runs.push(run),
            Err(error) => wrong.extend(error.into_problems()),
        }
    }
    (runs, wrong)
}

/// Groups runs by preset and dataset.
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

fn title(run: &StoredRun) -> String {
    let (name, source) = (&run.config.preset, &run.config.data.source);
    let kind = source.split(':').next().unwrap_or_default();
    match preset::find(name) {
        Ok(preset) if (preset.build)().data.source == kind => name.clone(),
        _ => format!("{name} on {source}"),
    }
}
