//! The balance beam: every run's balance ratio as a tilt and in words.

use std::f32::consts::PI;

use egui::{
    Align, Align2, FontId, Layout, Painter, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2,
    pos2, vec2,
};
use tightrope_core::{config::Role, event::Verdict};

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    model::{Model, RunView},
    theme,
};

/// Steepest tilt, in half turns.
const STEEPEST: f32 = 0.08;
/// One run's beam with its words.
const SIZE: Vec2 = vec2(280.0, 46.0);

/// The beam in the title bar.
#[derive(Default)]
pub struct Beam;

impl Panel for Beam {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        for run in model.shown() {
            let stats = run.at(model.cursor);
            let br = stats.and_then(|stats| run.history.window_br(stats));
            let verdict = stats.and_then(|stats| stats.verdict);
            let clicked = ui
                .allocate_ui_with_layout(SIZE, Layout::left_to_right(Align::TOP), |ui| {
                    let (rect, response) =
                        ui.allocate_exact_size(vec2(120.0, SIZE.y), Sense::click());
                    // Without a gap the ratio is undefined, and G's end is all the way down.
                    let gapless = br.is_none() && verdict == Some(Verdict::DTooWeak);
                    let target = br.map_or(f32::from(u8::from(gapless)), |br| tilt(run, br));
                    let id = ui.scope_id().with(("beam", run.key));
                    let tilt = ui.ctx().animate_value_with_time(id, target, 0.25);
                    draw(ui.painter(), rect, tilt, ui);
                    let words = vec2(150.0, rect.height());
                    ui.allocate_ui_with_layout(words, Layout::top_down(Align::LEFT), |ui| {
                        ui.add_space(5.0);
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.label(
                            RichText::new(&run.name)
                                .color(theme::run(run.style, ui.visuals()))
                                .strong(),
                        );
                        let without = if gapless { "no gap" } else { "BR \u{2013}" };
                        let value = br.map_or(without.to_owned(), |br| format!("BR {br:.2}"));
                        ui.horizontal(|ui| {
                            explained(ui.label(value), Term::BalanceRatio);
                            if let Some(verdict) = verdict {
                                let colour = theme::verdict(verdict, ui.visuals());
                                let words = RichText::new(verdict.words()).color(colour).strong();
                                explained(ui.label(words), Term::Verdict);
                            }
                        });
                    });
                    response.clicked()
                })
                .inner;
            if clicked {
                actions.push(Action::Select(run.key));
            }
        }
        actions
    }
}

/// Tilt from -1 (D sinks: too strong) over 0 (middle of the band) to 1 (G sinks); the edges of the
/// band lie half way.
fn tilt(run: &RunView, br: f64) -> f32 {
    let (low, high) = run.history.band().unwrap_or((0.0, 1.0));
    let half = ((high - low) / 2.0).max(1e-6);
    let off = (br - (low + high) / 2.0) / half;
    // Steep around the band, ever flatter beyond.
    (off / (1.0 + off.abs())) as f32
}

fn draw(painter: &Painter, rect: Rect, tilt: f32, ui: &Ui) {
    let visuals = ui.visuals();
    let ink = visuals.text_color();
    let pivot = pos2(rect.center().x, rect.bottom() - 15.0);
    let reach = rect.width() / 2.0 - 14.0;
    let angle = tilt * STEEPEST * PI;
    let end = |side: f32| -> Pos2 { pivot + side * reach * vec2(angle.cos(), angle.sin()) };
    let foot = [
        pivot,
        pos2(pivot.x - 9.0, rect.bottom() - 1.0),
        pos2(pivot.x + 9.0, rect.bottom() - 1.0),
    ];
    let ground = visuals.widgets.noninteractive.bg_stroke.color;
    painter.add(Shape::convex_polygon(foot.to_vec(), ground, Stroke::NONE));
    painter.line_segment([end(-1.0), end(1.0)], Stroke::new(3.0, ink));
    for (side, role, letter) in [(-1.0, Role::D, "D"), (1.0, Role::G, "G")] {
        let at = end(side) - vec2(0.0, 9.0);
        painter.circle_filled(at, 9.0, theme::role(role, visuals));
        painter.text(
            at,
            Align2::CENTER_CENTER,
            letter,
            FontId::proportional(12.0),
            egui::Color32::WHITE,
        );
    }
}

#[cfg(test)]
mod tests;
