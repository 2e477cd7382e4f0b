//! The pointer over a chart.

use egui::Pos2;
use egui_plot::{PlotPoint, PlotResponse};

/// The pointer over a chart.
pub struct Pointer<'a, R> {
    at: Pos2,
    shown: &'a PlotResponse<R>,
}

impl<'a, R> Pointer<'a, R> {
    /// The pointer, if it is over the chart.
    pub fn over(shown: &'a PlotResponse<R>) -> Option<Self> {
        let at = shown.response.hover_pos()?;
        Some(Self { at, shown })
    }

    /// Whether it is within `reach` pixels of a point on the chart.
    pub fn is_at(&self, [x, y]: [f64; 2], reach: f32) -> bool {
        let place = PlotPoint::new(x, y);
        let place = self.shown.transform.position_from_point(&place);
        place.distance(self.at) <= reach
    }

    /// Shows text beside it, if there is any.
    pub fn say(&self, words: &[String], between: &str) {
        if !words.is_empty() {
            let response = self.shown.response.clone();
            response.on_hover_text_at_pointer(words.join(between));
        }
    }
}
