//! `RunFolder`: records a run while it trains.

use std::path::{Path, PathBuf};

use super::{
    Checkpoint, Summary, checkpoint, evaluations,
    jsonl::{self, Lines},
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
    log: Lines,
    /// History without moments of samples, which are on disk.
    history: History,
    averages: bool,
    reals: Vec<[f32; 2]>,
}

impl RunFolder {
    /// Creates `out/00007-cifar10-adapt_relax-dG0.10-s42` with the next free number; leaves nothing
    /// behind on failure.
    pub fn create(out: &Path, config: &RunConfig) -> Result<Self> {
        let reservation = Reservation::take(out)?;
        let hidden = reservation.path();
        atomic::write_json(&hidden.join(CONFIG), config)?;
        for file in [STATS, EVENTS, LOG] {
            let path = hidden.join(file);
            File::create(&path).map_err(|e| Error::io(&path, e))?;
        }
        let checkpoints = hidden.join(checkpoint::FOLDER);
        fs::create_dir(&checkpoints).map_err(|e| Error::io(&checkpoints, e))?;
        let path = reservation.name(&name::suffix(config))?;
        Lines::open(path.join(LOG))
            .and_then(|log| {
                log.lock()?;
                Self::attach(path.clone(), log, History::new(config.clone()), Vec::new())
            })
            .inspect_err(|_| {
                // The first error is the one to report.
                let _ = fs::remove_dir_all(&path);
            })
    }

    /// Opens the folder of a run that continues from the checkpoint of `iteration`.
    ///
    /// Records after that checkpoint are removed. The record of a resumed run thus equals that of
    /// an uninterrupted one, except for its `resumed` line and the seconds. `newest` is the
    /// iteration of the newest checkpoint at the time the caller read its own.
    ///
    /// # Errors
    /// When another process writes here, or has trained the run on since: what it recorded stays.
    pub fn open(path: &Path, iteration: u64, newest: u64) -> Result<Self> {
        let config = read::read_config(path)?;
        // Before anything is changed: another process may be writing here.
        let log = Lines::open(path.join(LOG))?;
        log.lock()?;
        if let Some((now, _)) = checkpoint::list(path)?.pop()
            && now > newest
        {
            return Err(Error::Record(format!(
                "{}: another process has trained this run to iteration {now} meanwhile; resume it again",
                path.display()
            )));
        }
        let mut stats: Vec<Stats> = jsonl::read(&path.join(STATS))?;
        stats.retain(|s| s.iteration <= iteration);
        let events = before(jsonl::read(&path.join(EVENTS))?, iteration);
        jsonl::rewrite(&path.join(STATS), &stats)?;
        jsonl::rewrite(&path.join(EVENTS), &events)?;
        samples::forget_after(path, iteration)?;
        moments::forget_after(path, iteration)?;
        evaluations::forget_after(path, iteration)?;
        let summary = path.join(SUMMARY);
        if fs::is_file(&summary) {
            fs::remove_file(&summary).map_err(|e| Error::io(&summary, e))?;
        }
        let reals = reals_json(path);
        let reals = if fs::is_file(&reals) {
            samples::read_points(&reals)?
        } else {
            Vec::new()
        };
        Self::attach(path.into(), log, read::fold(config, &events, stats), reals)
    }

    fn attach(path: PathBuf, log: Lines, history: History, reals: Vec<[f32; 2]>) -> Result<Self> {
        let config = history.config.as_ref();
        Ok(Self {
            stats: Lines::open(path.join(STATS))?,
            events: Lines::open(path.join(EVENTS))?,
            log,
            averages: config.is_some_and(|c| c.averaging.rule != AveragingRule::None),
            history,
            reals,
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
        match event {
            Event::Samples(samples) => return self.samples(samples),
            Event::Field(field) => return moments::write_field(&self.path, field),
            Event::Masks(masks) => return moments::write_masks(&self.path, masks),
            Event::Stats(stats) => self.stats.value(stats)?,
            // A resumed run introduces itself again; the record needs it once.
            Event::Started(_) if self.history.info.is_some() => {}
            _ => self.events.value(event)?,
        }
        if let Some(line) = log_line(event) {
            self.log.text(&line)?;
        }
        self.history.apply(event);
        if let Some(summary) = Summary::of(&self.history)
            && matches!(event, Event::Ended { .. })
        {
            atomic::write_json(&self.path.join(SUMMARY), &summary)?;
        }
        Ok(())
    }

    /// Writes a checkpoint; returns its file name for [`Event::Checkpoint`].
    pub fn save_checkpoint(&mut self, iteration: u64, checkpoint: &Checkpoint) -> Result<String> {
        checkpoint.save(&self.path, iteration)
    }

    fn samples(&self, samples: &Samples) -> Result<()> {
        let stem = samples::stem(samples.iteration, samples.averaged == self.averages);
        samples::write(&self.path, &stem, &samples.data, &self.reals)
    }
}

fn reals_json(run: &Path) -> PathBuf {
    run.join(samples::REALS).with_extension("json")
}

/// The events that precede the checkpoint of `iteration`.
fn before(events: Vec<Event>, iteration: u64) -> Vec<Event> {
    let mut saved = false;
    let mut past = |event: &Event| match event {
        Event::Started(_) => true,
        Event::Samples(_) | Event::Field(_) | Event::Masks(_) | Event::Ended { .. } => false,
        // Edits are made between iterations: one made after the checkpoint is not in it.
        Event::Edited { iteration: at, .. } => *at < iteration || (*at == iteration && !saved),
        Event::Checkpoint { iteration: at, .. } => {
            saved |= *at == iteration;
            *at <= iteration
        }
        Event::Stats(Stats { iteration: at, .. })
        | Event::Balance { iteration: at, .. }
        | Event::Refused { iteration: at, .. }
        | Event::Resumed { iteration: at } => *at <= iteration,
        Event::Mask(mask) => mask.iteration <= iteration,
        Event::Stage(stage) => stage.iteration <= iteration,
        Event::Quality(quality) => quality.iteration <= iteration,
    };
    events.into_iter().filter(|event| past(event)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;
    use crate::event::{EndReason, Field, Masks, Quality};
    use crate::record::{fixture, read_run};
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
                let file = folder
                    .save_checkpoint(
                        iteration,
                        &Checkpoint::new(iteration.into(), Default::default()),
                    )
                    .unwrap();
                folder
                    .apply(&Event::Checkpoint { iteration, file })
                    .unwrap();
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
        let mut resumed = RunFolder::open(&path, iteration, iteration).unwrap();
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
        let folder = RunFolder::open(&path, 5, 15).unwrap();
        assert_eq!(folder.history().iteration(), 5);
        assert_eq!(checkpoint::list(&path).unwrap().len(), 1);
        assert_eq!(read_run(&path).unwrap().grids.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_in_use_is_refused_untouched() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = start(out.path());
        train(&mut folder, 0, 7);
        let before = text(&folder, STATS);
        let error = RunFolder::open(folder.path(), 5, 5)
            .unwrap_err()
            .to_string();
        assert!(error.contains("in use"), "{error}");
        assert_eq!(text(&folder, STATS), before);
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
