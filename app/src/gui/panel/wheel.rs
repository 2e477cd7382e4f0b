//! Take the wheel: the user steers the discriminator's density against ADAPT.

mod score;

use egui::{
    Align, Align2, Color32, FontId, Grid, Layout, ProgressBar, Response, RichText, ScrollArea,
    Slider, SliderClamping, Ui, pos2, vec2,
};
use tightrope_core::{
    config::{Role, RunConfig},
    error::Result,
    event::Command,
    method::Method,
    preset,
};

use super::Panel;
use crate::{
    comparison::SHOWCASE,
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{Model, RunView},
        theme,
    },
    lab::RunKey,
};
use score::Score;

/// Range of the slider.
const DENSITIES: std::ops::RangeInclusive<f64> = 0.01..=1.0;
/// Densities marked beside the slider.
const MARKS: [f64; 5] = [1.0, 0.3, 0.1, 0.03, 0.01];
/// Height of the slider.
const HEIGHT: f32 = 88.0;
/// Width of one run's wheel and its score.
const WIDTH: f32 = 520.0;
/// Seconds between two densities sent during a drag.
const APART: f64 = 0.2;

/// The strip above the controls.
#[derive(Default)]
pub struct Wheel {
    /// The slider being dragged: its run, its position, and when a density was last sent.
    held: Option<(RunKey, f64, f64)>,
}

impl Panel for Wheel {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        ScrollArea::horizontal().show(ui, |ui| {
            ui.horizontal(|ui| {
                for run in steered(model) {
                    ui.allocate_ui_with_layout(
                        vec2(WIDTH, HEIGHT),
                        Layout::left_to_right(Align::Center),
                        |ui| {
                            actions.extend(self.slider(ui, run));
                            ui.vertical(|ui| words(ui, model, run));
                        },
                    );
                }
            });
        });
        actions
    }
}

impl Wheel {
    /// Whether the user steers any shown run.
    pub fn is_wanted(model: &Model) -> bool {
        steered(model).next().is_some()
    }

    fn slider(&mut self, ui: &mut Ui, run: &RunView) -> Option<Action> {
        let held = self.held.filter(|(key, ..)| *key == run.key);
        let mut at = held.map_or_else(|| density(run), |(_, at, _)| at);
        ui.spacing_mut().slider_width = HEIGHT - 6.0;
        ui.spacing_mut().interact_size.y = 26.0;
        ui.visuals_mut().selection.bg_fill = theme::role(Role::D, ui.visuals());
        let slider = Slider::new(&mut at, DENSITIES)
            .vertical()
            .logarithmic(true)
            .clamping(SliderClamping::Edits)
            .trailing_fill(true)
            .show_value(false);
        let response = ui.add_enabled(run.is_live(), slider).on_hover_text(
            "d_D: up makes the discriminator denser and stronger, down sparser and weaker ([ and ])",
        );
        marks(ui, &response);
        let now = ui.input(|input| input.time);
        let is_held = response.dragged();
        let sent = held.map_or(f64::NEG_INFINITY, |(_, _, sent)| sent);
        let is_due = (response.changed() && now - sent >= APART) || response.drag_stopped();
        let clicked = response.changed() && !is_held;
        let sends = (is_due || clicked) && rounded(at) != density(run);
        let sent = if sends { now } else { sent };
        if is_held {
            self.held = Some((run.key, at, sent));
        } else if held.is_some() {
            self.held = None;
        }
        sends.then(|| Action::tell(run.key, Command::SetDensity(rounded(at))))
    }
}

/// Shown runs that the user steers: live ones, and ended ones that were steered.
fn steered(model: &Model) -> impl Iterator<Item = &RunView> {
    let manual = model.shown().filter(|run| run.is_manual());
    manual.filter(|run| run.is_live() || run.history.steered_since().is_some())
}

/// Density last requested for a run, or else its present one.
fn density(run: &RunView) -> f64 {
    let history = &run.history;
    let config = history.config.as_ref();
    let has = || history.latest().map(|stats| stats.density_d);
    let begins = || config.map(|config| config.discriminator.density);
    let density = history.steered_to().or_else(has).or_else(begins);
    density.unwrap_or(1.0)
}

/// Rounds to thousandths, as precise as a hand.
fn rounded(density: f64) -> f64 {
    let exact = (density * 1000.0).round() / 1000.0;
    exact.clamp(*DENSITIES.start(), *DENSITIES.end())
}

/// Multiplies the density of every live manual run by a factor.
pub fn moved(model: &Model, factor: f64) -> Vec<Action> {
    let live = steered(model).filter(|run| run.is_live());
    let moved = live.filter_map(|run| {
        let (from, to) = (density(run), rounded(density(run) * factor));
        (to != from).then(|| Action::tell(run.key, Command::SetDensity(to)))
    });
    moved.collect()
}

/// Settings of a run to steer and of an ADAPT run beside it, on the preset, data and seed of the
/// selected run, or on the spiral.
///
/// # Errors
/// When the preset of the selected run no longer exists.
pub fn runs(model: &Model) -> Result<Vec<RunConfig>> {
    let like = model.selected().and_then(|run| run.history.config.as_ref());
    let name = like.map_or(SHOWCASE[0], |config| config.preset.as_str());
    let preset = preset::find(name)?;
    let overrides: Vec<(String, String)> = like
        .iter()
        .flat_map(|config| {
            [
                ("seed", config.seed.to_string()),
                ("iterations", config.iterations.to_string()),
                ("data.source", config.data.source.clone()),
                ("data.limit", config.data.limit.to_string()),
            ]
        })
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    [Method::Manual, Method::AdaptRelax]
        .into_iter()
        .map(|method| preset::resolve(preset, method, None, &overrides))
        .collect()
}

/// Draws the marked densities beside the slider.
fn marks(ui: &mut Ui, slider: &Response) {
    let rect = slider.rect;
    // egui keeps the centre of the handle this far from the ends.
    let reach = rect.shrink2(vec2(0.0, rect.width() / 2.5)).y_range();
    let (low, high) = (DENSITIES.start().ln(), DENSITIES.end().ln());
    let (place, _) = ui.allocate_exact_size(vec2(34.0, rect.height()), egui::Sense::hover());
    let ink = ui.visuals().weak_text_color();
    for density in MARKS {
        let share = (density.ln() - low) / (high - low);
        let y = egui::lerp(reach.max..=reach.min, share as f32);
        let left = place.left() - 4.0;
        ui.painter().hline(left..=left + 5.0, y, (1.0, ink));
        let at = pos2(left + 8.0, y);
        let font = FontId::proportional(11.0);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, density, font, ink);
    }
}

fn words(ui: &mut Ui, model: &Model, run: &RunView) {
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.horizontal(|ui| {
        let colour = theme::run(run.style, ui.visuals());
        ui.label(RichText::new(&run.name).color(colour).strong());
        let d = theme::role(Role::D, ui.visuals());
        let value = RichText::new(format!("d_D {:.3}", density(run))).color(d);
        explained(ui.label(value.strong()), Term::DensityD);
    });
    let score = Score::of(model, run);
    ui.label(score.words(run));
    let Score::Known { shares, .. } = &score else {
        return;
    };
    Grid::new(("score", run.key)).num_columns(3).show(ui, |ui| {
        for share in shares {
            ui.label(&share.name);
            let colour = theme::run(share.style, ui.visuals());
            bar(ui, share.in_band as f32, colour);
            ui.label(format!("{:.0} %", 100.0 * share.in_band));
            ui.end_row();
        }
    });
}

fn bar(ui: &mut Ui, share: f32, colour: Color32) {
    let bar = ProgressBar::new(share)
        .desired_width(200.0)
        .desired_height(9.0)
        .fill(colour);
    ui.add(bar);
}

#[cfg(test)]
mod tests;
