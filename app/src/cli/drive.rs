//! Runs a group of runs to their end on a terminal: progress, interruption, outcome.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::Result;
use tightrope_core::{
    config::RunConfig,
    device::Chosen,
    event::{Command, EndReason, Event},
    session::{Datasets, RecordedSession, RunCheckpoint, RunId, check_out},
};

use super::{evaluating::Work, progress::Progress};
use crate::{estimate::check_memory, interruption::interruption};

/// Outcome of a group.
#[derive(Default)]
pub struct Outcome {
    /// The run folders, in order.
    pub folders: Vec<PathBuf>,
    /// Folders of the interrupted runs.
    pub interrupted: Vec<PathBuf>,
    /// Failures of runs, in words.
    pub failures: Vec<String>,
    /// Whether the user asked to stop.
    pub stopped: bool,
}

/// Runs that advance together until they end.
pub struct Drive {
    runs: RecordedSession,
    progress: Progress,
    asked_to_stop: &'static AtomicBool,
    quiet: bool,
    outcome: Outcome,
}

impl Drive {
    /// An empty drive; `quiet` hides the progress. From here on an interruption stops the runs in
    /// order.
    ///
    /// # Errors
    /// When the system does not let the program catch interruptions.
    pub fn new(quiet: bool) -> Result<Self> {
        Ok(Self {
            runs: RecordedSession::default(),
            progress: Progress::new(quiet),
            asked_to_stop: interruption()?,
            quiet,
            outcome: Outcome::default(),
        })
    }

    /// Adds new runs, or none of them on an error.
    ///
    /// # Errors
    /// When settings, data or the folder `out` are wrong, or the device fails.
    pub async fn add(
        &mut self,
        configs: Vec<RunConfig>,
        out: &Path,
        chosen: &Chosen,
    ) -> Result<()> {
        check_out(out)?;
        check_memory(&configs)?;
        let ready = Datasets::default().open_all(configs, &self.loading()?)?;
        let added = self.runs.add_ready(ready, out, chosen).await?;
        added.into_iter().for_each(|id| self.show(id));
        Ok(())
    }

    /// Adds a run that continues from its checkpoint with these settings; `changes` reports those
    /// that differ.
    ///
    /// # Errors
    /// When the data or the folder are wrong, or the device fails.
    pub async fn resume(
        &mut self,
        stored: &RunCheckpoint,
        config: RunConfig,
        changes: Vec<Event>,
        chosen: &Chosen,
    ) -> Result<()> {
        check_memory(std::slice::from_ref(&config))?;
        let dataset = Datasets::default().open(&config.data, &self.loading()?)?;
        let resumed = self
            .runs
            .resume_ready(stored, config, changes, dataset, chosen);
        let id = resumed.await?;
        self.show(id);
        Ok(())
    }

    fn loading(&self) -> Result<Work> {
        Work::begin("data", self.quiet)
    }

    fn show(&mut self, id: RunId) {
        if let Some(run) = self.runs.run(id) {
            self.progress.add(&run.config, self.runs.path(id));
        }
    }

    /// Advances all runs until they end or the user interrupts. A run that fails leaves the others
    /// running.
    pub async fn finish(mut self) -> Outcome {
        self.runs.record().await;
        self.tell();
        while !self.runs.is_over() {
            if self.asked_to_stop.load(Ordering::Relaxed) && !self.outcome.stopped {
                self.outcome.stopped = true;
                for id in 0..self.runs.len() {
                    self.runs.command(id, Command::Stop);
                }
            }
            self.runs.advance().await;
            self.tell();
        }
        self.progress.finish();
        let folders = (0..self.runs.len()).map(|id| self.runs.path(id).to_owned());
        self.outcome.folders = folders.collect();
        self.outcome
    }

    fn tell(&mut self) {
        for (id, event) in self.runs.drain() {
            match &event {
                Event::Ended {
                    reason: EndReason::Failed(why),
                    ..
                } => {
                    let folder = self.runs.path(id).display();
                    let way_on = match self.runs.last_checkpoint(id) {
                        Some(iteration) => format!(
                            "its last checkpoint is of iteration {iteration}: `tightrope train --resume {folder}`"
                        ),
                        None => "its folder or its checkpoints are gone".to_owned(),
                    };
                    let failure = format!("{folder}: {why}; {way_on}");
                    self.outcome.failures.push(failure);
                }
                Event::Ended {
                    reason: EndReason::Stopped,
                    ..
                } => self.outcome.interrupted.push(self.runs.path(id).to_owned()),
                _ => {}
            }
            self.progress.apply(id, &event);
        }
    }
}
