//! Notices of the window, each shown until dismissed.

use egui::{Label, RichText, ScrollArea, Ui};

use super::Panel;
use crate::gui::{action::Action, model::Model};

/// Height of all lines before they scroll.
const MOST: f32 = 110.0;
/// Width left for the button behind a line.
const BUTTON: f32 = 84.0;

/// The lines at the foot.
#[derive(Default)]
pub struct Notices;

impl Panel for Notices {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let scroll = ScrollArea::vertical()
            .max_height(MOST)
            .stick_to_bottom(true);
        scroll.auto_shrink([false, true]).show(ui, |ui| {
            for (index, notice) in model.notices.iter().enumerate() {
                ui.horizontal_top(|ui| {
                    let text = RichText::new(&notice.text);
                    let text = if notice.is_trouble {
                        text.color(ui.visuals().error_fg_color)
                    } else {
                        text
                    };
                    ui.vertical(|ui| {
                        ui.set_width((ui.available_width() - BUTTON).max(0.0));
                        ui.add(Label::new(text).wrap());
                    });
                    if ui.small_button("Dismiss").clicked() {
                        actions.push(Action::Dismiss(index));
                    }
                });
            }
        });
        actions
    }
}

#[cfg(test)]
mod tests;
