//! The target band of the balance ratio and the zones beyond it, of the selected run.

use egui::{Align2, Color32, FontId, Stroke, Ui, Visuals, pos2, vec2};
use egui_plot::{Axis as PlotAxis, HLine, LineStyle, PlotPoint, PlotResponse, PlotUi, Span};
use tightrope_core::event::Verdict;

use super::scale::Scale;
use crate::gui::{
    model::{Model, RunView, traces::Measure},
    theme,
};

/// Values sampled evenly from a run to choose the range of the axis.
const SAMPLE: usize = 400;

/// Shades the zones beyond the band.
pub fn shade(plot: &mut PlotUi, model: &Model, scale: Scale, visuals: &Visuals) {
    let Some((low, high)) = band(model) else {
        return;
    };
    let (low, high) = (scale.place(low), scale.place(high));
    let tint = |colour: Color32| colour.gamma_multiply(if visuals.dark_mode { 0.16 } else { 0.18 });
    for (range, colour) in [
        (f64::NEG_INFINITY..=low, theme::STRONG),
        (high..=f64::INFINITY, theme::WEAK),
    ] {
        let span = Span::new("", range)
            .axis(PlotAxis::Y)
            .fill(tint(colour))
            .border_width(0.0);
        plot.span(span);
    }
    for edge in [low, high] {
        let line = HLine::new("", edge)
            .stroke(Stroke::new(1.0, theme::REAL))
            .style(LineStyle::dashed_dense())
            .allow_hover(false);
        plot.hline(line);
    }
}

fn band(model: &Model) -> Option<(f64, f64)> {
    let run = model.selected().filter(|run| !run.hidden);
    run.or(model.shown().next())?.history.band()
}

/// Names the zones.
pub fn name<R>(ui: &Ui, model: &Model, scale: Scale, shown: &PlotResponse<R>) {
    let Some((low, high)) = band(model) else {
        return;
    };
    let frame = *shown.transform.frame();
    let painter = ui.painter().with_clip_rect(frame);
    let y = |value: f64| {
        let point = PlotPoint::new(0.0, scale.place(value));
        shown.transform.position_from_point(&point).y
    };
    let left = frame.left() + 8.0;
    for (place, align, verdict) in [
        (y(high) - 4.0, Align2::LEFT_BOTTOM, Verdict::DTooWeak),
        (y(low) + 4.0, Align2::LEFT_TOP, Verdict::DTooStrong),
    ] {
        let colour = theme::verdict(verdict, ui.visuals());
        let font = FontId::proportional(12.5);
        let words = painter.layout_no_wrap(verdict.words().to_owned(), font, colour);
        let rect = align.anchor_size(pos2(left, place), words.size());
        // Lines pass behind the words, not through them.
        let ground = ui.visuals().extreme_bg_color.gamma_multiply(0.8);
        painter.rect_filled(rect.expand2(vec2(4.0, 1.0)), 4.0, ground);
        painter.galley(rect.min, words, colour);
    }
}

/// Range of the balance ratio to show: its band and surroundings, without the few wild values of a
/// vanishing gap.
pub fn range(model: &Model) -> (f64, f64) {
    let (band_low, band_high) = band(model).unwrap_or((0.0, 1.0));
    let (mut low, mut high) = (band_low.min(0.0), 2.0 * band_high - band_low);
    for run in model.shown() {
        if let Some((least, greatest)) = usual(run) {
            (low, high) = (low.min(least), high.max(greatest));
        }
    }
    // Rounded to steps, so that the axis stands still while a run goes on.
    let step = 0.25;
    let (low, high) = (low.max(-1.0), high.min(2.0));
    (
        (low / step).floor() * step - 0.1,
        (high / step).ceil() * step + 0.1,
    )
}

/// Range that holds nine of ten values.
fn usual(run: &RunView) -> Option<(f64, f64)> {
    let values = run.traces.of(Measure::Br).values();
    let stride = values.len().div_ceil(SAMPLE).max(1);
    let finite = values.iter().step_by(stride).filter(|v| v.is_finite());
    let mut sample: Vec<f64> = finite.copied().collect();
    sample.sort_by(f64::total_cmp);
    let last = sample.len().checked_sub(1)?;
    Some((sample[last / 20], sample[last - last / 20]))
}
