//! How the user wants to see things: remembered from one start to the next.

use egui::{self, Theme, ThemePreference};
use serde::{Deserialize, Serialize};
use tightrope_core::device::DeviceChoice;

use super::model::Axis;
use crate::part::Part;

/// What the window remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Light, dark, or as the system.
    pub theme: ThemePreference,
    /// Size of everything, 1 as designed; larger for projectors.
    pub scale: f32,
    /// What the timelines have in common below.
    pub axis: Axis,
    /// Samples of the averaged generator rather than the live one, where there is one.
    pub averaged: bool,
    /// The discriminator's score behind 2-D samples.
    pub score: bool,
    /// Arrows for where 2-D samples are pushed.
    pub push: bool,
    /// The welcome strip.
    pub welcome: bool,
    /// The list of runs.
    pub runs: bool,
    /// The layers of the selected run.
    pub layers: bool,
    /// How runs were evaluated, where they were.
    pub evaluations: bool,
    /// The timelines.
    pub timelines: bool,
    /// What new runs train on.
    pub device: DeviceChoice,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: ThemePreference::System,
            scale: 1.0,
            axis: Axis::Iteration,
            averaged: true,
            score: true,
            push: false,
            welcome: true,
            runs: true,
            layers: true,
            evaluations: true,
            timelines: true,
            device: DeviceChoice::Auto,
        }
    }
}

impl Look {
    /// Sizes a projector or a small screen may want.
    pub const SCALES: std::ops::RangeInclusive<f32> = 0.7..=2.5;

    /// Whether a part of the window is shown.
    pub fn shows(&self, part: Part) -> bool {
        match part {
            Part::Welcome => self.welcome,
            Part::Runs => self.runs,
            Part::Layers => self.layers,
            Part::Evaluations => self.evaluations,
            Part::Timelines => self.timelines,
            _ => true,
        }
    }

    /// Shows a part of the window, or hides it; of no others is it remembered.
    pub fn show(&mut self, part: Part, shown: bool) {
        if let Some(place) = self.place(part) {
            *place = shown;
        }
    }

    /// Whether it is remembered of this part whether it is shown.
    pub fn remembers(part: Part) -> bool {
        Self::default().place(part).is_some()
    }

    fn place(&mut self, part: Part) -> Option<&mut bool> {
        match part {
            Part::Welcome => Some(&mut self.welcome),
            Part::Runs => Some(&mut self.runs),
            Part::Layers => Some(&mut self.layers),
            Part::Evaluations => Some(&mut self.evaluations),
            Part::Timelines => Some(&mut self.timelines),
            _ => None,
        }
    }

    /// What to remember of this look, when it was `lent` by an address in place of the user's `own`: what is still as it
    /// was lent is not the user's wish.
    pub fn without(&self, lent: &Self, own: &Self) -> Self {
        let mut look = self.clone();
        if look.device == lent.device {
            look.device = own.device;
        }
        if look.axis == lent.axis {
            look.axis = own.axis;
        }
        if look.theme == lent.theme {
            look.theme = own.theme;
        }
        look
    }

    /// Makes the window look this way.
    pub fn apply(&self, ctx: &egui::Context) {
        ctx.set_theme(self.theme);
        ctx.set_zoom_factor(self.scale.clamp(*Self::SCALES.start(), *Self::SCALES.end()));
    }

    /// The theme to switch to.
    pub fn other_theme(ctx: &egui::Context) -> ThemePreference {
        match ctx.theme() {
            Theme::Dark => ThemePreference::Light,
            Theme::Light => ThemePreference::Dark,
        }
    }
}
