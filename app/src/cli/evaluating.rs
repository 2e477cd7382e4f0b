//! Shared by `eval` and `stats`: progress that the user can call off, and cached statistics of real
//! images.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tightrope_core::{
    Error,
    config::DataConfig,
    data::{Dataset, open_watched},
    evaluation::{
        About, Statistics,
        statistics::{bytes_of, key},
    },
    feature::{Bytes, FeatureNet},
    progress::Progress,
};

use super::{eval_args::JudgeArgs, output::say};
use crate::interruption::interruption;

/// Lines of progress that a piece of work prints where bars cannot show.
const LINES: usize = 4;

/// A piece of work: a bar on a terminal, elsewhere a line now and then. Ctrl-C calls it off.
pub struct Work {
    bar: ProgressBar,
    what: String,
    asked: &'static AtomicBool,
    told: AtomicUsize,
    quiet: bool,
}

impl Work {
    /// Starts a piece of work.
    pub fn begin(what: &str, quiet: bool) -> Result<Self> {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} eta {eta}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        Ok(Self {
            bar,
            what: what.to_owned(),
            asked: interruption()?,
            told: AtomicUsize::new(0),
            quiet,
        })
    }
}

impl Progress for Work {
    fn at(&self, done: usize, total: usize) -> Result<(), Error> {
        if self.asked.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        if total == 0 {
            return Ok(());
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        let part = done * LINES / total;
        let is_news = self.told.fetch_max(part, Ordering::Relaxed) < part;
        if is_news && self.bar.is_hidden() && !self.quiet {
            // A reader that stops listening does not stop the work.
            drop(say(format_args!("{} {done}/{total}", self.what)));
        }
        Ok(())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Statistics of the split of `source` that `args` names, at `side` pixels, over `count` images
/// drawn from all, or over all. Reads them from the cache if an earlier call stored them.
pub async fn statistics(
    source: &str,
    side: usize,
    count: Option<u64>,
    network: &FeatureNet,
    args: &JudgeArgs,
) -> Result<Statistics> {
    let config = DataConfig {
        source: args.split.of(source)?,
        side,
        flip: false,
        limit: count.map_or(0, |count| count as usize),
        memory: 0,
    };
    let dataset = open_watched(&config, &Work::begin("reading images", args.quiet)?)?;
    let Dataset::Images(set) = dataset else {
        bail!(Error::Data(format!(
            "{source}: points in the plane have no features; name images"
        )));
    };
    let values = bytes_of(&set, set.len());
    let images = Bytes {
        channels: set.channels,
        side: set.side,
        values: &values,
    };
    let about = About {
        data: source.to_owned(),
        split: args.split.name().to_owned(),
        ..About::default()
    };
    let cache = cache_file(&key(images, network, args.resize));
    if let Some(mut known) = cache.as_ref().and_then(|file| Statistics::read(file).ok()) {
        // The images are the same, but their name may differ.
        if let Some(then) = known.about.take() {
            known.about = Some(About {
                data: about.data,
                split: about.split,
                ..then
            });
        }
        return Ok(known);
    }
    let work = Work::begin("features of real images", args.quiet)?;
    let made = Statistics::of(images, network, args.resize, about, &work).await?;
    if let Some(file) = cache {
        // Statistics that cannot be cached are computed again next time.
        let folder = file.parent().map(std::fs::create_dir_all);
        drop(folder.map(|_| made.write(&file)));
    }
    Ok(made)
}

fn cache_file(key: &str) -> Option<PathBuf> {
    let folder = dirs::cache_dir()?.join("tightrope").join("statistics");
    Some(folder.join(format!("{key:.32}.npz")))
}
