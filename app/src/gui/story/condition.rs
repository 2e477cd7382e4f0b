//! Conditions for turning a page, judged by what the runs have reported.

use tightrope_core::{config::Role, session::RunState};

use crate::{
    gui::model::{Cursor, RunView},
    story::Condition,
};

impl Condition {
    /// Whether the page may be turned: its condition is met, or can no longer be met.
    pub fn opens(self, runs: &[&RunView], cursor: Cursor) -> bool {
        let all = |state: RunState| !runs.is_empty() && runs.iter().all(|run| run.state == state);
        self.is_met(runs, cursor) || (self != Self::Back && all(RunState::Ended))
    }

    /// Whether the condition is met.
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
}
