//! A run on disk, ready to continue or to sample from.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    Error, Result,
    config::RunConfig,
    device::Chosen,
    error::collect,
    event::Event,
    fs,
    record::{Checkpoint, Origin, checkpoint, has_ended, is_run_folder},
    run::{Run, placeholder_data},
};

/// A checkpoint with the run folder it belongs to and its settings.
pub struct RunCheckpoint {
    /// The run folder.
    pub folder: PathBuf,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Iterations finished at the checkpoint.
    pub iteration: u64,
    /// The settings of the checkpoint.
    pub config: RunConfig,
    /// Iteration of the folder's newest checkpoint when this one was read.
    newest: u64,
}

impl RunCheckpoint {
    /// Reads the latest checkpoint of a run folder, or the checkpoint that `at` names.
    pub fn open(at: &Path) -> Result<Self> {
        let file = if checkpoint::iteration_of(at).is_some() && fs::is_file(at) {
            at.to_owned()
        } else if at.extension().is_some_and(|end| end == "safetensors") && fs::is_file(at) {
            return Err(Error::Record(format!(
                "{}: a checkpoint goes on in its run's folder; put it there as checkpoints/001500.safetensors, by the \
                 iteration it is of, beside config.json",
                at.display()
            )));
        } else if fs::exists(at) && !is_run_folder(at) {
            return Err(Error::Record(format!(
                "{}: not a run folder (it has no config.json); run folders look like \
                 runs/00007-cifar10-static-dG0.10-s42",
                at.display()
            )));
        } else {
            checkpoint::latest(at)?
        };
        let folder = file
            .parent()
            .and_then(Path::parent)
            .unwrap_or(at)
            .to_owned();
        let newest = checkpoint::list(&folder)?.pop();
        let stored = Checkpoint::load(&file)?;
        let iteration = checkpoint::iteration_of(&file).unwrap_or_default();
        if let Some(own) = stored.iteration()
            && own != iteration
        {
            return Err(Error::Record(format!(
                "{}: a checkpoint of iteration {own}; give it its own name, {own:06}.safetensors",
                file.display()
            )));
        }
        Ok(Self {
            config: stored
                .config()
                .map_err(|error| Error::Record(format!("{}: {error}", file.display())))?,
            iteration,
            newest: newest.map_or(iteration, |(newest, _)| newest),
            checkpoint: stored,
            folder,
        })
    }

    pub(super) fn origin(&self) -> Origin {
        Origin {
            iteration: self.iteration,
            newest: self.newest,
            events: self.checkpoint.events,
        }
    }

    /// Whether a run with these settings has nothing left to do. One that was killed between its
    /// last checkpoint and its end still has to end.
    pub fn is_done(&self, config: &RunConfig) -> bool {
        config.total_iterations() <= self.iteration && has_ended(&self.folder)
    }

    /// A run with the checkpoint's networks, for drawing samples; it needs no data. z come from
    /// `seed`, or from the run's own.
    pub async fn generator(&self, seed: Option<u64>, chosen: &Chosen) -> Result<Run> {
        let mut config = self.config.clone();
        // Weights and masks come from the checkpoint, so the seed only decides z.
        config.seed = seed.unwrap_or(config.seed);
        let dataset = Arc::new(placeholder_data(&config)?);
        let mut run = Run::new(config, dataset, chosen).await?;
        run.restore_nets(&self.checkpoint).await?;
        Ok(run)
    }

    /// The settings after `changes`, with an event for the record of each. All errors are reported
    /// at once.
    pub fn changed(&self, changes: &[(String, String)]) -> Result<(RunConfig, Vec<Event>)> {
        let mut config = self.config.clone();
        let mut events = Vec::new();
        let mut problems = Vec::new();
        for (key, value) in changes {
            match change(&mut config, key, value) {
                Ok(key) => events.push(Event::Edited {
                    iteration: self.iteration,
                    key,
                    value: value.clone(),
                }),
                Err(error) => problems.extend(error.into_problems()),
            }
        }
        collect(problems, config.validate_running())?;
        Ok((config, events))
    }
}

/// Changes one setting of a stopped run: a live one, its length, or the place of its data.
fn change(config: &mut RunConfig, key: &str, value: &str) -> Result<String> {
    let key = config.full_key(key)?;
    let may_change = [
        "iterations",
        "pruning.iterations",
        "data.source",
        "data.memory",
    ]
    .contains(&key.as_str())
        || RunConfig::live_keys().contains(&key.as_str());
    if may_change {
        config.set(&key, value)?;
        return Ok(key);
    }
    // The error names the settings that may change.
    config.clone().set_live(&key, value)
}
