//! Live settings: those that may change while a run trains, prefilled with their present values.

mod plan;

use std::collections::BTreeMap;

use egui::{
    Align, Align2, Button, CollapsingHeader, Key, Layout, RichText, ScrollArea, TextEdit, Ui,
    Window,
};
use tightrope_core::event::Command;

use super::Panel;
use crate::{
    gui::{
        action::Action,
        model::{Model, RunView},
        theme,
    },
    lab::RunKey,
};
use plan::Plan;

/// Width of a setting's name, and of its field.
const LABEL: f32 = 190.0;
const FIELD: f32 = 130.0;
/// Height of a line.
const LINE: f32 = 26.0;

/// A group of settings; each setting goes into the first group that takes it.
struct Group {
    name: &'static str,
    takes: fn(&str) -> bool,
    is_open: bool,
}

const GROUPS: [Group; 6] = [
    Group {
        name: "Learning rates",
        takes: |key| key.ends_with(".lr"),
        is_open: true,
    },
    Group {
        name: "Balance: target band, bounds of d_D, probes",
        takes: |key| key.starts_with("balance."),
        is_open: true,
    },
    Group {
        name: "Mask updates of D",
        takes: |key| key.starts_with("discriminator."),
        is_open: false,
    },
    Group {
        name: "Mask updates of G",
        takes: |key| key.starts_with("generator."),
        is_open: false,
    },
    Group {
        name: "Averaging",
        takes: |key| key.starts_with("averaging."),
        is_open: false,
    },
    Group {
        name: "Recording",
        takes: |key| key.starts_with("record."),
        is_open: false,
    },
];

/// The dialog; training goes on beside it.
#[derive(Default)]
pub struct Live {
    /// The run whose settings the fields show.
    of: Option<RunKey>,
    /// Changes typed but not applied yet.
    typed: BTreeMap<&'static str, String>,
    /// Whether every shown run that trains gets the changes.
    all: bool,
}

impl Panel for Live {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        if !model.editing {
            self.typed.clear();
            return actions;
        }
        let mut open = true;
        let room = ui.ctx().content_rect().height();
        Window::new("Live settings")
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::RIGHT_TOP)
            .default_pos(ui.ctx().content_rect().right_top() + egui::vec2(-16.0, 70.0))
            .show(ui.ctx(), |ui| {
                ui.set_width(LABEL + FIELD + 40.0);
                let run = model.selected().filter(|run| run.is_live());
                let Some(run) = run else {
                    ui.weak("Select a run that trains; its settings can be changed here.");
                    return;
                };
                let widgets = &mut ui.visuals_mut().widgets;
                widgets.inactive.bg_stroke = widgets.noninteractive.bg_stroke;
                actions.extend(self.body(ui, model, run, room - 260.0));
            });
        if !open {
            actions.push(Action::SetEditing(false));
        }
        actions
    }
}

impl Live {
    fn body(&mut self, ui: &mut Ui, model: &Model, run: &RunView, height: f32) -> Vec<Action> {
        if self.of != Some(run.key) {
            self.of = Some(run.key);
            self.typed.clear();
        }
        let Some(settings) = run.history.settings() else {
            return Vec::new();
        };
        ui.horizontal(|ui| {
            let colour = theme::run(run.style, ui.visuals());
            ui.label(RichText::new(&run.name).color(colour).strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.checkbox(&mut self.all, "all shown runs")
                    .on_hover_text("Every shown run that trains takes the changes");
            });
        });
        let values = settings.live_values();
        let plan = Plan::new(run, &self.typed);
        let mut entered = false;
        ScrollArea::vertical()
            .max_height(height.max(120.0))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for (place, group) in GROUPS.iter().enumerate() {
                    let own: Vec<&(&'static str, String)> = values
                        .iter()
                        .filter(|(key, _)| group_of(key) == Some(place))
                        .collect();
                    CollapsingHeader::new(group.name)
                        .default_open(group.is_open)
                        .show(ui, |ui| {
                            for (key, value) in own {
                                entered |= self.field(ui, key, value, plan.why_not(key));
                            }
                        });
                }
            });
        ui.separator();
        self.footer(ui, model, run, entered)
    }

    /// A setting with its field; returns whether Enter left the field.
    fn field(&mut self, ui: &mut Ui, key: &'static str, now: &str, wrong: Option<&str>) -> bool {
        let mut entered = false;
        ui.horizontal(|ui| {
            ui.set_min_height(LINE);
            let start = ui.cursor().left();
            let is_changed = self.typed.contains_key(key);
            let name = RichText::new(short(key));
            let name = if is_changed { name.strong() } else { name };
            let label = ui.label(name).on_hover_text(key);
            ui.add_space((start + LABEL - ui.cursor().left()).max(0.0));
            let mut text = self.typed.get(key).map_or(now, String::as_str).to_owned();
            let field = TextEdit::singleline(&mut text).desired_width(FIELD);
            let response = ui.add(field).labelled_by(label.id);
            entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if response.changed() {
                if text.trim() == now {
                    self.typed.remove(key);
                } else {
                    self.typed.insert(key, text);
                }
            }
        });
        if let Some(wrong) = wrong {
            let colour = ui.visuals().error_fg_color;
            ui.label(RichText::new(wrong).small().color(colour));
        }
        entered
    }

    fn footer(&mut self, ui: &mut Ui, model: &Model, run: &RunView, entered: bool) -> Vec<Action> {
        let takes = |other: &&RunView| other.is_live() && (self.all || other.key == run.key);
        let plans: Vec<(RunKey, Plan)> = model
            .runs
            .iter()
            .filter(|other| other.key == run.key || !other.hidden)
            .filter(takes)
            .map(|other| (other.key, Plan::new(other, &self.typed)))
            .collect();
        let refusal = plans.iter().find_map(|(key, plan)| {
            let (setting, why) = plan.refused.first()?;
            let other = model.run(*key).filter(|other| other.key != run.key)?;
            Some(format!("{}: {setting}: {why}", other.name))
        });
        if let Some(refusal) = refusal {
            let colour = ui.visuals().error_fg_color;
            ui.label(RichText::new(refusal).small().color(colour));
        }
        let is_right = plans.iter().all(|(_, plan)| plan.refused.is_empty());
        let mut applied = false;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = is_right && !self.typed.is_empty();
                let apply = ui
                    .add_enabled(ready, Button::new("Apply"))
                    .on_hover_text("Takes effect from the next iteration (Enter)");
                applied = ready && (apply.clicked() || entered);
                if ui
                    .add_enabled(!self.typed.is_empty(), Button::new("Undo changes"))
                    .on_hover_text("Back to what the run has now")
                    .clicked()
                {
                    self.typed.clear();
                }
            });
        });
        if !applied {
            return Vec::new();
        }
        self.typed.clear();
        let edits = plans.into_iter().flat_map(|(run, plan)| {
            let edit = move |(key, value): (&str, String)| {
                let key = key.to_owned();
                Action::tell(run, Command::Edit { key, value })
            };
            plan.accepted.into_iter().map(edit)
        });
        edits.collect()
    }
}

/// Index of the group that a setting belongs to.
fn group_of(key: &str) -> Option<usize> {
    GROUPS.iter().position(|group| (group.takes)(key))
}

/// A setting's name within its group; learning rates keep the name of the player.
fn short(key: &str) -> &str {
    match key.split_once('.') {
        Some((_, name)) if name != "lr" => name,
        _ => key,
    }
}

#[cfg(test)]
mod tests;
