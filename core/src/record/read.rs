//! Reads run folders: finished, unfinished, or still being written.

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use super::samples::Grid;
use super::{
    evaluations,
    folder::{CONFIG, EVENTS, STATS, SUMMARY},
    jsonl, moments, samples,
};
use crate::{
    config::{CONFIG_VERSION, RunConfig},
    error::{Error, Result},
    evaluation::Evaluation,
    event::{Event, Stats},
    fs,
    history::History,
    text::make_printable,
};

/// A run as read from its folder.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// The run folder.
    pub path: PathBuf,
    /// The run's settings.
    pub config: RunConfig,
    /// Events of the run, without its [`grids`](Self::grids) and [`moments`](Self::moments).
    pub history: History,
    /// Real points, for 2-D data.
    pub reals: Option<Vec<[f32; 2]>>,
    /// A picture of real samples.
    pub reals_png: Option<Vec<u8>>,
    /// Pictures of generated samples by rising iteration.
    pub grids: Vec<Grid>,
}

impl StoredRun {
    /// The fields and masks that accompany the run's grids, each with its iteration, in order.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged.
    pub fn moments(&self) -> Result<Vec<(u64, Event)>> {
        let kept: Vec<u64> = self.grids.iter().map(|grid| grid.iteration).collect();
        moments::read(&self.path, &kept)
    }

    /// The run's evaluations by feature networks, in the order in which they were made.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn evaluations(&self) -> Result<Vec<Evaluation>> {
        evaluations::read(&self.path)
    }
}

/// Whether the folder looks like a run folder.
pub fn is_run_folder(path: &Path) -> bool {
    fs::is_file(&path.join(CONFIG))
}

/// Whether the run in this folder has ended, and is not being continued.
pub fn has_ended(run: &Path) -> bool {
    fs::is_file(&run.join(SUMMARY))
}

/// Reads a run folder.
pub fn read_run(path: &Path) -> Result<StoredRun> {
    let config = read_config(path)?;
    let events = read_events(path)?;
    let stats = read_stats(path)?;
    let reals = path.join(samples::REALS);
    let points = reals.with_extension("json");
    Ok(StoredRun {
        history: fold(config.clone(), &events, stats),
        reals: fs::is_file(&points)
            .then(|| samples::read_points(&points))
            .transpose()?,
        reals_png: fs::read(reals.with_extension("png")).ok(),
        grids: samples::list(path)?,
        path: path.into(),
        config,
    })
}

/// Every line of a run's `stats.jsonl`.
pub fn read_stats(run: &Path) -> Result<Vec<Stats>> {
    jsonl::read(&run.join(STATS))
}

/// Every line of a run's `events.jsonl`, with texts that are safe to show.
pub fn read_events(run: &Path) -> Result<Vec<Event>> {
    jsonl::read_with(&run.join(EVENTS), |line| {
        let mut value = serde_json::from_slice(line)?;
        make_printable(&mut value);
        serde_json::from_value(value)
    })
}

/// Events come first: a `resumed` among them must not rewind the states after it.
pub fn fold(config: RunConfig, events: &[Event], stats: Vec<Stats>) -> History {
    let mut history = History::new(config);
    events.iter().for_each(|event| history.apply(event));
    stats
        .into_iter()
        .for_each(|s| history.apply(&Event::Stats(s)));
    history
}

/// Reads a run's settings.
pub fn read_config(run: &Path) -> Result<RunConfig> {
    let path = run.join(CONFIG);
    let shown = path.display();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if !fs::exists(run) => {
            return Err(Error::Record(format!(
                "{}: no such run folder",
                run.display()
            )));
        }
        Err(_) if !fs::exists(&path) => {
            return Err(Error::Record(format!(
                "{}: not a run folder (it has no {CONFIG}); run folders look like runs/00007-cifar10-static-dG0.10-s42",
                run.display()
            )));
        }
        Err(e) => return Err(Error::io(path, e)),
    };
    let mut value: Value = serde_json::from_str(&text)
        .map_err(|e| Error::Record(format!("{shown}: not JSON ({e})")))?;
    make_printable(&mut value);
    match value.get("version").and_then(Value::as_u64) {
        None => Err(Error::Record(format!(
            "{shown}: not the settings of a run (it has no version)"
        ))),
        Some(version) if version > u64::from(CONFIG_VERSION) => Err(Error::Record(format!(
            "{shown}: written by a newer Tightrope (version {version}, this one reads up to {CONFIG_VERSION})"
        ))),
        Some(_) => {
            serde_json::from_value(value).map_err(|e| Error::Record(format!("{shown}: {e}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{RunFolder, fixture};

    fn refusal(path: &Path) -> String {
        read_run(path).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_a_run_is_refused_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join(CONFIG);
        assert!(refusal(&dir.path().join("x")).contains("no such run folder"));
        assert!(refusal(dir.path()).contains("not a run folder"));
        for (text, expected) in [
            ("{", "not JSON"),
            ("[]", "not the settings of a run"),
            (
                "{\"version\": 2}",
                "newer Tightrope (version 2, this one reads up to 1)",
            ),
            ("{\"version\": 1, \"colour\": 3}", "unknown field `colour`"),
        ] {
            fs::write(&config, text).unwrap();
            let error = refusal(dir.path());
            assert!(
                error.contains(expected) && error.lines().count() == 1,
                "{error}"
            );
        }
    }

    #[test]
    fn an_unfinished_run_with_a_torn_line_is_read() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = RunFolder::create(out.path(), &fixture::config()).unwrap();
        folder.apply(&Event::Started(fixture::info())).unwrap();
        folder.apply(&Event::Stats(fixture::stats(1, 0.5))).unwrap();
        let stats = folder.path().join(STATS);
        let torn = fs::read_to_string(&stats).unwrap() + "{\"iteration\": 2, \"sec";
        fs::write(&stats, torn).unwrap();
        let run = read_run(folder.path()).unwrap();
        assert_eq!(run.history.stats, [fixture::stats(1, 0.5)]);
        assert_eq!((run.history.ended, run.reals_png), (None, None));
    }
}
