//! Runs a group of runs to their end: session, run folders, progress, interruption.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};
use tightrope_core::{
    config::RunConfig,
    data::{self, Dataset},
    device::Chosen,
    event::{Command, EndReason, Event},
    record::{Checkpoint, RunFolder, checkpoint},
    run::Run,
    session::{RunId, Session},
};

use super::progress::Progress;

/// How a group ended.
pub struct Outcome {
    /// The run folders, in order.
    pub folders: Vec<PathBuf>,
    /// Whether the user interrupted.
    pub interrupted: bool,
    /// Runs that failed, in words.
    pub failures: Vec<String>,
}

/// Runs that advance together, each with its folder.
pub struct Drive {
    session: Session,
    folders: Vec<RunFolder>,
    progress: Progress,
}

impl Drive {
    /// An empty drive; `quiet` shows no progress.
    pub fn new(quiet: bool) -> Self {
        Self {
            session: Session::new(),
            folders: Vec::new(),
            progress: Progress::new(quiet),
        }
    }

    /// Adds fresh runs. Every setting and every dataset is checked before the first folder is made.
    pub async fn add(
        &mut self,
        configs: Vec<RunConfig>,
        out: &Path,
        chosen: &Chosen,
    ) -> Result<()> {
        let mut datasets: Vec<(tightrope_core::config::DataConfig, Arc<Dataset>)> = Vec::new();
        let mut runs = Vec::new();
        for config in configs {
            let dataset = match datasets.iter().find(|(known, _)| *known == config.data) {
                Some((_, dataset)) => dataset.clone(),
                None => {
                    let dataset = Arc::new(data::open(&config.data)?);
                    datasets.push((config.data.clone(), dataset.clone()));
                    dataset
                }
            };
            runs.push(Run::new(config, dataset, &chosen.device, &chosen.name).await?);
        }
        for run in runs {
            let mut folder = RunFolder::create(out, &run.config)?;
            folder.reals(&run.feed().examples(real_examples(&run), run.config.seed))?;
            self.progress.add(&run.config, folder.path());
            self.folders.push(folder);
            self.session.add(run).await?;
        }
        Ok(())
    }

    /// Adds a run that continues from its last checkpoint, with some settings changed.
    pub async fn resume(
        &mut self,
        path: &Path,
        changes: &[(String, String)],
        chosen: &Chosen,
    ) -> Result<()> {
        let file = checkpoint::latest(path)?;
        let stored = Checkpoint::load(&file)?;
        let mut config = tightrope_core::run::config_of(&stored)?;
        for (key, value) in changes {
            let key = config.full_key(key)?;
            match key.as_str() {
                "iterations" | "data.source" => config.set(&key, value)?,
                _ if key.starts_with("record.") => config.set(&key, value)?,
                _ => drop(config.set_live(&key, value)?),
            }
        }
        config.validate()?;
        let dataset = Arc::new(data::open(&config.data)?);
        let mut run = Run::new(config, dataset, &chosen.device, &chosen.name).await?;
        let resumed = run.restore(&stored).await?;
        let mut folder = RunFolder::open(path, run.iteration())?;
        folder.set_config(&run.config)?;
        checkpoint::forget_after(path, run.iteration())?;
        self.progress.add(&run.config, path);
        self.folders.push(folder);
        self.session.add_resumed(run, resumed);
        Ok(())
    }

    /// Advances all runs until they end or the user interrupts; either way every run leaves a checkpoint.
    pub async fn finish(mut self) -> Result<Outcome> {
        let interrupted = interruption()?;
        let mut failures = Vec::new();
        self.record(&mut failures).await?;
        let mut told = false;
        while !self.session.is_over() {
            if interrupted.load(Ordering::Relaxed) && !told {
                told = true;
                for id in 0..self.session.len() {
                    self.session.command(id, Command::Stop);
                }
            }
            self.session.advance().await;
            self.record(&mut failures).await?;
        }
        self.progress.finish();
        let folders = self.folders.iter().map(|f| f.path().to_owned()).collect();
        Ok(Outcome {
            folders,
            interrupted: told,
            failures,
        })
    }

    async fn record(&mut self, failures: &mut Vec<String>) -> Result<()> {
        for id in self.session.drain_checkpoints() {
            self.checkpoint(id).await?;
        }
        let mut due = Vec::new();
        for (id, event) in self.session.drain() {
            match &event {
                Event::Stats(stats) if self.is_due(id, stats.iteration) => due.push(id),
                // A diverged run keeps its last good checkpoint; any other end writes one.
                Event::Ended {
                    reason: EndReason::Failed(why),
                    ..
                } => {
                    failures.push(format!("{}: {why}", self.folders[id].path().display()));
                }
                Event::Ended { .. } => {
                    due.retain(|&other| other != id);
                    self.checkpoint(id).await?;
                }
                _ => {}
            }
            self.folders[id]
                .apply(&event)
                .with_context(|| self.where_to_go_on(id))?;
            self.progress.apply(id, &event);
        }
        // After everything else that its iteration says: a resumed record begins behind this line.
        for id in due {
            self.checkpoint(id).await?;
        }
        Ok(())
    }

    async fn checkpoint(&mut self, id: RunId) -> Result<()> {
        let Some(run) = self.session.run_mut(id) else {
            return Ok(());
        };
        let stored = run.checkpoint().await?;
        let iteration = run.iteration();
        let file = self.folders[id]
            .save_checkpoint(iteration, &stored)
            .with_context(|| self.where_to_go_on(id))?;
        self.folders[id].apply(&Event::Checkpoint { iteration, file })?;
        Ok(())
    }

    fn is_due(&self, id: RunId, iteration: u64) -> bool {
        let every = self
            .session
            .run(id)
            .map_or(0, |run| run.config.record.checkpoint_every);
        every > 0 && iteration.is_multiple_of(every)
    }

    fn where_to_go_on(&self, id: RunId) -> String {
        let path = self.folders[id].path().display();
        format!(
            "the record could not be written; free some space, then `tightrope train --resume {path}`"
        )
    }
}

fn real_examples(run: &Run) -> usize {
    if run.feed().shape().1 == 1 { 1000 } else { 64 }
}

/// Set by Ctrl-C; a second one ends the program at once.
fn interruption() -> Result<&'static AtomicBool> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    static INSTALLED: OnceLock<()> = OnceLock::new();
    if INSTALLED.set(()).is_ok() {
        ctrlc::set_handler(|| {
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
        .context("Ctrl-C cannot be caught")?;
    }
    Ok(&ASKED)
}
