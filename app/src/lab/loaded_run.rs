//! Runs read from disk.

use std::path::{Path, PathBuf};

use tightrope_core::{
    Result,
    config::AveragingRule,
    event::{Event, SampleData, Samples},
    fs,
    history::History,
    progress::Progress,
    record::{StoredRun, heal, is_run_folder, read_run},
};

/// The folder itself if it is a run folder, else the run folders in it.
pub fn run_folders(path: &Path) -> Vec<PathBuf> {
    if is_run_folder(path) {
        return vec![path.to_owned()];
    }
    let mut inside: Vec<PathBuf> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_run_folder(path))
        .collect();
    inside.sort();
    if inside.is_empty() {
        // Reading the folder gives an error that says what is wrong with it.
        inside.push(path.to_owned());
    }
    inside
}

/// A run, read from its folder.
pub struct LoadedRun {
    /// The run folder.
    pub folder: PathBuf,
    /// All its events, including samples.
    pub history: History,
    /// Real samples.
    pub reals: Option<SampleData>,
}

/// Reads a run and its samples. `progress` counts the samples.
pub fn read(folder: &Path, progress: &dyn Progress) -> Result<LoadedRun> {
    heal(folder);
    let mut run = read_run(folder)?;
    let averaged = run.config.averaging.rule != AveragingRule::None;
    let mut moments = run.moments()?.into_iter().peekable();
    for (index, grid) in run.grids.iter().enumerate() {
        progress.at(index, run.grids.len())?;
        let data = grid.read(run.config.data.channels(), run.config.data.side)?;
        run.history.apply(&Event::Samples(Samples {
            iteration: grid.iteration,
            averaged,
            data,
        }));
        while let Some((_, event)) = moments.next_if(|&(at, _)| at <= grid.iteration) {
            run.history.apply(&event);
        }
    }
    Ok(LoadedRun {
        folder: folder.to_owned(),
        reals: reals(&run)?,
        history: run.history,
    })
}

fn reals(run: &StoredRun) -> Result<Option<SampleData>> {
    if let Some(points) = &run.reals {
        return Ok(Some(SampleData::Points(points.clone())));
    }
    run.reals_png
        .as_deref()
        .map(|png| {
            tightrope_core::record::ungrid(png, run.config.data.channels(), run.config.data.side)
        })
        .transpose()
}
