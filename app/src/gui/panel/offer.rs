//! The comparison offered by the page's address; nothing trains until the user starts it.

use egui::{Label, RichText, Ui};

use super::Panel;
use crate::gui::{action::Action, model::Model};

/// The strip under the title.
#[derive(Default)]
pub struct Offer;

impl Panel for Offer {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let Some(setup) = &model.offer else {
            return actions;
        };
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(format!("This link sets up {}.", setup.words())).wrap());
            if ui.button(RichText::new("Start").strong()).clicked() {
                actions.push(Action::TakeOffer);
            }
            if ui.button("Not now").clicked() {
                actions.push(Action::LeaveOffer);
            }
        });
        actions
    }
}

#[cfg(test)]
mod tests;
