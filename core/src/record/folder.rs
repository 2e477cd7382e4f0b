//! `RunFolder`: records a run while it trains.

use std::path::{Path, PathBuf};

use super::{
    Checkpoint, Summary, checkpoint, evaluations,
    jsonl::{self, Lines},
    lock::Lock,
    log_line, moments,
    name::{self, Reservation},
    origin::{Origin, before, is_counted},
    read, samples,
};
use crate::{
    config::{AveragingRule, RunConfig},
    error::{Error, Result},
    event::{Event, SampleData, Samples, Stats},
    fs::{self, File, atomic},
    history::{History, KEPT_SAMPLES},
};

/// File names within a run folder.
pub const CONFIG: &str = "config.json";
pub const STATS: &str = "stats.jsonl";
pub const EVENTS: &str = "events.jsonl";
pub const LOG: &str = "log.txt";
pub const SUMMARY: &str = "summary.json";

/// An open run folder.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    stats: Lines,
    events: Lines,
    /// Events recorded, by [`is_counted`].
    recorded: u64,
    /// Iteration of the last of them, if that is a checkpoint.
    saved: Option<u64>,
    log: Lines,
    _lock: Lock,
    /// History without moments of samples, which are on disk.
    history: History,
    /// Iterations whose samples are on disk.
    shown: Vec<u64>,
    averages: bool,
    reals: Vec<[f32; 2]>,
    /// A failure after the last checkpoint was written, for the next event to report.
    late: Option<Error>,
    /// Present while the folder has no name yet. It goes last, after the open files.
    reservation: Option<Reservation>,
}

impl RunFolder {
    /// Creates a folder with a hidden name and the next free number, for the first records of a
    /// run. It is removed again unless it is [published](Self::publish).
    pub fn reserve(out: &Path, config: &RunConfig) -> Result<Self> {
        let reservation = Reservation::take(out)?;
        let hidden = reservation.path().to_owned();
        atomic::write_json(&hidden.join(CONFIG), config)?;
        for file in [STATS, EVENTS] {
            let path = hidden.join(file);
            File::create(&path).map_err(|e| Error::io(&path, e))?;
        }
        let checkpoints = hidden.join(checkpoint::FOLDER);
        fs::create_dir(&checkpoints).map_err(|e| Error::io(&checkpoints, e))?;
        let log = Lines::open(hidden.join(LOG))?;
        let lock = Lock::take(&hidden, &log)?;
        let mut folder = Self::attach(hidden, log, lock, History::new(config.clone()))?;
        folder.reservation = Some(reservation);
        Ok(folder)
    }

    /// Gives the folder its name, e.g. `out/00007-cifar10-adapt_relax-dG0.10-s42`. A run that has
    /// recorded its first checkpoint before can always be resumed.
    pub fn publish(self) -> Result<Self> {
        if let Some(error) = self.late {
            return Err(error);
        }
        let Some(reservation) = self.reservation else {
            return Ok(self);
        };
        let (history, reals) = (self.history, self.reals);
        let (recorded, saved, shown) = (self.recorded, self.saved, self.shown);
        // Some systems rename no folder in which files are open.
        drop((self.stats, self.events, self.log, self._lock));
        let config = history.config.as_ref();
        let path = reservation.name(&config.map_or_else(String::new, name::suffix))?;
        let opened = Lines::open(path.join(LOG)).and_then(|log| {
            let lock = Lock::take(&path, &log)?;
            Self::attach(path.clone(), log, lock, history)
        });
        let mut folder = opened.inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::remove_dir_all(&path);
        })?;
        (folder.recorded, folder.saved, folder.shown) = (recorded, saved, shown);
        folder.reals = reals;
        Ok(folder)
    }

    /// Creates a folder that has its name at once, with nothing recorded.
    pub fn create(out: &Path, config: &RunConfig) -> Result<Self> {
        Self::reserve(out, config)?.publish()
    }

    /// Opens the folder of a run that continues from a checkpoint.
    ///
    /// Records after that checkpoint are removed. The record of a resumed run thus equals that of
    /// an uninterrupted one, except for its `resumed` line and the seconds.
    ///
    /// # Errors
    /// When another process writes here, or has trained the run on since: what it recorded stays.
    pub fn open(path: &Path, from: Origin) -> Result<Self> {
        let config = read::read_config(path)?;
        // Before anything is changed: another process may be writing here.
        let log = Lines::open(path.join(LOG))?;
        let lock = Lock::take(path, &log)?;
        if let Some((now, _)) = checkpoint::list(path)?.pop()
            && now > from.newest
        {
            return Err(Error::Record(format!(
                "{}: another process has trained this run to iteration {now} meanwhile; resume it again",
                path.display()
            )));
        }
        let mut stats: Vec<Stats> = jsonl::read(&path.join(STATS))?;
        stats.retain(|s| s.iteration <= from.iteration);
        let events = before(read::read_events(path)?, from);
        // First what makes the run look further than it will be. A crash on the way leaves too much
        // of the rest, which the next resume removes.
        let summary = path.join(SUMMARY);
        if fs::is_file(&summary) {
            fs::remove_file(&summary).map_err(|e| Error::io(&summary, e))?;
        }
        checkpoint::forget_after(path, from.iteration)?;
        jsonl::rewrite(&path.join(STATS), &stats)?;
        jsonl::rewrite(&path.join(EVENTS), &events)?;
        let mut shown = samples::iterations(path)?;
        shown.retain(|&at| at <= from.iteration);
        samples::retain(path, &shown)?;
        moments::retain(path, &shown)?;
        evaluations::forget_after(path, from.iteration)?;
        let reals = reals_json(path);
        let recorded = events.iter().filter(|event| is_counted(event)).count();
        let history = read::fold(config, &events, stats);
        let mut folder = Self::attach(path.into(), log, lock, history)?;
        folder.recorded = recorded as u64;
        folder.saved = Some(from.iteration);
        folder.shown = shown;
        if fs::is_file(&reals) {
            folder.reals = samples::read_points(&reals)?;
        }
        Ok(folder)
    }

    fn attach(path: PathBuf, log: Lines, lock: Lock, history: History) -> Result<Self> {
        let config = history.config.as_ref();
        Ok(Self {
            stats: Lines::open(path.join(STATS))?,
            events: Lines::open(path.join(EVENTS))?,
            recorded: 0,
            saved: None,
            log,
            _lock: lock,
            shown: Vec::new(),
            averages: config.is_some_and(|c| c.averaging.rule != AveragingRule::None),
            history,
            reals: Vec::new(),
            late: None,
            reservation: None,
            path,
        })
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything recorded so far, except samples.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Replaces `config.json`, for a run resumed with other settings.
    pub fn set_config(&mut self, config: &RunConfig) -> Result<()> {
        atomic::write_json(&self.path.join(CONFIG), config)?;
        self.averages = config.averaging.rule != AveragingRule::None;
        self.history.config = Some(config.clone());
        Ok(())
    }

    /// Writes `reals.png` (and `reals.json` for 2-D data); call it before the first samples.
    pub fn reals(&mut self, data: &SampleData) -> Result<()> {
        samples::write(&self.path, samples::REALS, data, &[])?;
        if matches!(data, SampleData::Points(_)) {
            // Read back as stored, so that a resumed run draws the same pictures.
            self.reals = samples::read_points(&reals_json(&self.path))?;
        }
        Ok(())
    }

    /// Records one event; at the end of the run, also `summary.json`.
    pub fn apply(&mut self, event: &Event) -> Result<()> {
        if let Some(error) = self.late.take() {
            return Err(error);
        }
        match event {
            Event::Samples(samples) => return self.samples(samples),
            Event::Field(field) => return moments::write_field(&self.path, field),
            Event::Masks(masks) => return moments::write_masks(&self.path, masks),
            Event::Stats(stats) => self.stats.value(stats)?,
            // A resumed run introduces itself again; the record needs it once.
            Event::Started(_) if self.history.info.is_some() => {}
            _ => {
                self.events.value(event)?;
                if is_counted(event) {
                    self.recorded += 1;
                    self.saved = None;
                }
            }
        }
        let states = self.history.stats.len();
        self.fold(event)?;
        let was_thinned = self.history.stats.len() < states;
        if was_thinned {
            self.rewrite_stats()?;
        }
        if let Some(summary) = Summary::of(&self.history)
            && matches!(event, Event::Ended { .. })
        {
            self.thin_samples()?;
            self.sync()?;
            atomic::write_json(&self.path.join(SUMMARY), &summary)?;
        }
        Ok(())
    }

    fn fold(&mut self, event: &Event) -> Result<()> {
        let before = self.history.latest().map(|s| s.iteration);
        self.history.apply(event);
        match log_line(event) {
            Some(line) if self.is_logged(event, before) => self.log.text(&line),
            _ => Ok(()),
        }
    }

    /// Whether an event gets its line in the log. States get theirs as far as they will stay.
    fn is_logged(&self, event: &Event, before: Option<u64>) -> bool {
        let (Event::Stats(now), Some(before)) = (event, before) else {
            return true;
        };
        let thinning = self.history.thinning_of_stats();
        !thinning.is_due() || thinning.begins_between(before, now.iteration)
    }

    /// Writes and records a checkpoint; returns its event, already recorded.
    ///
    /// The checkpoint is the commit of a transaction: all records before it, and the line that
    /// tells of it, are safe on disk before the file appears, and it says how many they are.
    pub fn save_checkpoint(&mut self, iteration: u64, mut checkpoint: Checkpoint) -> Result<Event> {
        let event = Event::Checkpoint {
            iteration,
            file: checkpoint::name(iteration),
        };
        // A run that is stopped right at a checkpoint writes the file again, but tells of it once.
        let is_told = self.saved == Some(iteration);
        let before = self.events.end()?;
        let events = self.recorded + u64::from(!is_told);
        checkpoint.events = Some(events);
        let told = match is_told {
            true => Ok(()),
            false => self.events.value(&event),
        };
        let written = told
            .and_then(|()| self.sync())
            .and_then(|()| checkpoint.save(&self.path, iteration));
        if let Err(error) = written {
            // The first error is the one to report.
            let _ = self.events.cut(before);
            return Err(error);
        }
        (self.recorded, self.saved) = (events, Some(iteration));
        if !is_told {
            self.late = self.fold(&event).err();
        }
        Ok(event)
    }

    /// Waits until every recorded line is on disk.
    fn sync(&self) -> Result<()> {
        self.stats.sync()?;
        self.events.sync()?;
        moments::sync(&self.path)
    }

    fn samples(&mut self, samples: &Samples) -> Result<()> {
        let stem = samples::stem(samples.iteration, samples.averaged == self.averages);
        samples::write(&self.path, &stem, &samples.data, &self.reals)?;
        if self.shown.last().is_none_or(|&at| at < samples.iteration) {
            self.shown.push(samples.iteration);
            if self.shown.len() as u64 > 2 * KEPT_SAMPLES {
                self.thin_samples()?;
            }
        }
        Ok(())
    }

    /// Removes the samples that do not [stay](crate::history::Thinning), then what was recorded
    /// beside them: of samples that are gone, it is [read](moments::read) rightly.
    fn thin_samples(&mut self) -> Result<()> {
        let latest = self.shown.last().copied().unwrap_or(0);
        let thinning = self.history.thinning_of_samples(latest);
        if thinning.is_due() {
            thinning.thin(&mut self.shown, |&at| at);
            samples::retain(&self.path, &self.shown)?;
            moments::retain(&self.path, &self.shown)?;
        }
        Ok(())
    }

    /// Writes the states anew that stay.
    fn rewrite_stats(&mut self) -> Result<()> {
        let path = self.path.join(STATS);
        jsonl::rewrite(&path, &self.history.stats)?;
        self.stats = Lines::open(path)?;
        Ok(())
    }
}

fn reals_json(run: &Path) -> PathBuf {
    run.join(samples::REALS).with_extension("json")
}

#[cfg(test)]
mod tests;
