//! Runs that advance together, each with its folder: a session whose events are on disk before the
//! caller sees them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Datasets, RunCheckpoint, RunId, RunState, Session};
use crate::{
    Error, Result,
    config::RunConfig,
    data::Dataset,
    device::Chosen,
    event::{Command, EndReason, Event, SampleData},
    fs,
    record::{Checkpoint, RunFolder, checkpoint},
    run::Run,
};

/// A session with a run folder for every run.
#[derive(Default)]
pub struct RecordedSession {
    session: Session,
    tracks: Vec<Track>,
    said: Vec<(RunId, Event)>,
    /// Late failures of runs that had already ended.
    late: Vec<(RunId, String)>,
}

/// A run's folder and the state of its record.
struct Track {
    path: PathBuf,
    /// Open while the run goes on and its folder takes events.
    folder: Option<RunFolder>,
    /// Iteration up to which checkpoints have been considered.
    seen: u64,
}

impl RecordedSession {
    /// Loads the data, then adds the runs with [`add_ready`](Self::add_ready).
    ///
    /// # Errors
    /// When settings, data or the folder `out` are wrong, or the device fails.
    pub async fn add(
        &mut self,
        configs: Vec<RunConfig>,
        out: &Path,
        chosen: &Chosen,
    ) -> Result<Vec<RunId>> {
        check_out(out)?;
        let ready = Datasets::default().open_all(configs, &())?;
        self.add_ready(ready, out, chosen).await
    }

    /// Loads the data, then resumes the run with [`resume_ready`](Self::resume_ready).
    ///
    /// # Errors
    /// When the data or the folder are wrong, or the device fails.
    pub async fn resume(
        &mut self,
        stored: &RunCheckpoint,
        config: RunConfig,
        changes: Vec<Event>,
        chosen: &Chosen,
    ) -> Result<RunId> {
        let dataset = Datasets::default().open(&config.data, &())?;
        self.resume_ready(stored, config, changes, dataset, chosen)
            .await
    }

    /// Adds fresh runs. The first folder is made only after everything else has succeeded, and
    /// either all folders stay or none.
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
            openings.push((run.opening().await?, run.checkpoint().await?));
        }
        let folders = create_all(out, &runs, &mut openings)?;
        let mut added = Vec::new();
        for ((run, (opening, _)), folder) in runs.into_iter().zip(openings).zip(folders) {
            self.track(folder, run.iteration());
            let id = self.session.add_opened(run, Vec::new());
            self.said
                .extend(opening.into_iter().map(|event| (id, event)));
            added.push(id);
        }
        self.record().await;
        Ok(added)
    }

    /// Adds a run that continues from its checkpoint with these settings; `changes` are the events
    /// that report the new ones.
    ///
    /// # Errors
    /// When the folder is wrong, or the device fails.
    pub async fn resume_ready(
        &mut self,
        stored: &RunCheckpoint,
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
        let mut folder = RunFolder::open(&stored.folder, stored.origin())?;
        folder.set_config(&run.config)?;
        self.track(folder, run.iteration());
        Ok(self.session.add_opened(run, opening))
    }

    fn track(&mut self, folder: RunFolder, seen: u64) {
        self.tracks.push(Track {
            path: folder.path().to_owned(),
            folder: Some(folder),
            seen,
        });
    }

    /// Queues a command. It takes effect in the next [`advance`](Self::advance) or
    /// [`obey`](Self::obey).
    pub fn command(&mut self, id: RunId, command: Command) {
        self.session.command(id, command);
    }

    /// Advances every running run by one iteration, in turn, and records its events.
    pub async fn advance(&mut self) {
        self.session.advance().await;
        self.record().await;
    }

    /// Lets commands take effect without advancing; returns whether commands for steps are waiting.
    pub async fn obey(&mut self) -> bool {
        let has_steps = self.session.obey();
        self.record().await;
        has_steps
    }

    /// Events of the runs since the last call, in order.
    pub fn drain(&mut self) -> Vec<(RunId, Event)> {
        std::mem::take(&mut self.said)
    }

    /// State of a run.
    pub fn state(&self, id: RunId) -> RunState {
        self.session.state(id).unwrap_or(RunState::Ended)
    }

    /// A run's folder.
    pub fn path(&self, id: RunId) -> &Path {
        &self.tracks[id].path
    }

    /// A run that has not been released.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.session.run(id)
    }

    /// A run, for drawing samples.
    pub fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.session.run_mut(id)
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Whether the session has no runs.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// Whether every run has ended.
    pub fn is_over(&self) -> bool {
        self.session.is_over()
    }

    /// Releases an ended run's networks and data.
    pub fn release(&mut self, id: RunId) {
        self.session.release(id);
    }

    /// The iteration of a run's last checkpoint.
    pub fn last_checkpoint(&self, id: RunId) -> Option<u64> {
        let file = checkpoint::latest(self.path(id)).ok()?;
        checkpoint::iteration_of(&file)
    }

    /// Records the runs' events, then writes the checkpoints that are due.
    pub async fn record(&mut self) {
        self.write_events().await;
        let mut due = self.session.drain_checkpoints();
        // A checkpoint follows all other events of its iteration: a resumed record begins after
        // this line.
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
                self.tracks[id].seen = *iteration;
                // A failed run's last results cannot be trusted, so the last good checkpoint stays
                // the last.
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
            // Another session may continue the run from here.
            self.tracks[id].folder = None;
            for (id, why) in std::mem::take(&mut self.late) {
                let reason = EndReason::Failed(why);
                self.said.push((id, Event::Ended { iteration, reason }));
            }
        }
    }

    /// Records one event. A folder that refuses it ends its run, with a last checkpoint if one
    /// still fits.
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
                Ok(stored) => folder.save_checkpoint(run.iteration(), stored),
                Err(error) => Err(error),
            },
            None => return,
        };
        let and = match saved {
            Ok(_) => "but a last checkpoint was written",
            Err(_) => "nor could a last checkpoint",
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
        track.seen = iteration;
        let Some(folder) = &mut track.folder else {
            return;
        };
        let written = match run.checkpoint().await {
            Ok(stored) => folder.save_checkpoint(iteration, stored),
            Err(error) => Err(error),
        };
        match written {
            Ok(event) => self.said.push((id, event)),
            Err(error @ Error::Diverged { .. }) => self.end(id, error.to_string()),
            Err(error) => self.end(id, format!("a checkpoint could not be written ({error})")),
        }
    }

    /// Ends a run whose record or state is broken. A run that has already ended is reported as
    /// failed.
    fn end(&mut self, id: RunId, why: String) {
        if self.state(id) == RunState::Ended {
            self.late.push((id, why));
        } else {
            self.session.fail(id, why);
        }
    }

    /// Whether the run has reached an iteration that needs a checkpoint.
    fn is_due(&self, id: RunId) -> bool {
        let Some(run) = self.session.run(id) else {
            return false;
        };
        let (every, at) = (run.config.record.checkpoint_every, run.iteration());
        let ends = run.config.ends_stage(at) && !run.is_finished();
        at > self.tracks[id].seen && every > 0 && (ends || at.is_multiple_of(every))
    }
}

/// Real examples to show beside a run's samples: as many as its folder keeps.
pub fn real_examples(run: &Run) -> SampleData {
    let count = if run.feed().shape().1 == 1 { 1000 } else { 64 };
    run.feed().examples(count, run.config.seed)
}

/// Records the first events of each run, then its first checkpoint, in a hidden folder: a folder
/// with a name can always be resumed. The checkpoints' events join the others.
fn create_all(
    out: &Path,
    runs: &[Run],
    openings: &mut [(Vec<Event>, Checkpoint)],
) -> Result<Vec<RunFolder>> {
    let mut hidden = Vec::new();
    for (run, (events, checkpoint)) in runs.iter().zip(openings) {
        let mut folder = RunFolder::reserve(out, &run.config)?;
        folder.reals(&real_examples(run))?;
        for event in &*events {
            folder.apply(event)?;
        }
        events.push(folder.save_checkpoint(run.iteration(), checkpoint.clone())?);
        hidden.push(folder);
    }
    let mut named: Vec<RunFolder> = Vec::new();
    for folder in hidden {
        match folder.publish() {
            Ok(folder) => named.push(folder),
            Err(error) => {
                for folder in named {
                    // The first error is the one to report.
                    let _ = fs::remove_dir_all(folder.path());
                }
                return Err(error);
            }
        }
    }
    Ok(named)
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

/// Refuses a path that cannot hold run folders.
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
