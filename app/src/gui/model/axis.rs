//! The moment that is looked at, and what timelines have in common below.

use std::str::FromStr;

use tightrope_core::{event::Stats, history::History};

/// The moment that samples, scores and masks of all runs are shown at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The latest of each run.
    #[default]
    Live,
    /// The latest that is not after this iteration.
    At(u64),
}

/// What the timelines have in common below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Axis {
    /// Generator iterations.
    #[default]
    Iteration,
    /// Training FLOPs: what was computed.
    Flops,
    /// Real images seen.
    Images,
    /// Seconds of training.
    Seconds,
}

impl Axis {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Iteration, Self::Flops, Self::Images, Self::Seconds];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iteration => "iterations",
            Self::Flops => "training FLOPs",
            Self::Images => "real images",
            Self::Seconds => "seconds",
        }
    }

    /// Its name in an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Iteration => "iterations",
            Self::Flops => "flops",
            Self::Images => "images",
            Self::Seconds => "seconds",
        }
    }

    /// Where a recorded state lies on it.
    pub fn of(self, stats: &Stats) -> f64 {
        match self {
            Self::Iteration => stats.iteration as f64,
            Self::Flops => stats.flops,
            Self::Images => stats.images as f64,
            Self::Seconds => stats.seconds,
        }
    }

    /// Where an iteration of a run lies on it, between the recorded states around it.
    pub fn at(self, history: &History, iteration: u64) -> f64 {
        if self == Self::Iteration {
            return iteration as f64;
        }
        let stats = &history.stats;
        let after = stats.partition_point(|s| s.iteration < iteration);
        let before = after.checked_sub(1).and_then(|i| stats.get(i));
        let (x0, i0) = before.map_or((0.0, 0), |s| (self.of(s), s.iteration));
        match stats.get(after) {
            Some(next) => {
                let share = (iteration - i0) as f64 / (next.iteration - i0).max(1) as f64;
                x0 + share * (self.of(next) - x0)
            }
            None => x0,
        }
    }

    /// The iteration of a run at this place on it.
    pub fn iteration(self, history: &History, x: f64) -> u64 {
        if self == Self::Iteration {
            return x.max(0.0).round() as u64;
        }
        let stats = &history.stats;
        let after = stats.partition_point(|s| self.of(s) < x);
        stats.get(after).or(stats.last()).map_or(0, |s| s.iteration)
    }
}

impl FromStr for Axis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|axis| axis.word() == text);
        found.ok_or_else(|| format!("choose from {}", Self::ALL.map(Self::word).join(", ")))
    }
}
