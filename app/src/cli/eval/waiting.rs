//! Keeps checkpoints until they are judged. A run keeps only its last three, and judging may be
//! slower.

use std::{
    collections::{BTreeSet, VecDeque, hash_map::DefaultHasher},
    fs,
    hash::{Hash, Hasher},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use tightrope_core::{
    Error, Result,
    evaluation::Evaluation,
    record::{checkpoint, has_ended, heal, read_evaluations},
};

use super::super::eval_args::EvalArgs;

/// Folder within a run for waiting checkpoints. It has a folder for each way of judging.
const FOLDER: &str = "to-judge";

/// A run's checkpoints that wait for their judgement.
pub struct Waiting {
    /// The run folder.
    pub run: PathBuf,
    folder: PathBuf,
    /// Judges the multiples of this iteration, and the run's last checkpoint.
    every: u64,
    /// Iterations between the run's checkpoints; 0 if it writes one only at its end.
    interval: u64,
    seen: BTreeSet<u64>,
    queue: VecDeque<u64>,
    /// Wanted checkpoints that the run dropped before a look saw them.
    missed: Vec<u64>,
    newest: u64,
    has_ended: bool,
}

impl Waiting {
    /// Collects the checkpoints to judge of a run that writes one every `interval` iterations,
    /// including those that an earlier call left waiting.
    ///
    /// # Errors
    /// When the run folder cannot be read.
    pub fn new(run: &Path, interval: u64, args: &EvalArgs) -> Result<Self> {
        let folder = run.join(FOLDER).join(way(args));
        let mut waiting = Self {
            run: run.to_owned(),
            every: args.every.unwrap_or(1),
            interval,
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
            missed: Vec::new(),
            newest: 0,
            has_ended: false,
            folder,
        };
        let latest = checkpoint::list(run)?.pop().map_or(0, |last| last.0);
        if let Ok(entries) = fs::read_dir(&waiting.folder) {
            let files = entries.flatten().map(|entry| entry.path());
            // Later checkpoints than the run's own come from a future it has left.
            let known = files.filter_map(|file| checkpoint::iteration_of(&file));
            waiting.seen = known.filter(|at| *at <= latest).collect();
            waiting.queue = waiting.seen.iter().copied().collect();
        }
        waiting.look()?;
        let judged = read_evaluations(run)?;
        let is_judged = |at: &u64| {
            let mut so = judged.iter().filter(|evaluation| is_of(args, evaluation));
            so.any(|evaluation| evaluation.samples.iteration == *at)
        };
        waiting.missed.retain(|at| !is_judged(at));
        Ok(waiting)
    }

    /// Keeps the wanted ones among the current checkpoints.
    ///
    /// # Errors
    /// When folders cannot be read or written.
    pub fn look(&mut self) -> Result<()> {
        // Checked first: after its end, a run writes no more checkpoints.
        let has_ended = has_ended(&self.run) || heal(&self.run) || !self.run.is_dir();
        let all = checkpoint::list(&self.run)?;
        let newest = all.last().map_or(0, |last| last.0);
        if newest < self.newest {
            // The run continued from an earlier checkpoint.
            self.seen.retain(|at| *at <= newest);
            self.queue.retain(|at| *at <= newest);
        }
        for (at, file) in all {
            let is_wanted = at.is_multiple_of(self.every) || (has_ended && at == newest);
            if at > 0 && is_wanted && !self.seen.contains(&at) && self.keep(at, &file)? {
                self.seen.insert(at);
                self.queue.push_back(at);
            }
        }
        let step = self.step();
        if let Some(before) = self.newest.checked_div(step) {
            let first = (before + 1) * step;
            let written = (first..=newest).step_by(usize::try_from(step).unwrap_or(usize::MAX));
            let missed = written.filter(|at| !self.seen.contains(at));
            self.missed.extend(missed);
        }
        (self.newest, self.has_ended) = (newest, has_ended);
        Ok(())
    }

    /// Interval of the checkpoints that are wanted and that the run writes; 0 if unknown.
    fn step(&self) -> u64 {
        let (mut a, mut b) = (self.every, self.interval);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        self.every / a.max(1) * self.interval
    }

    /// Links the checkpoint's file to a second name, so that it outlives the first. Returns false
    /// if the file is gone.
    fn keep(&self, at: u64, file: &Path) -> Result<bool> {
        fs::create_dir_all(&self.folder).map_err(|error| Error::io(&self.folder, error))?;
        let to = self.file(at);
        let kept = fs::hard_link(file, &to).or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotFound => Err(error),
            // Some file systems have no hard links. The copy appears whole or not at all.
            _ => {
                let partial = to.with_extension("partial");
                fs::copy(file, &partial).and_then(|_| fs::rename(&partial, &to))
            }
        });
        match kept {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(&to).map_err(|error| Error::io(&to, error))?;
                self.keep(at, file)
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !file.exists() => Ok(false),
            Err(error) => Err(Error::io(&to, error)),
        }
    }

    fn file(&self, at: u64) -> PathBuf {
        self.folder.join(format!("{at:06}.safetensors"))
    }

    /// The first waiting checkpoint.
    pub fn first(&self) -> Option<PathBuf> {
        self.queue.front().map(|at| self.file(*at))
    }

    /// Deletes a judged checkpoint.
    ///
    /// # Errors
    /// When the file cannot be deleted.
    pub fn release(&mut self, file: &Path) -> Result<()> {
        let judged = checkpoint::iteration_of(file);
        self.queue.retain(|at| Some(*at) != judged);
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(file, error)),
            _ => Ok(()),
        }
    }

    /// Whether no checkpoint waits and none will come. Then also removes the folders.
    pub fn is_over(&self) -> bool {
        let is_over = self.has_ended && self.queue.is_empty();
        if is_over {
            // Both may fail, since another way of judging may have checkpoints there.
            drop(fs::remove_dir(&self.folder));
            drop(fs::remove_dir(self.run.join(FOLDER)));
        }
        is_over
    }

    /// Reports, once, the checkpoints that can no longer be judged.
    pub fn news(&mut self) -> Option<String> {
        let missed = std::mem::take(&mut self.missed);
        let (first, last) = (missed.first()?, missed.last()?);
        let which = match missed.len() {
            1 => format!("the checkpoint of iteration {first} was"),
            2..=6 => {
                let all: Vec<String> = missed.iter().map(u64::to_string).collect();
                format!("the checkpoints of iterations {} were", all.join(", "))
            }
            count => format!("{count} checkpoints of iterations {first} to {last} were"),
        };
        Some(format!(
            "{}: {which} gone before --follow could keep them; a run keeps its last {} only, so start --follow with the run",
            self.run.display(),
            checkpoint::KEPT_CHECKPOINTS
        ))
    }

    /// Reports wanted iterations at which the run writes no checkpoint.
    pub fn unwritten(&self) -> Option<String> {
        let (every, interval, step) = (self.every, self.interval, self.step());
        let run = self.run.display();
        match interval {
            0 if every > 1 => Some(format!(
                "{run}: it writes a checkpoint at its end only; train with --set checkpoint_every={every}"
            )),
            _ if every > 1 && step > every => Some(format!(
                "{run}: it writes a checkpoint each {interval} iterations, so each {step} can be judged, not each {every}; \
                 train with --set checkpoint_every={every}"
            )),
            _ => None,
        }
    }
}

/// Whether these arguments may have made an evaluation. Ignores the seed, the weights and the real
/// images.
fn is_of(args: &EvalArgs, evaluation: &Evaluation) -> bool {
    let (samples, judge) = (&evaluation.samples, &args.judge);
    let is_network = evaluation.network.starts_with(judge.network.kind.name());
    let is_averaged = !(args.raw && samples.averaged);
    is_network
        && is_averaged
        && samples.count as u64 == args.count
        && samples.batch_norm == args.batch_norm
        && evaluation.resize == judge.resize.name()
}

/// A name for a way of judging, so that each has its own waiting checkpoints.
fn way(args: &EvalArgs) -> String {
    let mut hash = DefaultHasher::new();
    format!("{:?}", (&args.real, args.real_count, args.count, args.raw)).hash(&mut hash);
    format!("{:?}", (&args.batch_norm, args.seed, args.every)).hash(&mut hash);
    let judge = &args.judge;
    format!("{:?}", (&judge.network, judge.split, judge.resize)).hash(&mut hash);
    format!("{:016x}", hash.finish())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn args(line: &str) -> EvalArgs {
        let line = format!("tightrope eval r --network inception:w --follow {line}");
        match Cli::try_parse_from(line.split_whitespace())
            .unwrap()
            .command
        {
            Some(Command::Eval(args)) => args,
            _ => panic!("not eval"),
        }
    }

    /// Writes a checkpoint as a run does, which keeps the last three.
    fn write(run: &Path, at: u64) {
        let folder = run.join("checkpoints");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{at:06}.safetensors")), at.to_string()).unwrap();
        let all = checkpoint::list(run).unwrap();
        for (_, old) in &all[..all.len().saturating_sub(3)] {
            fs::remove_file(old).unwrap();
        }
    }

    fn judged(waiting: &mut Waiting) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(file) = waiting.first() {
            all.push(fs::read_to_string(&file).unwrap());
            waiting.release(&file).unwrap();
        }
        all
    }

    #[test]
    fn every_wanted_checkpoint_outlives_the_runs_own() {
        let run = tempfile::tempdir().unwrap();
        let mut waiting = Waiting::new(run.path(), 10, &args("--every 20")).unwrap();
        for at in (0..=200).step_by(10) {
            write(run.path(), at);
            waiting.look().unwrap();
        }
        write(run.path(), 205);
        fs::write(run.path().join("summary.json"), "{}").unwrap();
        waiting.look().unwrap();
        assert!(!waiting.is_over());
        let wanted: Vec<String> = (20..=200).step_by(20).map(|at| at.to_string()).collect();
        let all = judged(&mut waiting);
        assert_eq!(all[..10], wanted);
        // The run's last checkpoint is judged, too.
        assert_eq!(all[10..], ["205"]);
        assert!(waiting.is_over() && waiting.news().is_none());
        assert!(!run.path().join(FOLDER).exists());
    }

    #[test]
    fn what_was_gone_before_is_said() {
        let run = tempfile::tempdir().unwrap();
        (0..=100).step_by(10).for_each(|at| write(run.path(), at));
        let mut waiting = Waiting::new(run.path(), 10, &args("--every 20")).unwrap();
        let line = waiting.news().unwrap();
        assert!(
            line.contains("of iterations 20, 40, 60 were gone before"),
            "{line}"
        );
        assert_eq!(waiting.news(), None);
        assert_eq!(judged(&mut waiting), ["80", "100"]);
    }

    #[test]
    fn what_still_waits_is_judged_by_the_next_call_of_the_same_kind() {
        let run = tempfile::tempdir().unwrap();
        let mut waiting = Waiting::new(run.path(), 10, &args("")).unwrap();
        for at in (0..=50).step_by(10) {
            write(run.path(), at);
            waiting.look().unwrap();
        }
        let mut again = Waiting::new(run.path(), 10, &args("")).unwrap();
        assert_eq!(judged(&mut again), ["10", "20", "30", "40", "50"]);
        let mut other = Waiting::new(run.path(), 10, &args("--raw")).unwrap();
        assert_eq!(judged(&mut other), ["30", "40", "50"]);
    }

    #[test]
    fn a_run_that_writes_other_iterations_is_told() {
        let run = tempfile::tempdir().unwrap();
        let told = |interval, line: &str| {
            let waiting = Waiting::new(run.path(), interval, &args(line)).unwrap();
            waiting.unwritten()
        };
        assert!(
            told(2000, "--every 5000")
                .unwrap()
                .contains("so each 10000 can be judged")
        );
        assert!(told(0, "--every 5000").unwrap().contains("at its end only"));
        assert!(told(1000, "--every 5000").is_none());
        assert!(told(1000, "").is_none());
        let coarse = told(5000, "--every 1000").unwrap();
        assert!(coarse.contains("so each 5000 can be judged"), "{coarse}");
    }
}
