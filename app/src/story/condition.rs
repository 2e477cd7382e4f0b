//! Conditions for turning a page.

use tightrope_core::event::{MaskChange, Verdict};

use super::Story;

/// A condition for turning a page. It names a run by its index in the story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// No condition.
    None,
    /// All runs have reached this iteration.
    Iteration(u64),
    /// A run has had this verdict.
    Verdict(usize, Verdict),
    /// A run has covered at least this many modes.
    Modes(usize, usize),
    /// The density of a run's D has moved this way.
    Moved(usize, MaskChange),
    /// At least this share of the weights of a run's G has been active.
    Explored(usize, f64),
    /// No run advances.
    Held,
    /// The slider stands in the past.
    Back,
}

impl Condition {
    /// The condition in words.
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
