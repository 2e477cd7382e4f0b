//! The user's preferences, remembered from one start to the next.

use egui::{self, Theme, ThemePreference};
use serde::{Deserialize, Serialize};
use tightrope_core::device::DeviceChoice;

use super::Axis;
use crate::part::Part;

/// The user's preferences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Light, dark, or the system's.
    pub theme: ThemePreference,
    /// Zoom factor: 1 as designed, larger for projectors.
    pub scale: f32,
    /// Quantity on the x-axis of all timelines.
    pub axis: Axis,
    /// Whether samples come from the averaged generator rather than the live one, if a run has
    /// both.
    pub averaged: bool,
    /// Whether the discriminator's score is drawn behind 2-D samples.
    pub score: bool,
    /// Whether arrows show where 2-D samples are pushed.
    pub push: bool,
    /// Whether the welcome strip is shown.
    pub welcome: bool,
    /// Whether the list of runs is shown.
    pub runs: bool,
    /// Whether the layers of the selected run are shown.
    pub layers: bool,
    /// Whether evaluations are shown, if any run has some.
    pub evaluations: bool,
    /// Whether the timelines are shown.
    pub timelines: bool,
    /// Device for new runs.
    pub device: DeviceChoice,
}

impl Default for Preferences {
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

impl Preferences {
    /// Zoom factors for anything from small screens to projectors.
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

    /// Shows or hides a part of the window; parts without a preference are ignored.
    pub fn show(&mut self, part: Part, shown: bool) {
        if let Some(place) = self.place(part) {
            *place = shown;
        }
    }

    /// Whether the visibility of this part is remembered.
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

    /// Preferences to remember after an address has `lent` some in place of the user's `own`: a
    /// value still as it was lent is not the user's wish.
    pub fn without(&self, lent: &Self, own: &Self) -> Self {
        let mut preferences = self.clone();
        if preferences.device == lent.device {
            preferences.device = own.device;
        }
        if preferences.axis == lent.axis {
            preferences.axis = own.axis;
        }
        if preferences.theme == lent.theme {
            preferences.theme = own.theme;
        }
        preferences
    }

    /// Applies theme and zoom factor.
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
