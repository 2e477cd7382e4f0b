//! Marks of mask changes on the density chart.

use egui::Visuals;
use egui_plot::{MarkerShape, PlotPoints, PlotResponse, PlotUi, Points};
use tightrope_core::{
    config::Role,
    event::{MaskChange, MaskEvent},
};

use super::{pointer::Pointer, scale::Scale};
use crate::gui::{
    model::{Axis, Model, RunView},
    theme,
};

/// Distance in pixels at which the pointer hits a mark.
const REACH: f32 = 7.0;

/// Draws a mark for every mask change.
pub fn marks(plot: &mut PlotUi, run: &RunView, axis: Axis, scale: Scale, visuals: &Visuals) {
    for (change, shape, radius) in [
        (MaskChange::DropGrow, MarkerShape::Diamond, 2.5),
        (MaskChange::Raise, MarkerShape::Up, 4.0),
        (MaskChange::Lower, MarkerShape::Down, 4.0),
        (MaskChange::Prune, MarkerShape::Down, 4.0),
    ] {
        for role in [Role::D, Role::G] {
            let points: Vec<[f64; 2]> = run
                .history
                .masks
                .iter()
                .filter(|mask| mask.change == change && mask.net == role)
                .map(|mask| place(run, mask, axis, scale))
                .collect();
            // Without a name, the marks stay out of the legend.
            let marks = Points::new("", PlotPoints::from(points))
                .shape(shape)
                .radius(radius)
                .color(theme::role(role, visuals))
                .allow_hover(false);
            plot.points(marks);
        }
    }
}

fn place(run: &RunView, mask: &MaskEvent, axis: Axis, scale: Scale) -> [f64; 2] {
    [
        axis.at(&run.history, mask.iteration),
        scale.place(mask.density),
    ]
}

/// Describes the mask change under the pointer.
pub fn explain<R>(model: &Model, scale: Scale, shown: &PlotResponse<R>) {
    let Some(pointer) = Pointer::over(shown) else {
        return;
    };
    let axis = model.preferences.axis;
    let mut lines = Vec::new();
    for run in model.shown() {
        let is_pointed = |mask: &&MaskEvent| pointer.is_at(place(run, mask, axis, scale), REACH);
        let pointed = run.history.masks.iter().filter(is_pointed);
        lines.extend(pointed.map(|mask| in_words(run, mask)).take(4));
    }
    pointer.say(&lines, "\n");
}

fn in_words(run: &RunView, mask: &MaskEvent) -> String {
    let what = match mask.change {
        MaskChange::DropGrow => "drop and grow",
        MaskChange::Raise => "raised",
        MaskChange::Lower => "lowered",
        MaskChange::Prune => "pruned",
    };
    let reason = mask
        .br
        .map_or(String::new(), |br| format!(" at BR {br:.2}"));
    format!(
        "{}, iteration {}: {} {what}{reason}: {} dropped, {} grown, {} grown again; density {:.3}",
        run.name, mask.iteration, mask.net, mask.dropped, mask.grown, mask.regrown, mask.density
    )
}
