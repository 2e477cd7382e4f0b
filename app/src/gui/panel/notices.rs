//! What the window has to say, each line until it is put away.

use egui::{Align, Layout, RichText, Ui};

use super::Panel;
use crate::gui::{action::Action, model::Model};

/// The lines at the foot.
#[derive(Default)]
pub struct Notices;

impl Panel for Notices {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        for (index, notice) in model.notices.iter().enumerate() {
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                if ui.small_button("Dismiss").clicked() {
                    actions.push(Action::Dismiss(index));
                }
                ui.with_layout(
                    Layout::left_to_right(Align::TOP).with_main_wrap(true),
                    |ui| {
                        let text = RichText::new(&notice.text);
                        ui.label(if notice.is_trouble {
                            text.color(ui.visuals().error_fg_color)
                        } else {
                            text
                        });
                    },
                );
            });
        }
        actions
    }
}

#[cfg(test)]
mod tests;
