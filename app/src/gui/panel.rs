//! The panels, one per file. A panel keeps its own small state, draws from the `Model` and returns
//! actions; no panel knows another.

pub mod beam;
pub mod compare;
pub mod controls;
pub mod evaluations;
pub mod going;
pub mod layers;
pub mod live;
pub mod notices;
pub mod offer;
pub mod runs;
pub mod samples;
pub mod slow;
pub mod story;
pub mod take_away;
pub mod tasks;
pub mod timelines;
pub mod welcome;
pub mod wheel;

use egui::Ui;

use super::{action::Action, model::Model};

/// One part of the window.
pub trait Panel {
    /// Draws it and returns the user's actions.
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action>;
}
