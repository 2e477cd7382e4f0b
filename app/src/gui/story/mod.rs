//! Stories told in the window: pages, the runs on stage, and when a page may be turned.

mod condition;
mod exits;
mod telling;

use super::model::Speed;

pub use exits::{Exits, settle};
pub use telling::{Aside, Telling, leave, open, start_over, turn};

/// Iterations a second of all stories: slow enough to be watched, a minute or two from end to end.
const RATE: f64 = 20.0;

/// How fast all stories are told.
pub const PACE: Speed = Speed::Limit(RATE);

#[cfg(test)]
pub mod tests;
