//! Runs a group of runs to their end: session, run folders, progress, interruption.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Result;
use tightrope_core::{
    Error,
    config::{DataConfig, RunConfig},
    data::{self, Dataset},
    device::Chosen,
    event::{Command, EndReason, Event},
    record::{RunFolder, checkpoint},
    run::Run,
    session::{RunId, RunState, Session},
};

use super::{interruption::interruption, progress::Progress, stored::Stored};

/// How a group ended.
#[derive(Default)]
pub struct Outcome {
    /// The run folders, in order.
    pub folders: Vec<PathBuf>,
    /// Those whose runs were interrupted.
    pub interrupted: Vec<PathBuf>,
    /// Runs that failed, in words.
    pub failures: Vec<String>,
    /// Whether the user asked to stop.
    pub stopped: bool,
}

/// Runs that advance together, each with its folder.
pub struct Drive {
    session: Session,
    tracks: Vec<Track>,
    progress: Progress,
    asked_to_stop: &'static AtomicBool,
    outcome: Outcome,
}

/// A run's folder and how far it is written.
struct Track {
    folder: RunFolder,
    /// The iteration up to which checkpoints have been seen to.
    seen: u64,
    /// Whether the folder has refused a line; it is not written to again.
    lost: bool,
}

impl Drive {
    /// An empty drive; `quiet` shows no progress. From here on an interruption is an orderly end.
    ///
    /// # Errors
    /// When the system does not let interruptions be caught.
    pub fn new(quiet: bool) -> Result<Self> {
        Ok(Self {
            session: Session::new(),
            tracks: Vec::new(),
            progress: Progress::new(quiet),
            asked_to_stop: interruption()?,
            outcome: Outcome::default(),
        })
    }

    /// Adds fresh runs. The first folder is made when everything else has succeeded, and none stays unless all do.
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
        let mut datasets: Vec<(DataConfig, Arc<Dataset>)> = Vec::new();
        let mut runs = Vec::new();
        for config in configs {
            let dataset = match datasets
                .iter()
                .find(|(known, _)| is_same(known, &config.data))
            {
                Some((_, dataset)) => dataset.clone(),
                None => {
                    let dataset = Arc::new(data::open(&config.data)?);
                    datasets.push((config.data.clone(), dataset.clone()));
                    dataset
                }
            };
            runs.push(Run::new(config, dataset, chosen).await?);
        }
        let mut reals = Vec::new();
        for run in runs {
            reals.push((
                run.config.clone(),
                run.feed().examples(real_examples(&run), run.config.seed),
            ));
            self.session.add(run).await?;
        }
        let mut folders = Vec::new();
        for (config, reals) in &reals {
            let made = RunFolder::create(out, config).and_then(|folder| {
                folders.push(folder);
                match folders.last_mut() {
                    Some(folder) => folder.reals(reals),
                    None => Ok(()),
                }
            });
            if let Err(error) = made {
                for folder in folders {
                    // The first error is the one worth telling.
                    let _ = std::fs::remove_dir_all(folder.path());
                }
                return Err(error.into());
            }
        }
        for (folder, (config, _)) in folders.into_iter().zip(&reals) {
            self.progress.add(config, folder.path());
            self.track(folder, 0);
        }
        Ok(())
    }

    /// Adds a run that continues from its checkpoint with these settings; `changes` say what is new about them.
    ///
    /// # Errors
    /// When the data or the folder are wrong, or the device fails.
    pub async fn resume(
        &mut self,
        stored: &Stored,
        config: RunConfig,
        changes: Vec<Event>,
        chosen: &Chosen,
    ) -> Result<()> {
        let dataset = Arc::new(data::open(&config.data)?);
        let mut run = Run::new(config, dataset, chosen).await?;
        let mut opening = vec![run.restore(&stored.checkpoint).await?];
        if !changes.is_empty() {
            run.happened(run.iteration(), resumption(&changes));
        }
        opening.extend(changes);
        let mut folder = RunFolder::open(&stored.folder, run.iteration())?;
        folder.set_config(&run.config)?;
        self.progress.add(&run.config, &stored.folder);
        self.track(folder, run.iteration());
        self.session.add_resumed(run, opening);
        Ok(())
    }

    fn track(&mut self, folder: RunFolder, seen: u64) {
        self.tracks.push(Track {
            folder,
            seen,
            lost: false,
        });
    }

    /// Advances all runs until they end or the user interrupts. A run that fails leaves the others alone.
    pub async fn finish(mut self) -> Outcome {
        self.record().await;
        while !self.session.is_over() {
            if self.asked_to_stop.load(Ordering::Relaxed) && !self.outcome.stopped {
                self.outcome.stopped = true;
                for id in 0..self.session.len() {
                    self.session.command(id, Command::Stop);
                }
            }
            self.session.advance().await;
            self.record().await;
        }
        self.progress.finish();
        self.outcome.folders = self.tracks.iter().map(|t| t.folder.path().into()).collect();
        self.outcome
    }

    /// Writes down what the runs have said, then the checkpoints that are due.
    async fn record(&mut self) {
        self.write_events().await;
        let mut due = self.session.drain_checkpoints();
        // After everything else that its iteration says: a resumed record begins behind this line.
        due.extend((0..self.tracks.len()).filter(|&id| self.is_due(id)));
        for id in due {
            self.checkpoint(id).await;
        }
        self.write_events().await;
    }

    async fn write_events(&mut self) {
        loop {
            let events = self.session.drain();
            if events.is_empty() {
                return;
            }
            for (id, event) in events {
                self.apply(id, &event).await;
            }
        }
    }

    async fn apply(&mut self, id: RunId, event: &Event) {
        if let Event::Ended { reason, iteration } = event {
            self.tracks[id].seen = *iteration;
            match reason {
                // What it computed last is not to be trusted: the last good checkpoint stays the last.
                EndReason::Failed(why) => self.fail(id, why),
                EndReason::Finished => self.checkpoint(id).await,
                EndReason::Stopped => {
                    self.checkpoint(id).await;
                    let folder = self.tracks[id].folder.path().into();
                    self.outcome.interrupted.push(folder);
                }
            }
        }
        self.write(id, event).await;
        self.progress.apply(id, event);
    }

    /// Writes one event down. A folder that refuses it ends its run, with a checkpoint where one still fits.
    async fn write(&mut self, id: RunId, event: &Event) {
        let track = &mut self.tracks[id];
        if track.lost {
            return;
        }
        let Err(error) = track.folder.apply(event) else {
            return;
        };
        track.lost = true;
        let saved = match self.session.run_mut(id) {
            Some(run) => match run.checkpoint().await {
                Ok(stored) => track.folder.save_checkpoint(run.iteration(), &stored),
                Err(error) => Err(error),
            },
            None => return,
        };
        let and = match saved {
            Ok(_) => "but a last checkpoint was written",
            Err(_) => "nor was there room for a last checkpoint",
        };
        self.end(
            id,
            format!("the record could not be written ({error}), {and}"),
        );
    }

    async fn checkpoint(&mut self, id: RunId) {
        let Some(run) = self.session.run_mut(id) else {
            return;
        };
        let track = &mut self.tracks[id];
        let iteration = run.iteration();
        track.seen = iteration;
        if track.lost {
            return;
        }
        let written = match run.checkpoint().await {
            Ok(stored) => track.folder.save_checkpoint(iteration, &stored),
            Err(error) => Err(error),
        };
        match written {
            Ok(file) => self.write(id, &Event::Checkpoint { iteration, file }).await,
            Err(error @ Error::Diverged { .. }) => self.end(id, error.to_string()),
            Err(error) => self.end(id, format!("a checkpoint could not be written ({error})")),
        }
    }

    /// Ends a run whose record or state is broken; one that has ended already has failed all the same.
    fn end(&mut self, id: RunId, why: String) {
        let over = self
            .session
            .state(id)
            .is_none_or(|state| state == RunState::Ended);
        if over {
            self.fail(id, &why);
        } else {
            self.session.fail(id, why);
        }
    }

    fn fail(&mut self, id: RunId, why: &str) {
        let folder = self.tracks[id].folder.path();
        let shown = folder.display();
        let last = checkpoint::latest(folder)
            .ok()
            .and_then(|file| checkpoint::iteration_of(&file));
        let way_on = match last {
            Some(iteration) => format!(
                "its last checkpoint is of iteration {iteration}: `tightrope train --resume {shown}`"
            ),
            None => "it has no checkpoint yet".to_owned(),
        };
        self.outcome
            .failures
            .push(format!("{shown}: {why}; {way_on}"));
    }

    /// Whether the run has come to an iteration that wants a checkpoint.
    fn is_due(&self, id: RunId) -> bool {
        let Some(run) = self.session.run(id) else {
            return false;
        };
        let (every, at) = (run.config.record.checkpoint_every, run.iteration());
        at > self.tracks[id].seen && every > 0 && at.is_multiple_of(every)
    }
}

fn resumption(changes: &[Event]) -> String {
    let changed: Vec<String> = changes
        .iter()
        .filter_map(|change| match change {
            Event::Edited { key, value, .. } => Some(format!("{key} = {value}")),
            _ => None,
        })
        .collect();
    format!("resumed with {}", changed.join(", "))
}

/// Whether two runs read the same pixels; flipping is done batch by batch.
fn is_same(a: &DataConfig, b: &DataConfig) -> bool {
    (&a.source, a.side, a.limit) == (&b.source, b.side, b.limit)
}

fn real_examples(run: &Run) -> usize {
    if run.feed().shape().1 == 1 { 1000 } else { 64 }
}

fn check_out(out: &Path) -> Result<(), Error> {
    if out.exists() && !out.is_dir() {
        return Err(Error::Settings(vec![format!(
            "out: {}: this is a file; name the folder that run folders go to",
            out.display()
        )]));
    }
    Ok(())
}
