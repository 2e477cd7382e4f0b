//! Marks where somebody changed a setting while a run trained.

use egui::{Shape, Stroke, Ui, pos2};
use egui_plot::{PlotPoint, PlotResponse};
use tightrope_core::history::Edit;

use crate::gui::{
    model::{Axis, Model, RunView},
    theme,
};

/// Half a mark's width, and its height.
const SIZE: [f32; 2] = [4.5, 8.0];
/// Pixels within which a mark is pointed at.
const REACH: f32 = 6.0;
/// Edits one explanation names at most.
const NAMED: usize = 6;

/// Draws a mark at the upper edge for every edit, and says what the one under the pointer was.
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
        for edit in &run.history.edits {
            let x = place(run, edit, model.look.axis, shown);
            if !frame.x_range().contains(x) {
                continue;
            }
            if is_pointed(x) {
                words.push(in_words(run, edit));
                painter.vline(x, frame.y_range(), Stroke::new(1.0, colour));
            }
            // A dragged slider leaves many in one place.
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

fn place<R>(run: &RunView, edit: &Edit, axis: Axis, shown: &PlotResponse<R>) -> f32 {
    let x = axis.at(&run.history, edit.iteration);
    let point = PlotPoint::new(x, 0.0);
    shown.transform.position_from_point(&point).x
}

fn in_words(run: &RunView, edit: &Edit) -> String {
    let Edit {
        iteration,
        key,
        value,
    } = edit;
    format!("{}, iteration {iteration}: {key} = {value}", run.name)
}
