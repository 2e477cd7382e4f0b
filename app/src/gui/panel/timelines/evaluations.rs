//! Distances measured by evaluations, with the best of each protocol marked and every point
//! explained.

use egui::Visuals;
use egui_plot::{Line, MarkerShape, PlotPoints, PlotResponse, PlotUi, Points};
use tightrope_core::evaluation::Evaluation;

use super::{pointer::Pointer, scale::Scale};
use crate::{
    gui::{
        model::{Axis, Model, RunView, evaluation_groups::grouped},
        theme,
    },
    report::figures,
};

/// Distance in pixels at which the pointer hits a point.
const REACH: f32 = 8.0;

/// Whether any shown run has evaluations.
pub fn has_any(model: &Model) -> bool {
    model.shown().any(|run| !run.evaluations.is_empty())
}

/// Draws a line for each run and protocol, with a point for each evaluation.
pub fn lines(plot: &mut PlotUi, run: &RunView, axis: Axis, scale: Scale, visuals: &Visuals) {
    let colour = theme::run(run.style, visuals);
    for group in grouped(&run.evaluations, u64::MAX) {
        let points: Vec<[f64; 2]> = group
            .all
            .iter()
            .map(|own| place(run, own, axis, scale))
            .collect();
        let name = format!("{} {}", group.latest().distance_name(), run.name);
        let line = Line::new(name, points.clone())
            .color(colour)
            .width(1.8)
            .style(theme::line(run.style))
            .allow_hover(false);
        plot.line(line);
        let best = vec![place(run, group.best(), axis, scale)];
        for (points, shape, radius) in [
            (points, MarkerShape::Circle, 3.0),
            (best, MarkerShape::Diamond, 6.0),
        ] {
            // Without a name, the marks stay out of the legend.
            let marks = Points::new("", PlotPoints::from(points))
                .shape(shape)
                .radius(radius)
                .color(colour)
                .allow_hover(false);
            plot.points(marks);
        }
    }
}

fn place(run: &RunView, own: &Evaluation, axis: Axis, scale: Scale) -> [f64; 2] {
    [
        axis.at(&run.history, own.samples.iteration),
        scale.place(own.frechet),
    ]
}

/// Shows the figures and protocol of the evaluation under the pointer.
pub fn explain<R>(model: &Model, scale: Scale, shown: &PlotResponse<R>) {
    let Some(pointer) = Pointer::over(shown) else {
        return;
    };
    let axis = model.preferences.axis;
    let mut lines = Vec::new();
    for run in model.shown() {
        for group in grouped(&run.evaluations, u64::MAX) {
            let best = group.best().samples.iteration;
            let is_pointed = |own: &&Evaluation| pointer.is_at(place(run, own, axis, scale), REACH);
            let pointed = group.all.into_iter().filter(is_pointed);
            lines.extend(pointed.map(|own| in_words(run, own, best)).take(3));
        }
    }
    pointer.say(&lines, "\n\n");
}

fn in_words(run: &RunView, own: &Evaluation, best: u64) -> String {
    let at = own.samples.iteration;
    let figures: Vec<String> = figures(own)
        .into_iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let best = if at == best { ", the best so far" } else { "" };
    let mut lines = vec![
        format!("{}, iteration {at}{best}: {}", run.name, figures.join(", ")),
        own.protocol(),
    ];
    lines.extend(own.doubt());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::fixture::{self, evaluation};

    #[test]
    fn a_point_says_its_figures_whether_it_is_the_best_and_its_protocol() {
        let model = fixture::model();
        let own = evaluation("inception", 500, 21.5);
        let words = in_words(&model.runs[0], &own, 500);
        assert!(
            words.starts_with(
                "adapt-relax s42, iteration 500, the best so far: FID 21.5\ninception"
            ),
            "{words}"
        );
        assert!(words.contains("; 10000 samples"), "{words}");
        assert!(!in_words(&model.runs[0], &own, 400).contains("best"));
    }
}
