//! What has to happen before a page is turned, judged by what the runs have said.

use tightrope_core::{
    config::Role,
    event::{MaskChange, Verdict},
    session::RunState,
};

use super::Story;
use crate::gui::model::{Cursor, RunView};

/// What has to happen before a page is turned. A run is named by its place in the story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Nothing.
    None,
    /// All runs have come to this iteration.
    Iteration(u64),
    /// A run has had this verdict.
    Verdict(usize, Verdict),
    /// A run has covered at least so many modes.
    Modes(usize, usize),
    /// The density of a run's D has been moved this way.
    Moved(usize, MaskChange),
    /// At least this share of the weights of a run's G has been active.
    Explored(usize, f64),
    /// No run advances.
    Held,
    /// The slider is back in the past.
    Back,
}

impl Condition {
    /// Whether the page may be turned: its condition is met, or can be met no more.
    pub fn opens(self, runs: &[&RunView], cursor: Cursor) -> bool {
        let all = |state: RunState| !runs.is_empty() && runs.iter().all(|run| run.state == state);
        self.is_met(runs, cursor) || (self != Self::Back && all(RunState::Ended))
    }

    /// Whether it has happened.
    pub fn is_met(self, runs: &[&RunView], cursor: Cursor) -> bool {
        let of = |place: usize| runs.get(place).map(|run| &run.history);
        let every = |holds: &dyn Fn(&RunView) -> bool| {
            !runs.is_empty() && runs.iter().all(|run| holds(run))
        };
        match self {
            Self::None => true,
            Self::Iteration(wanted) => every(&|run| run.iteration >= wanted),
            Self::Verdict(place, wanted) => {
                of(place).is_some_and(|h| h.verdicts.iter().any(|&(_, verdict)| verdict == wanted))
            }
            Self::Modes(place, wanted) => of(place).is_some_and(|h| {
                let modes = h.quality.iter().filter_map(|quality| quality.modes);
                modes.max().is_some_and(|modes| modes >= wanted)
            }),
            Self::Moved(place, wanted) => of(place).is_some_and(|h| {
                let masks = &mut h.masks.iter();
                masks.any(|mask| mask.net == Role::D && mask.change == wanted)
            }),
            Self::Explored(place, wanted) => {
                let latest = of(place).and_then(|h| h.latest());
                latest.is_some_and(|stats| stats.exploration_g >= wanted)
            }
            Self::Held => every(&|run| run.state != RunState::Running),
            Self::Back => cursor != Cursor::Live,
        }
    }

    /// What is waited for.
    pub fn words(self, story: &Story) -> String {
        let name = |place: usize| story.methods.get(place).copied().unwrap_or_default();
        match self {
            Self::None => String::new(),
            Self::Iteration(wanted) => format!("iteration {wanted}"),
            Self::Verdict(place, verdict) => format!("{}: {}", name(place), verdict.words()),
            Self::Modes(place, modes) => format!("{}: {modes} modes", name(place)),
            Self::Moved(place, MaskChange::Raise) => format!("{}: d_D raised", name(place)),
            Self::Moved(place, MaskChange::Lower) => format!("{}: d_D lowered", name(place)),
            Self::Moved(place, MaskChange::Prune) => format!("{}: pruned", name(place)),
            Self::Moved(place, MaskChange::DropGrow) => format!("{}: drop and grow", name(place)),
            Self::Explored(place, share) => {
                format!("{}: exploration {:.0} %", name(place), 100.0 * share)
            }
            Self::Held => "a pause".to_owned(),
            Self::Back => "the slider, dragged back".to_owned(),
        }
    }
}
