//! Marks where a setting was changed while a run trained, and where a stage began.

use egui::{Shape, Stroke, Ui, pos2};
use egui_plot::{PlotPoint, PlotResponse};
use tightrope_core::history::History;

use crate::gui::{
    model::{Axis, Model, RunView},
    theme,
};

/// Half the width of a mark, and its height.
const SIZE: [f32; 2] = [4.5, 8.0];
/// Distance in pixels at which the pointer hits a mark.
const REACH: f32 = 6.0;
/// Most edits named in one explanation.
const NAMED: usize = 6;

/// Draws a mark at the upper edge for every edit and stage, and a line down from stages; describes
/// the one under the pointer.
pub fn marks<R>(ui: &Ui, model: &Model, shown: &PlotResponse<R>) {
    let frame = *shown.transform.frame();
    let painter = ui.painter().with_clip_rect(frame);
    let is_pointed = |x: f32| {
        let pointer = shown.response.hover_pos();
        pointer.is_some_and(|at| (at.x - x).abs() <= REACH && at.y - frame.top() <= 2.0 * SIZE[1])
    };
    let mut words = Vec::new();
    for run in model.shown() {
        let colour = theme::run(run.style, ui.visuals());
        let mut drawn = f32::NEG_INFINITY;
        for moment in moments(&run.history) {
            let x = place(run, moment.iteration, model.preferences.axis, shown);
            if !frame.x_range().contains(x) {
                continue;
            }
            if is_pointed(x) {
                let Moment {
                    iteration, what, ..
                } = &moment;
                words.push(format!("{}, iteration {iteration}: {what}", run.name));
            }
            if moment.is_stage || is_pointed(x) {
                painter.vline(x, frame.y_range(), Stroke::new(1.0, colour));
            }
            // A dragged slider leaves many marks in one place.
            if x - drawn >= 1.0 {
                let top = frame.top();
                let [half, height] = SIZE;
                let corners = [
                    pos2(x - half, top),
                    pos2(x + half, top),
                    pos2(x, top + height),
                ];
                let rim = Stroke::new(1.0, ui.visuals().extreme_bg_color);
                painter.add(Shape::convex_polygon(corners.to_vec(), colour, rim));
                drawn = x;
            }
        }
    }
    if words.is_empty() {
        return;
    }
    if words.len() > NAMED {
        let more = words.len() - NAMED;
        words.truncate(NAMED);
        words.push(format!("and {more} more"));
    }
    let response = shown.response.clone();
    response.on_hover_text_at_pointer(words.join("\n"));
}

/// An edit or stage to mark.
struct Moment {
    iteration: u64,
    what: String,
    is_stage: bool,
}

fn moments(history: &History) -> Vec<Moment> {
    let edits = history.edits.iter().map(|edit| Moment {
        iteration: edit.iteration,
        what: format!("{} = {}", edit.key, edit.value),
        is_stage: false,
    });
    let stages = history.stages.iter().map(|stage| Moment {
        iteration: stage.iteration.saturating_sub(1),
        what: format!("pruned; stage {} begins", stage.stage),
        is_stage: true,
    });
    let mut all: Vec<Moment> = edits.chain(stages).collect();
    all.sort_by_key(|moment| moment.iteration);
    all
}

fn place<R>(run: &RunView, iteration: u64, axis: Axis, shown: &PlotResponse<R>) -> f32 {
    let x = axis.at(&run.history, iteration);
    let point = PlotPoint::new(x, 0.0);
    shown.transform.position_from_point(&point).x
}
