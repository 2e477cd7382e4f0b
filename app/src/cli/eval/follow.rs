//! Judges runs while they train, from a process of its own. Training never waits for it, and slows
//! down only by the machine time it takes.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;
use tightrope_core::{
    Error,
    evaluation::Evaluation,
    progress::Progress,
    record::{checkpoint, read_evaluations, write_whole},
    session::RunCheckpoint,
};

use super::{
    super::{eval_args::EvalArgs, evaluating::Work, output::say},
    judge::Judge,
    waiting::Waiting,
};

/// Pause between two looks for new checkpoints. A run that writes them faster outruns it.
const PATIENCE: Duration = Duration::from_millis(50);
/// Folder for the best checkpoint of a run.
const BEST: &str = "best";

/// Keeps the checkpoints of runs as they appear, even while others are judged.
pub struct Watch {
    shared: Arc<Shared>,
    looking: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    runs: Mutex<Vec<Waiting>>,
    /// The error that ended the watch.
    trouble: Mutex<Option<Error>>,
    is_over: AtomicBool,
}

impl Watch {
    /// Starts to watch.
    ///
    /// # Errors
    /// When a run folder cannot be read.
    pub fn begin(stored: &[RunCheckpoint], args: &EvalArgs) -> Result<Self> {
        let mut runs: Vec<Waiting> = Vec::new();
        for stored in stored {
            if runs.iter().all(|known| known.run != stored.folder) {
                let interval = stored.config.record.checkpoint_every;
                let waiting = Waiting::new(&stored.folder, interval, args)?;
                if let Some(line) = waiting.unwritten() {
                    say(line)?;
                }
                runs.push(waiting);
            }
        }
        let shared = Arc::new(Shared {
            runs: Mutex::new(runs),
            ..Shared::default()
        });
        let looked = shared.clone();
        let looking = thread::spawn(move || looked.keep_looking());
        Ok(Self {
            shared,
            looking: Some(looking),
        })
    }

    fn runs(&self) -> Result<MutexGuard<'_, Vec<Waiting>>> {
        match of(&self.shared.trouble).take() {
            Some(error) => Err(error.into()),
            None => Ok(of(&self.shared.runs)),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        drop(self.looking.take().map(JoinHandle::join));
    }
}

impl Shared {
    fn keep_looking(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            let looked = of(&self.runs).iter_mut().try_for_each(Waiting::look);
            if let Err(error) = looked {
                *of(&self.trouble) = Some(error);
                return;
            }
            thread::sleep(PATIENCE);
        }
    }
}

/// Locks a mutex. A panic in another thread leaves these values whole.
fn of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Judges every wanted checkpoint of each run, in the order of writing, until all runs end.
pub async fn follow(judge: &mut Judge<'_>, watch: &Watch) -> Result<()> {
    let progress = Work::begin("waiting for checkpoints", true)?;
    let mut turn = 0;
    loop {
        let (news, next, is_over) = {
            let mut runs = watch.runs()?;
            let news: Vec<String> = runs.iter_mut().filter_map(Waiting::news).collect();
            let count = runs.len();
            let mut turns = (0..count).map(|offset| (turn + offset) % count);
            let next = turns.find_map(|at| Some((at, runs[at].run.clone(), runs[at].first()?)));
            let is_over = next.is_none() && runs.iter().filter(|run| !run.is_over()).count() == 0;
            (news, next, is_over)
        };
        for line in news {
            say(line)?;
        }
        if let Some((at, run, file)) = next {
            turn = at + 1;
            let mut stored = RunCheckpoint::open(&file)?;
            stored.folder = run;
            if let Some(evaluation) = judge.judge_once(&stored).await? {
                keep_best(&stored.folder, &stored, &evaluation)?;
            }
            watch.runs()?[at].release(&file)?;
        } else if is_over {
            return Ok(());
        } else {
            progress.at(0, 0)?;
            thread::sleep(PATIENCE);
        }
    }
}

/// Replaces the best checkpoint by this one, unless a comparable evaluation of the run has a
/// smaller distance. Only evaluations of the same stage compare, since pruning changes the network.
fn keep_best(run: &Path, stored: &RunCheckpoint, evaluation: &Evaluation) -> Result<()> {
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
