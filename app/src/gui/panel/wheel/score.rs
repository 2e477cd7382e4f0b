//! Share of time in the target band since the user took the wheel, for the user and for rivals that
//! steer themselves.

use tightrope_core::config::Policy;

use crate::gui::model::{Model, RunView};

/// Most rivals to compare with.
const RIVALS: usize = 2;

/// Score of a user-steered run.
#[derive(Clone, Debug, PartialEq)]
pub enum Score {
    /// The user has not steered yet.
    NotTaken,
    /// No balance ratio was measured since.
    TooEarly,
    /// At least one balance ratio was measured.
    Known {
        /// Iteration at which the user took the wheel.
        since: u64,
        /// The user's share, then those of rivals over the same iterations.
        shares: Vec<Share>,
    },
}

/// One run's share.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Name of the run; "you" for the user's.
    pub name: String,
    /// Index of the run's colour.
    pub style: usize,
    /// Share of the recorded states in the band.
    pub in_band: f64,
}

impl Score {
    /// The score of a manual run.
    pub fn of(model: &Model, run: &RunView) -> Self {
        let Some(since) = run.history.steered_since() else {
            return Self::NotTaken;
        };
        let rivals: Vec<&RunView> = model
            .shown()
            .filter(|rival| is_rival(run, rival, since))
            .take(RIVALS)
            .collect();
        // Waits for a rival that is behind, for example because it is paused.
        let ends = rivals.iter().map(|rival| last(rival));
        let end = ends.fold(last(run), u64::min);
        let share = |of: &RunView, name: String| {
            let in_band = of.history.share_in_band_between(since, end)?;
            let style = of.style;
            Some(Share {
                name,
                style,
                in_band,
            })
        };
        let Some(own) = share(run, "you".to_owned()) else {
            return Self::TooEarly;
        };
        let theirs = rivals
            .iter()
            .filter_map(|rival| share(rival, rival.name.clone()));
        Self::Known {
            since,
            shares: std::iter::once(own).chain(theirs).collect(),
        }
    }

    /// The score in words.
    pub fn words(&self, run: &RunView) -> String {
        match self {
            Self::NotTaken if run.is_live() => {
                "Drag d_D, or press [ and ], to keep BR in its band.".to_owned()
            }
            Self::NotTaken => "Nobody steered this run.".to_owned(),
            Self::TooEarly => "No balance ratio was measured since you took the wheel.".to_owned(),
            Self::Known { since, shares } => {
                format!("In the band since iteration {since}: {}.", verdict(shares))
            }
        }
    }
}

/// Names the run that kept the balance longest.
fn verdict(shares: &[Share]) -> String {
    /// Largest difference between shares that counts as level.
    const LEVEL: f64 = 0.005;
    let Some((own, rivals)) = shares.split_first() else {
        return String::new();
    };
    let best = rivals.iter().max_by(|a, b| a.in_band.total_cmp(&b.in_band));
    match best {
        None => format!("{:.0} % of the recorded states", 100.0 * own.in_band),
        Some(rival) if own.in_band > rival.in_band + LEVEL => {
            format!("you, longer than {}", rival.name)
        }
        Some(rival) if own.in_band < rival.in_band - LEVEL => {
            format!("{}, longer than you", rival.name)
        }
        Some(rival) => format!("you and {} are level", rival.name),
    }
}

/// Whether a run adapts its own density on the same data over the same iterations.
fn is_rival(run: &RunView, rival: &RunView, since: u64) -> bool {
    let (Some(mine), Some(theirs)) = (&run.history.config, &rival.history.config) else {
        return false;
    };
    let steers = matches!(theirs.discriminator.policy, Policy::Relax | Policy::Strict);
    let comes_along = rival.is_live() || last(rival) >= last(run);
    steers && mine.data.source == theirs.data.source && comes_along && last(rival) > since
}

fn last(run: &RunView) -> u64 {
    run.history.latest().map_or(0, |stats| stats.iteration)
}
