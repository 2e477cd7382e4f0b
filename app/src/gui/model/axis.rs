//! The moment shown, and the x-axis of the timelines.

use std::str::FromStr;

use tightrope_core::{event::Stats, history::History};

/// The moment at which samples, scores and masks of all runs are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The latest record of each run.
    #[default]
    Live,
    /// The latest record at or before this iteration.
    At(u64),
}

/// Quantity on the x-axis of all timelines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Axis {
    /// Generator iterations.
    #[default]
    Iteration,
    /// Training FLOPs performed.
    Flops,
    /// Real images seen.
    Images,
    /// Seconds of training.
    Seconds,
}

impl Axis {
    /// All axes.
    pub const ALL: [Self; 4] = [Self::Iteration, Self::Flops, Self::Images, Self::Seconds];

    /// Name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iteration => "iterations",
            Self::Flops => "training FLOPs",
            Self::Images => "real images",
            Self::Seconds => "seconds",
        }
    }

    /// Name in an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Iteration => "iterations",
            Self::Flops => "flops",
            Self::Images => "images",
            Self::Seconds => "seconds",
        }
    }

    /// Position of a recorded state.
    pub fn of(self, stats: &Stats) -> f64 {
        match self {
            Self::Iteration => stats.iteration as f64,
            Self::Flops => stats.flops,
            Self::Images => stats.images as f64,
            Self::Seconds => stats.seconds,
        }
    }

    /// Position of an iteration of a run, interpolated between recorded states.
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

    /// Iteration of a run at a position.
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
