//! `RunFolder`: records a run while it trains.

use std::path::{Path, PathBuf};

use super::{
    Checkpoint, Summary, checkpoint, evaluations,
    jsonl::{self, Lines},
    lock::Lock,
    log_line, moments,
    name::{self, Reservation},
    read, samples,
};
use crate::{
    config::{AveragingRule, RunConfig},
    error::{Error, Result},
    event::{Event, SampleData, Samples, Stats},
    fs::{self, File, atomic},
    history::History,
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
    averages: bool,
    reals: Vec<[f32; 2]>,
    /// A failure after the last checkpoint was written, for the next event to report.
    late: Option<Error>,
    /// Present while the folder has no name yet. It goes last, after the open files.
    reservation: Option<Reservation>,
}

/// The checkpoint from which a run continues, as its reader found it.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Iteration of the checkpoint.
    pub iteration: u64,
    /// Iteration of the newest checkpoint at that time.
    pub newest: u64,
    /// See [`Checkpoint::events`].
    pub events: Option<u64>,
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
        let (recorded, saved) = (self.recorded, self.saved);
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
        (folder.recorded, folder.saved) = (recorded, saved);
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
        samples::forget_after(path, from.iteration)?;
        moments::forget_after(path, from.iteration)?;
        evaluations::forget_after(path, from.iteration)?;
        let reals = reals_json(path);
        let recorded = events.iter().filter(|event| is_counted(event)).count();
        let history = read::fold(config, &events, stats);
        let mut folder = Self::attach(path.into(), log, lock, history)?;
        folder.recorded = recorded as u64;
        folder.saved = Some(from.iteration);
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
        self.fold(event)?;
        if let Some(summary) = Summary::of(&self.history)
            && matches!(event, Event::Ended { .. })
        {
            self.sync()?;
            atomic::write_json(&self.path.join(SUMMARY), &summary)?;
        }
        Ok(())
    }

    fn fold(&mut self, event: &Event) -> Result<()> {
        self.history.apply(event);
        match log_line(event) {
            Some(line) => self.log.text(&line),
            None => Ok(()),
        }
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

    fn samples(&self, samples: &Samples) -> Result<()> {
        let stem = samples::stem(samples.iteration, samples.averaged == self.averages);
        samples::write(&self.path, &stem, &samples.data, &self.reals)
    }
}

fn reals_json(run: &Path) -> PathBuf {
    run.join(samples::REALS).with_extension("json")
}

/// Whether a checkpoint counts an event among those that precede it. An uninterrupted run has the
/// same number of them as a resumed one.
fn is_counted(event: &Event) -> bool {
    match event {
        Event::Stats(_) | Event::Samples(_) | Event::Field(_) | Event::Masks(_) => false,
        Event::Resumed { .. } | Event::Ended { .. } => false,
        Event::Started(_)
        | Event::Mask(_)
        | Event::Stage(_)
        | Event::Quality(_)
        | Event::Edited { .. }
        | Event::Refused { .. }
        | Event::Balance { .. }
        | Event::Checkpoint { .. } => true,
    }
}

/// The events that precede a checkpoint, its own last.
fn before(mut events: Vec<Event>, from: Origin) -> Vec<Event> {
    events.retain(|event| !matches!(event, Event::Ended { .. }));
    let own = Event::Checkpoint {
        iteration: from.iteration,
        file: checkpoint::name(from.iteration),
    };
    let ends_with_own = |length: &usize| events[*length - 1] == own;
    let length = from.events.and_then(|count| {
        let mut counted = events.iter().enumerate().filter(|(_, e)| is_counted(e));
        let (at, _) = counted.nth(usize::try_from(count).ok()?.checked_sub(1)?)?;
        Some(at + 1).filter(ends_with_own)
    });
    let Some(length) = length else {
        return by_iteration(events, own, from.iteration);
    };
    // That the run was resumed from this checkpoint before stays true.
    let iteration = from.iteration;
    let again = |event: &Event| *event == Event::Resumed { iteration };
    let later = events.split_off(length).into_iter().filter(again);
    events.extend(later);
    events
}

/// The same by iterations alone, for checkpoints that do not count events, and for records that
/// people have changed.
fn by_iteration(events: Vec<Event>, own: Event, iteration: u64) -> Vec<Event> {
    let mut saved = false;
    let mut past = |event: &Event| match event {
        Event::Started(_) => true,
        Event::Samples(_) | Event::Field(_) | Event::Masks(_) | Event::Ended { .. } => false,
        // Edits are made between iterations: one made after the checkpoint is not in it.
        Event::Edited { iteration: at, .. } => *at < iteration || (*at == iteration && !saved),
        Event::Checkpoint { iteration: at, .. } | Event::Resumed { iteration: at } => {
            saved |= *at == iteration;
            *at <= iteration
        }
        Event::Stats(Stats { iteration: at, .. })
        | Event::Balance { iteration: at, .. }
        | Event::Refused { iteration: at, .. } => *at <= iteration,
        Event::Mask(mask) => mask.iteration <= iteration,
        Event::Stage(stage) => stage.iteration <= iteration,
        Event::Quality(quality) => quality.iteration <= iteration,
    };
    let mut kept: Vec<Event> = events.into_iter().filter(|event| past(event)).collect();
    if !kept.contains(&own) {
        // A program that was killed wrote the file, but not its line.
        let resumed = |event: &Event| *event == Event::Resumed { iteration };
        let at = kept.iter().position(resumed).unwrap_or(kept.len());
        kept.insert(at, own);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;
    use crate::event::{EndReason, Field, Masks, Quality};
    use crate::record::{fixture, is_in_use, read_run};
    use crate::sparse::bits::Bits;

    fn ended(iteration: u64, reason: EndReason) -> Event {
        Event::Ended { iteration, reason }
    }

    fn samples(iteration: u64, averaged: bool) -> Event {
        Event::Samples(Samples {
            iteration,
            averaged,
            data: SampleData::Points(vec![[0.123_456_78, -1.0], [f32::NAN, 0.0]]),
        })
    }

    /// Events that accompany samples.
    fn networks(iteration: u64) -> [Event; 2] {
        let field = Field {
            iteration,
            scores: vec![0.5; 4],
            ..Field::default()
        };
        let masks = Masks {
            iteration,
            net: Role::D,
            layers: vec![Bits::pack(&[iteration as f32, 0.0])],
        };
        [Event::Field(field), Event::Masks(masks)]
    }

    /// Iterations `from` (excluded) to `to` of an invented run.
    fn train(folder: &mut RunFolder, from: u64, to: u64) {
        for iteration in from + 1..=to {
            folder
                .apply(&Event::Stats(fixture::stats(iteration, 0.5)))
                .unwrap();
            if iteration % 5 == 0 {
                folder
                    .apply(&fixture::raise(iteration, iteration as usize))
                    .unwrap();
                folder.apply(&samples(iteration, true)).unwrap();
                for event in networks(iteration) {
                    folder.apply(&event).unwrap();
                }
                let checkpoint = Checkpoint::new(iteration.into(), Default::default());
                folder.save_checkpoint(iteration, checkpoint).unwrap();
            }
        }
    }

    fn start(out: &Path) -> RunFolder {
        let mut folder = RunFolder::create(out, &fixture::config()).unwrap();
        folder.apply(&Event::Started(fixture::info())).unwrap();
        folder
            .reals(&SampleData::Points(vec![[0.0, 0.0], [1.0, 1.0]]))
            .unwrap();
        folder.apply(&samples(0, true)).unwrap();
        folder
    }

    /// The checkpoint of `iteration`, as a program reads it that resumes from it.
    fn origin(run: &Path, iteration: u64) -> Origin {
        let file = run.join(checkpoint::name(iteration));
        Origin {
            iteration,
            newest: checkpoint::list(run).unwrap().pop().unwrap().0,
            events: Checkpoint::load(&file).unwrap().events,
        }
    }

    fn text(folder: &RunFolder, file: &str) -> String {
        fs::read_to_string(folder.path().join(file)).unwrap()
    }

    #[test]
    fn a_whole_run_is_written_and_read_back() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        assert!(
            folder
                .path()
                .ends_with("00000-spiral-adapt_relax-dG0.10-s42")
        );
        train(&mut folder, 0, 12);
        folder.apply(&samples(10, false)).unwrap();
        let quality = Quality {
            iteration: 12,
            modes: Some(3),
            kl: Some(f64::INFINITY),
            ..Quality::default()
        };
        folder.apply(&Event::Quality(quality)).unwrap();
        folder.apply(&ended(12, EndReason::Finished)).unwrap();

        let run = read_run(folder.path()).unwrap();
        assert_eq!(run.config, fixture::config());
        assert_eq!(run.history.stats, folder.history().stats);
        assert_eq!(run.history.masks.len(), 2);
        assert_eq!(
            run.history.last_quality().map(|q| (q.modes, q.kl)),
            Some((Some(3), None))
        );
        let at: Vec<u64> = run.grids.iter().map(|g| g.iteration).collect();
        assert_eq!(at, [0, 5, 10]);
        assert_eq!(
            run.grids[1].read_points().unwrap(),
            Some(vec![[0.1235, -1.0]])
        );
        let told = [5, 10].map(|at| networks(at).map(|event| (at, event)));
        assert_eq!(run.moments().unwrap(), told.concat());
        assert_eq!(run.reals, Some(vec![[0.0, 0.0], [1.0, 1.0]]));
        assert!(run.reals_png.is_some());
        for file in [
            "fakes_init.png",
            "fakes000010.png",
            "fakes000010_raw.png",
            "fakes000010.json",
        ] {
            assert!(folder.path().join(file).is_file(), "{file}");
        }
        let summary: Summary = serde_json::from_str(&text(&folder, SUMMARY)).unwrap();
        assert_eq!((summary.iteration, summary.share_in_band), (12, Some(1.0)));
        assert_eq!(summary.params_d, Some([120, 20 + 10]));
        assert_eq!(text(&folder, LOG).lines().count(), 1 + 12 + 2 * 2 + 1 + 1);
    }

    #[test]
    fn a_resumed_record_equals_an_uninterrupted_one() {
        let out = tempfile::tempdir().unwrap();
        let mut whole = start(out.path());
        train(&mut whole, 0, 15);
        whole.apply(&ended(15, EndReason::Finished)).unwrap();

        let mut broken = start(out.path());
        train(&mut broken, 0, 13);
        broken
            .apply(&Event::Edited {
                iteration: 10,
                key: "generator.lr".into(),
                value: "0.1".into(),
            })
            .unwrap();
        broken.apply(&ended(13, EndReason::Stopped)).unwrap();
        let path = broken.path().to_owned();
        drop(broken);
        let torn = fs::read_to_string(path.join(STATS)).unwrap() + "{\"iterat";
        fs::write(path.join(STATS), torn).unwrap();

        let latest = checkpoint::latest(&path).unwrap();
        let iteration = checkpoint::iteration_of(&latest).unwrap();
        assert_eq!(iteration, 10);
        let mut resumed = RunFolder::open(&path, origin(&path, iteration)).unwrap();
        assert!(!path.join(SUMMARY).exists());
        resumed.apply(&Event::Resumed { iteration }).unwrap();
        resumed.apply(&Event::Started(fixture::info())).unwrap();
        train(&mut resumed, iteration, 15);
        resumed.apply(&ended(15, EndReason::Finished)).unwrap();

        for file in [STATS, SUMMARY, CONFIG, "fields.jsonl", "masks.jsonl"] {
            assert_eq!(text(&whole, file), text(&resumed, file), "{file}");
        }
        let events = text(&resumed, EVENTS);
        let but_resumed: Vec<&str> = events
            .lines()
            .filter(|l| !l.contains("\"resumed\""))
            .collect();
        assert_eq!(
            text(&whole, EVENTS).lines().collect::<Vec<_>>(),
            but_resumed
        );
        assert_eq!(events.lines().count(), but_resumed.len() + 1);
        let last = Checkpoint::load(&checkpoint::latest(&path).unwrap()).unwrap();
        let of_whole = checkpoint::latest(whole.path()).unwrap();
        assert_eq!(last, Checkpoint::load(&of_whole).unwrap());
        assert_eq!(read_run(&path).unwrap().grids.len(), 4);
        assert_eq!(checkpoint::list(&path).unwrap().len(), 3);
    }

    #[test]
    fn resuming_from_an_earlier_checkpoint_forgets_the_later_ones() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 15);
        let path = folder.path().to_owned();
        drop(folder);
        let folder = RunFolder::open(&path, origin(&path, 5)).unwrap();
        assert_eq!(folder.history().iteration(), 5);
        assert_eq!(checkpoint::list(&path).unwrap().len(), 1);
        assert_eq!(read_run(&path).unwrap().grids.len(), 2);
    }

    /// Lines of the record that tell of an edit.
    fn edits(run: &Path) -> Vec<u64> {
        let events = read::read_events(run).unwrap().into_iter();
        events
            .filter_map(|event| match event {
                Event::Edited { iteration, .. } => Some(iteration),
                _ => None,
            })
            .collect()
    }

    fn edit(iteration: u64) -> Event {
        Event::Edited {
            iteration,
            key: "generator.lr".into(),
            value: "0.1".into(),
        }
    }

    #[test]
    fn an_edit_is_kept_if_the_checkpoint_has_it() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 10);
        let path = folder.path().to_owned();
        let first = origin(&path, 10);
        folder.apply(&edit(10)).unwrap();
        let again = Checkpoint::new(10.into(), Default::default());
        folder.save_checkpoint(10, again).unwrap();
        let second = origin(&path, 10);
        drop(folder);
        drop(RunFolder::open(&path, second).unwrap());
        assert_eq!(edits(&path), [10]);
        drop(RunFolder::open(&path, first).unwrap());
        assert_eq!(edits(&path), [] as [u64; 0]);
    }

    #[test]
    fn a_checkpoint_without_its_line_gets_it_and_no_later_edit() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 10);
        let path = folder.path().to_owned();
        drop(folder);
        let whole = fs::read_to_string(path.join(EVENTS)).unwrap();
        let mut lines: Vec<&str> = whole.lines().collect();
        assert!(lines.pop().unwrap().contains("checkpoint"));
        let mut folder = {
            fs::write(path.join(EVENTS), lines.join("\n") + "\n").unwrap();
            let counted = origin(&path, 10);
            // Earlier programs wrote the line after the file, and counted nothing.
            let mut folder = RunFolder::open(
                &path,
                Origin {
                    events: None,
                    ..counted
                },
            )
            .unwrap();
            assert_eq!(fs::read_to_string(path.join(EVENTS)).unwrap(), whole);
            folder.apply(&Event::Resumed { iteration: 10 }).unwrap();
            folder
        };
        folder.apply(&edit(10)).unwrap();
        drop(folder);
        drop(RunFolder::open(&path, origin(&path, 10)).unwrap());
        assert_eq!(edits(&path), [] as [u64; 0]);
        let resumed = fs::read_to_string(path.join(EVENTS)).unwrap();
        assert_eq!(resumed.lines().count(), whole.lines().count() + 1);
    }

    #[test]
    fn a_checkpoint_that_cannot_be_written_leaves_no_line() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 5);
        let before = text(&folder, EVENTS);
        fs::create_dir(folder.path().join(checkpoint::name(7))).unwrap();
        let checkpoint = Checkpoint::new(7.into(), Default::default());
        folder.save_checkpoint(7, checkpoint).unwrap_err();
        assert_eq!(text(&folder, EVENTS), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_in_use_is_refused_untouched() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 7);
        let before = text(&folder, STATS);
        let from = origin(folder.path(), 5);
        let refused = || {
            RunFolder::open(folder.path(), from)
                .unwrap_err()
                .to_string()
        };
        assert!(refused().contains("in use"), "{}", refused());
        assert_eq!(text(&folder, STATS), before);
        // Without its log, too.
        fs::remove_file(folder.path().join(LOG)).unwrap();
        assert!(refused().contains("in use"), "{}", refused());
        assert_eq!(text(&folder, STATS), before);
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!is_in_use(&path));
        RunFolder::open(&path, from).unwrap();
    }

    #[test]
    fn a_loss_that_is_not_a_number_survives_the_disk() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        let stats = Stats {
            d_loss: f32::NAN,
            ..fixture::stats(1, f64::INFINITY)
        };
        folder.apply(&Event::Stats(stats)).unwrap();
        let run = read_run(folder.path()).unwrap();
        assert!(run.history.stats[0].d_loss.is_nan());
        assert_eq!(run.history.stats[0].br, None);
    }

    #[test]
    fn an_unwritable_place_is_named_and_left_as_it_was() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("file");
        fs::write(&file, "").unwrap();
        let error = RunFolder::create(&file, &fixture::config()).unwrap_err();
        assert!(error.to_string().contains("file"), "{error}");
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    }
}
