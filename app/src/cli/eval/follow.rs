//! Runs judged while they train, by a process of its own: training neither waits nor slows down for it but by what it takes
//! of the machine.

use std::{
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use anyhow::Result;
use tightrope_core::{
    Error,
    evaluation::Evaluation,
    progress::Progress,
    record::{checkpoint, has_ended, read_evaluations, write_whole},
};

use super::{
    super::{evaluating::Work, output::say},
    judge::Judge,
};
use crate::lab::Stored;

/// How long to wait before looking for new checkpoints again.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where the best checkpoint of a run lies.
const BEST: &str = "best";

/// Judges each run's newest checkpoint whenever there is one, until all runs have ended.
pub async fn follow(judge: &mut Judge<'_>, mut runs: Vec<PathBuf>) -> Result<()> {
    runs.dedup();
    let waiting = Work::begin("waiting for checkpoints", true)?;
    let mut judged: Vec<Option<u64>> = vec![None; runs.len()];
    loop {
        let mut is_over = true;
        for (run, judged) in runs.iter().zip(&mut judged) {
            // Asked first: what an ended run has written is all there.
            is_over &= has_ended(run);
            let newest = checkpoint::list(run)?.pop();
            let Some((iteration, file)) =
                newest.filter(|(iteration, _)| Some(*iteration) > judged.or(Some(0)))
            else {
                continue;
            };
            is_over = false;
            let stored = match Stored::open(&file) {
                Ok(stored) => stored,
                // A run keeps only its last checkpoints.
                Err(_) if !file.exists() => continue,
                Err(error) => return Err(error.into()),
            };
            let evaluation = judge.judge(&stored).await?;
            *judged = Some(iteration);
            keep_best(run, &stored, &evaluation)?;
        }
        if is_over {
            return Ok(());
        }
        waiting.at(0, 0)?;
        sleep(PATIENCE);
    }
}

/// Puts the checkpoint in place of the best one so far, if no comparable evaluation of the run has a smaller distance. A
/// network that has been pruned is not measured by what it was before.
fn keep_best(run: &Path, stored: &Stored, evaluation: &Evaluation) -> Result<()> {
    let stage = |evaluation: &Evaluation| stored.config.stage_of(evaluation.samples.iteration);
    let is_beaten = read_evaluations(run)?.iter().any(|other| {
        stage(other) == stage(evaluation)
            && other.is_comparable(evaluation)
            && other.frechet < evaluation.frechet
    });
    if is_beaten {
        return Ok(());
    }
    let folder = run.join(BEST);
    fs::create_dir_all(&folder).map_err(|error| Error::io(&folder, error))?;
    let file = folder.join(format!("{:06}.safetensors", stored.iteration));
    write_whole(&file, &stored.checkpoint.to_bytes()?)?;
    let entries = fs::read_dir(&folder).map_err(|error| Error::io(&folder, error))?;
    for other in entries.flatten().map(|entry| entry.path()) {
        if other != file && checkpoint::iteration_of(&other).is_some() {
            fs::remove_file(&other).map_err(|error| Error::io(&other, error))?;
        }
    }
    say(format_args!(
        "  the best so far, kept as {BEST}/{:06}.safetensors",
        stored.iteration
    ))?;
    Ok(())
}
