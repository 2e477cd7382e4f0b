//! Runs that advance together, each with its folder: a session whose events are on disk before anybody sees them.

#[cfg(not(target_arch = "wasm32"))]
mod driven;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tightrope_core::{
    Error, Result,
    config::RunConfig,
    data::Dataset,
    device::Chosen,
    event::{Command, EndReason, Event, SampleData},
    fs,
    record::{RunFolder, checkpoint},
    run::Run,
    session::{RunId, RunState, Session},
};

use super::Stored;

/// A session with a run folder for every run.
#[derive(Default)]
pub struct Recorded {
    session: Session,
    tracks: Vec<Track>,
    said: Vec<(RunId, Event)>,
    /// What went wrong with runs that had ended already.
    late: Vec<(RunId, String)>,
}

/// A run's folder and how far it is written.
struct Track {
    path: PathBuf,
    /// Open while the run goes on and its folder takes what it says.
    folder: Option<RunFolder>,
    /// The iteration up to which checkpoints have been seen to; a fresh run has none yet.
    seen: Option<u64>,
}

impl Recorded {
    /// Adds fresh runs. The first folder is made when everything else has succeeded, and none stays unless all do.
    ///
    /// # Errors
    /// When settings or the folder `out` are wrong, or the device fails.
    pub async fn add_ready(
        &mut self,
        ready: Vec<(RunConfig, Arc<Dataset>)>,
        out: &Path,
        chosen: &Chosen,
    ) -> Result<Vec<RunId>> {
        let mut runs = Vec::new();
        for (config, dataset) in ready {
            runs.push(Run::new(config, dataset, chosen).await?);
        }
        let mut openings = Vec::new();
        for run in &mut runs {
            openings.push(run.opening().await?);
        }
        let folders = create_all(out, &runs)?;
        let mut added = Vec::new();
        for ((run, opening), folder) in runs.into_iter().zip(openings).zip(folders) {
            self.track(folder, None);
            added.push(self.session.add_opened(run, opening));
        }
        self.record().await;
        Ok(added)
    }

    /// Adds a run that continues from its checkpoint with these settings; `changes` say what is new about them.
    ///
    /// # Errors
    /// When the folder is wrong, or the device fails.
    pub async fn resume_ready(
        &mut self,
        stored: &Stored,
        config: RunConfig,
        changes: Vec<Event>,
        dataset: Arc<Dataset>,
        chosen: &Chosen,
    ) -> Result<RunId> {
        let mut run = Run::new(config, dataset, chosen).await?;
        let mut opening = vec![run.restore(&stored.checkpoint).await?];
        if !changes.is_empty() {
            run.happened(run.iteration(), resumption(&changes));
        }
        opening.extend(changes);
        let mut folder = RunFolder::open(&stored.folder, run.iteration())?;
        folder.set_config(&run.config)?;
        self.track(folder, Some(run.iteration()));
        Ok(self.session.add_opened(run, opening))
    }

    fn track(&mut self, folder: RunFolder, seen: Option<u64>) {
        self.tracks.push(Track {
            path: folder.path().to_owned(),
            folder: Some(folder),
            seen,
        });
    }

    /// Queues a command; it takes effect in the next [`advance`](Self::advance).
    pub fn command(&mut self, id: RunId, command: Command) {
        self.session.command(id, command);
    }

    /// One iteration of every running run, in turn, with everything it says written down.
    pub async fn advance(&mut self) {
        self.session.advance().await;
        self.record().await;
    }

    /// Lets commands take effect without advancing; says whether steps are still to be made.
    pub async fn obey(&mut self) -> bool {
        let has_steps = self.session.obey();
        self.record().await;
        has_steps
    }

    /// What the runs have said since the last call, in order.
    pub fn drain(&mut self) -> Vec<(RunId, Event)> {
        std::mem::take(&mut self.said)
    }

    /// What a run is doing.
    pub fn state(&self, id: RunId) -> RunState {
        self.session.state(id).unwrap_or(RunState::Ended)
    }

    /// A run's folder.
    pub fn path(&self, id: RunId) -> &Path {
        &self.tracks[id].path
    }

    /// A run that has not been let go of.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.session.run(id)
    }

    /// The same, to draw samples from.
    pub fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.session.run_mut(id)
    }

    /// Lets go of an ended run's networks and data.
    pub fn release(&mut self, id: RunId) {
        self.session.release(id);
    }

    /// The iteration of a run's last checkpoint.
    pub fn last_checkpoint(&self, id: RunId) -> Option<u64> {
        let file = checkpoint::latest(self.path(id)).ok()?;
        checkpoint::iteration_of(&file)
    }

    /// Writes down what the runs have said, then the checkpoints that are due.
    pub async fn record(&mut self) {
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
                self.apply(id, event).await;
            }
        }
    }

    async fn apply(&mut self, id: RunId, event: Event) {
        let ended = match &event {
            Event::Ended { reason, iteration } => {
                self.tracks[id].seen = Some(*iteration);
                // What a failed run computed last is not to be trusted: the last good checkpoint stays the last.
                if !matches!(reason, EndReason::Failed(_)) {
                    self.checkpoint(id).await;
                }
                Some(*iteration)
            }
            _ => None,
        };
        self.write(id, &event).await;
        self.said.push((id, event));
        if let Some(iteration) = ended {
            // Another may go on with it from here.
            self.tracks[id].folder = None;
            for (id, why) in std::mem::take(&mut self.late) {
                let reason = EndReason::Failed(why);
                self.said.push((id, Event::Ended { iteration, reason }));
            }
        }
    }

    /// Writes one event down. A folder that refuses it ends its run, with a checkpoint where one still fits.
    async fn write(&mut self, id: RunId, event: &Event) {
        let track = &mut self.tracks[id];
        let Some(folder) = &mut track.folder else {
            return;
        };
        let Err(error) = folder.apply(event) else {
            return;
        };
        let saved = match self.session.run_mut(id) {
            Some(run) => match run.checkpoint().await {
                Ok(stored) => folder.save_checkpoint(run.iteration(), &stored),
                Err(error) => Err(error),
            },
            None => return,
        };
        let and = match saved {
            Ok(_) => "but a last checkpoint was written",
            Err(_) => "nor was there room for a last checkpoint",
        };
        track.folder = None;
        self.end(
            id,
            format!("the record could not be written ({error}), {and}"),
        );
    }

    /// Writes a checkpoint of the run as it is now.
    pub async fn save(&mut self, id: RunId) {
        self.checkpoint(id).await;
        self.write_events().await;
    }

    async fn checkpoint(&mut self, id: RunId) {
        let Some(run) = self.session.run_mut(id) else {
            return;
        };
        let track = &mut self.tracks[id];
        let iteration = run.iteration();
        track.seen = Some(iteration);
        let Some(folder) = &mut track.folder else {
            return;
        };
        let written = match run.checkpoint().await {
            Ok(stored) => folder.save_checkpoint(iteration, &stored),
            Err(error) => Err(error),
        };
        match written {
            Ok(file) => {
                let event = Event::Checkpoint { iteration, file };
                self.write(id, &event).await;
                self.said.push((id, event));
            }
            Err(error @ Error::Diverged { .. }) => self.end(id, error.to_string()),
            Err(error) => self.end(id, format!("a checkpoint could not be written ({error})")),
        }
    }

    /// Ends a run whose record or state is broken; one that has ended already has failed all the same.
    fn end(&mut self, id: RunId, why: String) {
        if self.state(id) == RunState::Ended {
            self.late.push((id, why));
        } else {
            self.session.fail(id, why);
        }
    }

    /// Whether the run has come to an iteration that wants a checkpoint.
    fn is_due(&self, id: RunId) -> bool {
        let Some(run) = self.session.run(id) else {
            return false;
        };
        let (every, at) = (run.config.record.checkpoint_every, run.iteration());
        match self.tracks[id].seen {
            Some(seen) => {
                let ends = run.config.ends_stage(at) && !run.is_finished();
                at > seen && every > 0 && (ends || at.is_multiple_of(every))
            }
            // Whatever happens next, the folder can be gone on with.
            None => true,
        }
    }
}

/// Real examples to show beside a run's samples: as many as its folder keeps.
pub fn real_examples(run: &Run) -> SampleData {
    let count = if run.feed().shape().1 == 1 { 1000 } else { 64 };
    run.feed().examples(count, run.config.seed)
}

fn create_all(out: &Path, runs: &[Run]) -> Result<Vec<RunFolder>> {
    let mut folders = Vec::new();
    for run in runs {
        let made = RunFolder::create(out, &run.config).and_then(|folder| {
            folders.push(folder);
            match folders.last_mut() {
                Some(folder) => folder.reals(&real_examples(run)),
                None => Ok(()),
            }
        });
        if let Err(error) = made {
            for folder in folders {
                // The first error is the one worth telling.
                let _ = fs::remove_dir_all(folder.path());
            }
            return Err(error);
        }
    }
    Ok(folders)
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

/// Refuses a place where no run folders can be.
pub fn check_out(out: &Path) -> Result<(), Error> {
    if fs::exists(out) && !fs::is_dir(out) {
        return Err(Error::setting(
            "out",
            format!(
                "{}: this is a file; name the folder that run folders go to",
                out.display()
            ),
        ));
    }
    Ok(())
}
