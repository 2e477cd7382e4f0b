//! Runs read from disk.

use std::path::{Path, PathBuf};

use tightrope_core::{
    Result,
    config::AveragingRule,
    event::{Event, SampleData, Samples},
    fs,
    history::History,
    progress::Progress,
    record::{StoredRun, is_run_folder, read_run},
};

/// A run folder itself; of any other folder the run folders in it.
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
        // Reading it says what is wrong with it.
        inside.push(path.to_owned());
    }
    inside
}

/// A run as its folder tells it.
pub struct Opened {
    /// Where it is recorded.
    pub folder: PathBuf,
    /// All it has said, samples too.
    pub history: History,
    /// Real samples.
    pub reals: Option<SampleData>,
}

/// Reads a run with its samples; `progress` hears of those.
pub fn read(folder: &Path, progress: &dyn Progress) -> Result<Opened> {
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
    Ok(Opened {
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
