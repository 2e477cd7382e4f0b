//! Layout of the panels.

use egui::{
    Align, Align2, CentralPanel, Frame, Grid, Layout, Margin, Panel as Side, RichText, ScrollArea,
    Ui, Window,
};

use super::keyboard::KEYS;
use crate::{
    gui::{
        action::Action,
        explain,
        model::{Draft, Model, preferences::Preferences},
        panel::{
            Panel,
            beam::Beam,
            compare::Compare,
            controls::Controls,
            evaluations::Evaluations,
            going::Going,
            layers::Layers,
            live::Live,
            notices::Notices,
            offer::Offer,
            runs::Runs,
            samples::Samples,
            slow::Slow,
            story::{self, StoryText},
            take_away::TakeAway,
            tasks::Tasks,
            timelines::Timelines,
            welcome::Welcome,
            wheel::Wheel,
        },
        platform::Platform,
    },
    lab::Request,
    part::Part,
};

/// All panels, each with its own small state.
#[derive(Default)]
pub struct Panels {
    beam: Beam,
    compare: Compare,
    controls: Controls,
    evaluations: Evaluations,
    going: Going,
    layers: Layers,
    live: Live,
    notices: Notices,
    offer: Offer,
    runs: Runs,
    samples: Samples,
    slow: Slow,
    take_away: TakeAway,
    tasks: Tasks,
    story: StoryText,
    timelines: Timelines,
    welcome: Welcome,
    wheel: Wheel,
}

/// Width below which panels do not fit beside the samples.
const NARROW: f32 = 640.0;

impl Panels {
    /// Draws the whole window; `help` is whether the list of keys is open.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, help: &mut bool) -> Vec<Action> {
        let mut actions = Vec::new();
        // A phone has room only for samples and timelines.
        let is_narrow = ui.available_width() < NARROW;
        if model.shows(Part::Title) {
            Side::top("title").show(ui, |ui| {
                actions.extend(self.title(ui, model, help, is_narrow));
            });
        }
        if model.offer.is_some() {
            Side::top("offer").show(ui, |ui| actions.extend(self.offer.show(ui, model)));
        }
        if Welcome::has_words(model) && model.telling.is_none() {
            Side::top("welcome").show(ui, |ui| actions.extend(self.welcome.show(ui, model)));
        }
        if !model.notices.is_empty() {
            Side::bottom("notices").show(ui, |ui| actions.extend(self.notices.show(ui, model)));
        }
        if self.tasks.are_due(ui.ctx(), model) {
            Side::bottom("tasks").show(ui, |ui| actions.extend(self.tasks.show(ui, model)));
        }
        if model.shows(Part::Timelines) {
            let height = ui.available_height();
            Side::bottom("timelines")
                .resizable(true)
                .default_size(if is_narrow { 0.28 } else { 0.38 } * height)
                .size_range(140.0..=0.7 * height)
                .show(ui, |ui| actions.extend(self.timelines.show(ui, model)));
        }
        if model.shows(Part::Controls) {
            Side::bottom("controls").show(ui, |ui| actions.extend(self.controls.show(ui, model)));
        }
        if model.shows(Part::Going) && Going::has_words(model) {
            Side::bottom("going").show(ui, |ui| actions.extend(self.going.show(ui, model)));
        }
        let is_evaluated = Evaluations::has_words(model);
        if model.shows(Part::Evaluations) && is_evaluated && !is_narrow {
            Side::bottom("evaluations")
                .show(ui, |ui| actions.extend(self.evaluations.show(ui, model)));
        }
        if Wheel::is_wanted(model) {
            Side::bottom("wheel").show(ui, |ui| actions.extend(self.wheel.show(ui, model)));
        }
        if Slow::is_wanted(model) {
            Side::bottom("slow motion").show(ui, |ui| actions.extend(self.slow.show(ui, model)));
        }
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(10));
        if model.telling.is_some() && is_narrow {
            Side::top("story")
                .frame(frame)
                .resizable(true)
                .default_size(240.0)
                .size_range(220.0..=400.0)
                .show(ui, |ui| actions.extend(self.story.show(ui, model)));
        } else if model.telling.is_some() {
            Side::left("story")
                .frame(frame)
                .resizable(true)
                .default_size(280.0)
                .size_range(220.0..=520.0)
                .show(ui, |ui| actions.extend(self.story.show(ui, model)));
        } else if model.shows(Part::Runs) && !is_narrow {
            Side::left("runs")
                .frame(frame)
                .resizable(true)
                .default_size(270.0)
                .size_range(200.0..=420.0)
                .show(ui, |ui| actions.extend(self.runs.show(ui, model)));
        }
        if model.shows(Part::Layers) && !is_narrow {
            Side::right("layers")
                .frame(frame)
                .resizable(true)
                .default_size(240.0)
                .size_range(200.0..=520.0)
                .show(ui, |ui| actions.extend(self.layers.show(ui, model)));
        }
        CentralPanel::default()
            .frame(frame)
            .show(ui, |ui| actions.extend(self.samples.show(ui, model)));
        actions.extend(self.compare.show(ui, model));
        actions.extend(self.live.show(ui, model));
        if *help {
            keys(ui, &model.platform, help);
        }
        actions
    }

    fn title(
        &mut self,
        ui: &mut Ui,
        model: &Model,
        help: &mut bool,
        is_narrow: bool,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let line = Layout::left_to_right(Align::Center).with_main_wrap(is_narrow);
        let height = if is_narrow { 0.0 } else { 48.0 };
        ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), height), line, |ui| {
            ui.set_min_height(height);
            ui.label(RichText::new("Tightrope").heading().strong());
            actions.extend(story::menu(ui));
            if ui
                .button("New comparison")
                .on_hover_text("Choose data and methods and train them side by side (N)")
                .clicked()
            {
                actions.push(Action::SetDraft(Some(Draft::New)));
            }
            actions.extend(self.take_away.show(ui, model));
            if is_narrow {
                ui.toggle_value(help, "?").on_hover_text("Keys");
                actions.extend(settings(ui, model));
                return;
            }
            if model.shows(Part::Beam) {
                ui.separator();
                actions.extend(self.beam.show(ui, model));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.toggle_value(help, "?").on_hover_text("Keys");
                actions.extend(settings(ui, model));
            });
        });
        actions
    }
}

fn settings(ui: &mut Ui, model: &Model) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut preferences = model.preferences.clone();
    let menu = ui.menu_button("View", |ui| {
        // Parts hidden by an address can be shown again, too.
        let listed = |part: &Part| Preferences::remembers(*part) || model.hidden.contains(part);
        for part in Part::HIDEABLE.into_iter().filter(listed) {
            let mut shown = model.shows(part);
            if ui.checkbox(&mut shown, part.title()).changed() {
                actions.push(Action::Show(part, shown));
            }
        }
        ui.separator();
        if ui.button("Light or dark").clicked() {
            preferences.theme = Preferences::other_theme(ui.ctx());
        }
        ui.horizontal(|ui| {
            ui.label("Size");
            for (name, step) in [("\u{2212}", -0.1), ("+", 0.1)] {
                if ui.button(name).clicked() {
                    let scale = preferences.scale + step;
                    preferences.scale =
                        scale.clamp(*Preferences::SCALES.start(), *Preferences::SCALES.end());
                }
            }
            ui.label(format!("{:.0} %", 100.0 * preferences.scale));
        });
        ui.separator();
        ui.menu_button("Train new runs on", |ui| {
            if model.devices.is_empty() {
                ui.spinner();
            }
            for (choice, name) in &model.devices {
                ui.radio_value(
                    &mut preferences.device,
                    *choice,
                    format!("{choice}: {name}"),
                );
            }
        });
        if let Some(device) = &model.device {
            ui.weak(format!("Trains on {device}"));
        }
    });
    if menu.response.clicked() && model.devices.is_empty() {
        actions.push(Action::Ask(Request::Devices));
    }
    actions
        .extend((preferences != model.preferences).then_some(Action::SetPreferences(preferences)));
    actions
}

fn keys(ui: &mut Ui, place: &Platform, help: &mut bool) {
    Window::new("Keys")
        .open(help)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .collapsible(false)
        .resizable(false)
        .show(ui.ctx(), |ui| {
            Grid::new("keys").num_columns(2).show(ui, |ui| {
                for &(key, what) in KEYS.iter().filter(|(key, _)| place.has_key(key)) {
                    ui.monospace(key);
                    ui.label(what);
                    ui.end_row();
                }
            });
            ui.separator();
            ui.collapsing("Terms", |ui| {
                ScrollArea::vertical()
                    .max_height(320.0)
                    .show(ui, explain::glossary);
            });
        });
}
