//! Exports: run data as files for other programs.

mod files;
mod table;
mod what;

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tightrope_core::{
    Error,
    config::AveragingRule,
    error::collect,
    fs,
    progress::{Piece, Progress},
    record::{
        Checkpoint, Generator, Grid, Moving, StoredRun, animate, checkpoint, list_samples, pack,
        picture, png_bytes, png_of, read_config, read_events, read_run, read_stats,
    },
};

use crate::{paths::absolute, report};
pub use files::Files;
use table::{EVENTS, STATS, Table, add_line};
pub use what::What;

/// Default folder for exports, beside the run folders.
pub const FOLDER: &str = "take-away";
/// Valid scales.
pub const SCALES: RangeInclusive<i64> = 1..=16;
/// Start of the name of a file about several runs.
const COMPARISON: &str = "comparison";

/// Options of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whether weights and samples come from the live generator instead of the averaged one.
    pub raw: bool,
    /// Screen pixels per pixel of an image; a scatter is 480 times as wide. `None` leaves the size
    /// in the run folder.
    pub scale: Option<u32>,
    /// Takes the last samples up to this iteration; `None` takes the last of all.
    pub at: Option<u64>,
}

/// The default folder for exports about this run.
pub fn beside(run: &Path) -> PathBuf {
    let run = absolute(run);
    run.parent().unwrap_or(&run).join(FOLDER)
}

/// Writes `what` of these run folders into the folder `into`, and returns the files. An error
/// removes all of them.
///
/// # Errors
/// When a run lacks it, a file cannot be read or written, or `progress` calls it off.
pub fn export(
    what: What,
    runs: &[PathBuf],
    options: &Options,
    into: &Path,
    progress: &dyn Progress,
) -> Result<Vec<PathBuf>> {
    let mut files = Files::new(into)?;
    match what {
        What::Report => {
            let (read, wrong) = report::read_runs(runs);
            let groups = collect(wrong, Ok(report::grouped(read)))?;
            progress.at(0, 0)?;
            let page = report::render(report::TITLE, &groups)?;
            files.write("report", "html", page.as_bytes())?;
        }
        What::Csv => {
            let (mut stats, mut events) = (Table::new(&STATS), Table::new(&EVENTS));
            each(runs, progress, |run, name, _| {
                read_stats(run)?
                    .iter()
                    .try_for_each(|row| stats.add(name, row))?;
                read_events(run)?
                    .iter()
                    .try_for_each(|row| events.add(name, row))
            })?;
            files.write(&format!("{COMPARISON}-stats"), "csv", &stats.finish())?;
            files.write(&format!("{COMPARISON}-events"), "csv", &events.finish())?;
        }
        What::Jsonl => {
            let (mut stats, mut events) = (Vec::new(), Vec::new());
            each(runs, progress, |run, name, _| {
                read_stats(run)?
                    .iter()
                    .try_for_each(|row| add_line(&mut stats, name, row))?;
                read_events(run)?
                    .iter()
                    .try_for_each(|row| add_line(&mut events, name, row))
            })?;
            files.write(&format!("{COMPARISON}-stats"), "jsonl", &stats)?;
            files.write(&format!("{COMPARISON}-events"), "jsonl", &events)?;
        }
        What::Run => each(runs, progress, |run, name, part| {
            Ok(files.write(name, "zip", &pack(run, name, part)?)?)
        })?,
        What::Samples
        | What::Gif
        | What::Apng
        | What::Checkpoint
        | What::Generator
        | What::Csr
        | What::Settings => each(runs, progress, |run, name, part| {
            one(what, run, options, part).and_then(|(stem, ending, bytes)| {
                Ok(files.write(&format!("{name}-{stem}"), ending, &bytes)?)
            })
        })?,
    }
    Ok(files.keep())
}

/// Writes pixels of the screen, row by row, as a PNG.
///
/// # Errors
/// When the file cannot be written.
pub fn screen(name: &str, size: [u32; 2], rgb: Vec<u8>, into: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Files::new(into)?;
    files.write(name, "png", &png_of(size[0], size[1], rgb)?)?;
    Ok(files.keep())
}

/// Calls `work` for every run, with its folder and name, and reports progress.
fn each(
    runs: &[PathBuf],
    progress: &dyn Progress,
    mut work: impl FnMut(&Path, &str, &dyn Progress) -> Result<()>,
) -> Result<()> {
    let total = runs.len();
    for (done, run) in runs.iter().enumerate() {
        // Reads the config first, so that every kind of export reports a bad folder the same way.
        read_config(run)?;
        let name = run
            .file_name()
            .map_or_else(|| "run".into(), |name| name.to_string_lossy());
        if total == 1 {
            work(run, &name, progress)?;
        } else {
            progress.at(done, total)?;
            let whole = progress;
            work(run, &name, &Piece { whole, done, total })?;
        }
    }
    Ok(())
}

/// Makes a file of one run: the end of its name, its extension and its bytes.
fn one(
    what: What,
    run: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(String, &'static str, Vec<u8>)> {
    Ok(match what {
        What::Samples => {
            let (stored, raw, mut grids) = grids(run, options)?;
            grids.retain(|grid| options.at.is_none_or(|at| grid.iteration <= at));
            let grid = grids.last().ok_or_else(|| no_samples(run))?;
            let bytes = match options.scale {
                None => grid.png_bytes()?,
                Some(_) => png_bytes(&drawn(&stored, grid, options)?)?,
            };
            (format!("samples-{:06}{raw}", grid.iteration), "png", bytes)
        }
        What::Gif | What::Apng => {
            let (kind, ending) = match what {
                What::Gif => (Moving::Gif, "gif"),
                _ => (Moving::Apng, "apng"),
            };
            let (stored, raw, grids) = grids(run, options)?;
            let frames = grids.iter().map(|grid| drawn(&stored, grid, options));
            if grids.is_empty() {
                return Err(no_samples(run).into());
            }
            let bytes = animate(kind, grids.len(), frames, progress)?;
            (format!("samples{raw}"), ending, bytes)
        }
        What::Generator | What::Csr => {
            let file = checkpoint::latest(run)?;
            let iteration = checkpoint::iteration_of(&file).unwrap_or_default();
            let generator = Generator::of(&Checkpoint::load(&file)?, !options.raw)?;
            progress.at(0, 0)?;
            let (kind, bytes) = match what {
                What::Csr => ("generator-csr", generator.csr()?),
                _ => ("generator", generator.dense()?),
            };
            let raw = if generator.is_averaged() { "" } else { "-raw" };
            (format!("{kind}-{iteration:06}{raw}"), "safetensors", bytes)
        }
        What::Checkpoint => {
            let file = checkpoint::latest(run)?;
            let iteration = checkpoint::iteration_of(&file).unwrap_or_default();
            (
                format!("checkpoint-{iteration:06}"),
                "safetensors",
                read(&file)?,
            )
        }
        _ => ("config".to_owned(), "json", read(&run.join("config.json"))?),
    })
}

/// A run, the suffix for names of its pictures, and the pictures wanted.
fn grids(run: &Path, options: &Options) -> Result<(StoredRun, &'static str, Vec<Grid>)> {
    let stored = read_run(run)?;
    if options.raw && stored.config.averaging.rule != AveragingRule::None {
        return Ok((stored, "-raw", list_samples(run, false)?));
    }
    let grids = stored.grids.clone();
    Ok((stored, "", grids))
}

fn drawn(
    run: &StoredRun,
    grid: &Grid,
    options: &Options,
) -> tightrope_core::Result<tightrope_core::record::Picture> {
    let data = grid.read(run.config.data.channels(), run.config.data.side)?;
    Ok(picture(
        &data,
        run.reals.as_deref().unwrap_or_default(),
        options.scale,
    ))
}

fn no_samples(run: &Path) -> Error {
    Error::Record(format!(
        "{}: no such samples yet; train a little first",
        run.display()
    ))
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|error| Error::io(file, error))
}
