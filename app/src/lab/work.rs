//! Requests that take long. A task does the slow part, and the lab takes in its outcome between two
//! iterations.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Result;
use tightrope_core::{
    Error,
    config::RunConfig,
    data::Dataset,
    event::Event,
    history::History,
    progress::{Piece, Progress},
    session::{RunCheckpoint, RunState, check_out, real_examples},
};

use crate::estimate::check_memory;

use super::{
    Added, ClassKey, Lab, Reply, RunKey, RunSlot,
    incoming::Found,
    loaded_run::{self, LoadedRun},
    run_folders,
    task::{News, TaskId},
};

/// Outcome of a task.
pub enum Outcome {
    /// Runs to start, with their data.
    Ready(Vec<(RunConfig, Arc<Dataset>)>),
    /// Runs read from disk, or the error of each.
    Opened {
        /// The runs.
        runs: Vec<tightrope_core::Result<LoadedRun>>,
        /// Whether unfinished ones continue.
        go_on: bool,
    },
    /// A run to continue.
    Continued(Box<Continued>),
    /// Files that came in, or the error of each.
    Found(Vec<Result<Found>>),
    /// The checkpoint for samples of a class, or the error from reading it.
    Generator(ClassKey, tightrope_core::Result<Box<RunCheckpoint>>),
    /// Files written.
    Written(Vec<PathBuf>),
}

/// A run to continue, and its data.
pub struct Continued {
    key: RunKey,
    stored: RunCheckpoint,
    config: RunConfig,
    changes: Vec<Event>,
    dataset: Arc<Dataset>,
}

impl Lab {
    /// Takes in the news of tasks.
    pub async fn catch_up(&mut self) {
        while let Some(news) = self.tasks.next() {
            match news {
                News::At(id, done, total) => {
                    let task = self.tasks.at(id, done, total);
                    self.replies.extend(task.map(Reply::Task));
                }
                News::Over(id, outcome) => {
                    self.replies.push(Reply::TaskOver(id));
                    let Some(running) = self.tasks.end(id) else {
                        continue;
                    };
                    let mut taken = match outcome {
                        Ok(Outcome::Written(files)) => {
                            self.replies.push(Reply::Written(files));
                            Ok(())
                        }
                        Ok(_) if running.is_cancelled() => Ok(()),
                        Ok(outcome) => self.take(outcome).await,
                        Err(error) => Err(error),
                    };
                    if self.opening == Some(id) {
                        self.opening = None;
                        taken = taken.and(self.open_next());
                    }
                    if let Err(error) = taken
                        && !matches!(error.downcast_ref(), Some(Error::Cancelled))
                    {
                        self.replies.push(Reply::Trouble {
                            key: running.about,
                            what: error.to_string(),
                        });
                    }
                }
            }
        }
        if self.closing && self.tasks.is_empty() {
            self.closing = false;
            self.replies.push(Reply::Closed);
        }
    }

    async fn take(&mut self, outcome: Outcome) -> Result<()> {
        match outcome {
            Outcome::Ready(ready) => self.started(ready).await,
            Outcome::Opened { runs, go_on } => {
                for run in runs {
                    match run {
                        Ok(run) => self.opened(run, go_on)?,
                        Err(error) => self.replies.push(Reply::Trouble {
                            key: None,
                            what: error.to_string(),
                        }),
                    }
                }
                Ok(())
            }
            Outcome::Continued(continued) => self.continued(*continued).await,
            Outcome::Found(found) => {
                self.found(found);
                Ok(())
            }
            Outcome::Generator(key, stored) => {
                self.sample_stored(key, stored).await;
                Ok(())
            }
            Outcome::Written(_) => Ok(()),
        }
    }

    /// Starts a task; `about` is the run it concerns.
    pub(super) fn begin(
        &mut self,
        about: Option<RunKey>,
        what: String,
        work: impl FnOnce(&dyn Progress) -> Result<Outcome> + Send + 'static,
    ) -> Result<TaskId> {
        let task = self.tasks.begin(about, what, work)?;
        let id = task.id;
        self.replies.push(Reply::Task(task));
        Ok(id)
    }

    /// Loads the data of new runs.
    pub(super) fn start(&mut self, configs: Vec<RunConfig>) -> Result<()> {
        check_out(&self.out)?;
        check_memory(&configs)?;
        let mut sources: Vec<&str> = configs.iter().map(|c| c.data.source.as_str()).collect();
        sources.dedup();
        let what = format!("Loading {}", sources.join(", "));
        let mut datasets = self.datasets.clone();
        self.begin(None, what, move |progress| {
            Ok(Outcome::Ready(datasets.open_all(configs, progress)?))
        })?;
        Ok(())
    }

    async fn started(&mut self, ready: Vec<(RunConfig, Arc<Dataset>)>) -> Result<()> {
        for (config, dataset) in &ready {
            self.datasets.keep(&config.data, dataset);
        }
        let chosen = self.device().await?;
        self.begin_warm_up().await;
        let added = self.training.add_ready(ready, &self.out, &chosen).await;
        self.rest_warm_up();
        let ids = added?;
        for id in ids {
            let Some(run) = self.training.run(id) else {
                continue;
            };
            let key = RunKey(self.slots.len());
            let folder = self.training.path(id).to_owned();
            let state = self.training.state(id);
            self.replies.push(Reply::Added(Box::new(Added {
                key,
                folder: folder.clone(),
                history: History::new(run.config.clone()),
                reals: Some(real_examples(run)),
                state,
            })));
            self.slots.push(RunSlot {
                folder,
                training: Some(id),
                told: (state, 0),
            });
            self.trained_by.push(key);
        }
        self.pass_on(false).await;
        Ok(())
    }

    /// Reads a run folder, or every run folder within it.
    pub(super) fn open(&mut self, path: PathBuf, go_on: bool) -> Result<()> {
        self.to_open.push_back((path, go_on));
        self.open_next()
    }

    fn open_next(&mut self) -> Result<()> {
        if self.opening.is_some() {
            return Ok(());
        }
        let Some((path, go_on)) = self.to_open.pop_front() else {
            return Ok(());
        };
        let known: Vec<PathBuf> = self.slots.iter().map(|p| p.folder.clone()).collect();
        let what = format!("Opening {}", path.display());
        let id = self.begin(None, what, move |progress| {
            let mut folders = run_folders(&path);
            folders.retain(|folder| !known.contains(folder));
            let total = folders.len();
            let mut runs = Vec::new();
            for (done, folder) in folders.iter().enumerate() {
                let whole = progress;
                let piece = Piece { whole, done, total };
                let own: &dyn Progress = if total == 1 { progress } else { &piece };
                own.at(0, 0)?;
                match loaded_run::read(folder, own) {
                    Err(Error::Cancelled) => return Err(Error::Cancelled.into()),
                    read => runs.push(read),
                }
            }
            Ok(Outcome::Opened { runs, go_on })
        })?;
        self.opening = Some(id);
        Ok(())
    }

    fn opened(&mut self, run: LoadedRun, go_on: bool) -> Result<()> {
        // Another request may have opened the same folder first.
        if self.slots.iter().any(|slot| slot.folder == run.folder) {
            return Ok(());
        }
        let key = RunKey(self.slots.len());
        let added = Added {
            key,
            folder: run.folder,
            history: run.history,
            reals: run.reals,
            state: RunState::Ended,
        };
        let unfinished = added.history.iteration() < added.iterations();
        self.slots.push(RunSlot {
            folder: added.folder.clone(),
            training: None,
            told: (added.state, added.history.iteration()),
        });
        self.replies.push(Reply::Added(Box::new(added)));
        self.look_at(key);
        if go_on && unfinished {
            self.go_on(key)?;
        }
        Ok(())
    }

    /// Reads a run's last checkpoint and its data.
    pub(super) fn go_on(&mut self, key: RunKey) -> Result<()> {
        let slot = self.slot(key)?;
        if slot.training.is_some() {
            return Ok(());
        }
        let folder = slot.folder.clone();
        let mut datasets = self.datasets.clone();
        let what = format!("Continuing {}", named(&folder));
        self.begin(Some(key), what, move |progress| {
            let stored = RunCheckpoint::open(&folder)?;
            let (config, changes) = stored.changed(&[])?;
            if stored.is_done(&config) {
                anyhow::bail!(
                    "{}: all {} iterations are done",
                    stored.folder.display(),
                    stored.iteration
                );
            }
            let dataset = datasets.open(&config.data, progress)?;
            Ok(Outcome::Continued(Box::new(Continued {
                key,
                stored,
                config,
                changes,
                dataset,
            })))
        })?;
        Ok(())
    }

    async fn continued(&mut self, continued: Continued) -> Result<()> {
        let Continued {
            key,
            stored,
            config,
            changes,
            dataset,
        } = continued;
        if self.slot(key)?.training.is_some() {
            return Ok(());
        }
        self.datasets.keep(&config.data, &dataset);
        let chosen = self.device().await?;
        self.begin_warm_up().await;
        let resumed = self
            .training
            .resume_ready(&stored, config, changes, dataset, &chosen)
            .await;
        self.rest_warm_up();
        let id = resumed?;
        self.trained_by.push(key);
        self.slots[key.0].training = Some(id);
        self.training.record().await;
        self.pass_on(false).await;
        Ok(())
    }
}

fn named(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
