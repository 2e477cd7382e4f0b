//! What was measured over time, chart under chart on one x-axis.

mod chart;
mod events;

use egui::{ScrollArea, Ui};

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    look::Look,
    model::{Axis, Model},
};
use chart::Chart;

/// The panel at the foot.
pub struct Timelines {
    open: [bool; Chart::ALL.len()],
    /// The axis the charts were last drawn over.
    axis: Axis,
}

impl Default for Timelines {
    fn default() -> Self {
        Self {
            open: Chart::ALL.map(|chart| matches!(chart, Chart::Balance | Chart::Density)),
            axis: Axis::default(),
        }
    }
}

/// Least height of a chart.
const LEAST: f32 = 84.0;

impl Panel for Timelines {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut all = false;
        ui.horizontal_wrapped(|ui| {
            for (index, chart) in Chart::ALL.into_iter().enumerate() {
                let toggle = ui.toggle_value(&mut self.open[index], chart.name());
                explained(toggle, chart.term(model));
            }
            ui.separator();
            ui.weak("over");
            for axis in Axis::ALL {
                let is_on = model.look.axis == axis;
                let mut choice = ui.selectable_label(is_on, axis.name());
                if axis == Axis::Flops {
                    choice = explained(choice, Term::Flops);
                }
                if choice.clicked() {
                    let look = Look {
                        axis,
                        ..model.look.clone()
                    };
                    actions.push(Action::SetLook(look));
                }
            }
            ui.separator();
            all = ui
                .button("Show all")
                .on_hover_text(
                    "Drag with the right button to zoom into a box; this shows everything again",
                )
                .clicked();
        });
        // A stretch of one axis means nothing on another.
        let reset = all || self.axis != model.look.axis;
        self.axis = model.look.axis;
        let open: Vec<Chart> = Chart::ALL
            .into_iter()
            .zip(self.open)
            .filter_map(|(chart, open)| open.then_some(chart))
            .collect();
        if open.is_empty() {
            return actions;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let gaps = ui.spacing().item_spacing.y * open.len() as f32;
            let height = ((ui.available_height() - gaps) / open.len() as f32).max(LEAST);
            for (index, chart) in open.iter().enumerate() {
                let is_last = index + 1 == open.len();
                actions.extend(chart.show(ui, model, height, is_last, reset));
            }
        });
        actions
    }
}

#[cfg(test)]
mod tests;
