//! Measurements over time, one chart above another on a shared x-axis.

mod chart;
mod edits;
mod evaluations;
mod events;
mod pointer;
mod scale;
mod smoothing;
mod zones;

use egui::{ScrollArea, Slider, Ui};
use egui_plot::PlotUi;

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    model::{Axis, Model, preferences::Preferences},
    picture,
};
use chart::Chart;
use scale::Scale;
use smoothing::Smoothing;

/// The panel at the foot.
pub struct Timelines {
    open: [bool; Chart::ALL.len()],
    /// The axis over which the charts were last drawn.
    axis: Axis,
    view: View,
}

/// Display options of the charts.
#[derive(Default)]
struct View {
    scale: Scale,
    smoothing: Smoothing,
    /// Range of the balance ratio last shown by default.
    range: Option<[f64; 2]>,
}

impl View {
    /// Shows the usual range of the balance ratio, unless the user has zoomed elsewhere.
    fn show_range(&mut self, plot: &mut PlotUi, model: &Model, reset: bool) {
        let (low, high) = zones::range(model);
        let wanted = [low, high].map(|value| self.scale.place(value));
        let bounds = plot.plot_bounds();
        let is = |range: [f64; 2]| {
            let now = [bounds.min()[1], bounds.max()[1]];
            now.iter().zip(range).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        if reset || (self.range != Some(wanted) && self.range.is_none_or(is)) {
            self.range = Some(wanted);
            plot.set_plot_bounds_y(wanted[0]..=wanted[1]);
        }
    }
}

impl Default for Timelines {
    fn default() -> Self {
        Self {
            open: Chart::ALL.map(|chart| matches!(chart, Chart::Balance | Chart::Density)),
            axis: Axis::default(),
            view: View::default(),
        }
    }
}

/// Least height of a chart.
const LEAST: f32 = 84.0;

impl Panel for Timelines {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut all = false;
        let scale = self.view.scale;
        let area = ui.max_rect();
        ui.horizontal_wrapped(|ui| {
            for (index, chart) in Chart::ALL.into_iter().enumerate() {
                if !chart.has_any(model) {
                    continue;
                }
                let toggle = ui.toggle_value(&mut self.open[index], chart.name());
                explained(toggle, chart.term(model));
            }
            ui.separator();
            ui.weak("over");
            for axis in Axis::ALL {
                let is_on = model.preferences.axis == axis;
                let mut choice = ui.selectable_label(is_on, axis.name());
                if axis == Axis::Flops {
                    choice = explained(choice, Term::Flops);
                }
                if choice.clicked() {
                    let preferences = Preferences {
                        axis,
                        ..model.preferences.clone()
                    };
                    actions.push(Action::SetPreferences(preferences));
                }
            }
            ui.separator();
            let mut is_log = scale == Scale::Log;
            let log = ui.toggle_value(&mut is_log, "log");
            log.on_hover_text(
                "A logarithmic y-axis; values around zero and below keep their place",
            );
            self.view.scale = if is_log { Scale::Log } else { Scale::Linear };
            let mut weight = self.view.smoothing.weight();
            ui.spacing_mut().slider_width = 70.0;
            let slider = Slider::new(&mut weight, 0.0..=Smoothing::MOST)
                .text("smooth")
                .show_value(false);
            ui.add(slider).on_hover_text(format!(
                "Running means of losses and balance ratios; the past weighs {weight:.2}"
            ));
            self.view.smoothing.set_weight(weight);
            all = ui
                .button("Show all")
                .on_hover_text(
                    "Drag with the right button to zoom into a box; this shows everything again",
                )
                .clicked();
            actions.extend(picture::button(ui, "timelines", area).map(Action::Picture));
        });
        self.view.smoothing.retain(|key| model.run(key).is_some());
        // A range of one axis means nothing on another.
        let reset = all || scale != self.view.scale || self.axis != model.preferences.axis;
        self.axis = model.preferences.axis;
        let open: Vec<Chart> = Chart::ALL
            .into_iter()
            .zip(self.open)
            .filter_map(|(chart, open)| (open && chart.has_any(model)).then_some(chart))
            .collect();
        if open.is_empty() {
            return actions;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let gaps = ui.spacing().item_spacing.y * open.len() as f32;
            let height = ((ui.available_height() - gaps) / open.len() as f32).max(LEAST);
            for (index, chart) in open.iter().enumerate() {
                let is_last = index + 1 == open.len();
                actions.extend(chart.show(ui, model, &mut self.view, height, is_last, reset));
            }
        });
        actions
    }
}

#[cfg(test)]
mod tests;
