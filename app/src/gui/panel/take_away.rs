//! The menu of files to take away from the shown runs.

use egui::{
    Button, DragValue, PopupCloseBehavior, Ui,
    containers::menu::{MenuButton, MenuConfig},
};

use super::Panel;
use crate::{
    export::{Options, SCALES, What},
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{Cursor, Model},
    },
    lab::{Request, RunKey},
};

/// Items of the menu. The first group makes one file of all runs, the others one per run.
const GROUPS: [(&str, &[What]); 3] = [
    (
        "All runs shown, together",
        &[What::Report, What::Csv, What::Jsonl],
    ),
    ("Samples", &[What::Samples, What::Gif, What::Apng]),
    (
        "Runs, networks and settings",
        &[
            What::Run,
            What::Checkpoint,
            What::Generator,
            What::Csr,
            What::Settings,
        ],
    ),
];

/// The menu.
#[derive(Default)]
pub struct TakeAway {
    /// Whether only the selected run is exported, where each run has its own file.
    only_selected: bool,
    /// Enlargement of pictures; `None` keeps the size in the run folder.
    scale: Option<u32>,
}

impl Panel for TakeAway {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let any = model.shown().next().is_some();
        ui.add_enabled_ui(any, |ui| {
            let stays = PopupCloseBehavior::CloseOnClickOutside;
            let (button, _) = MenuButton::new("Take away")
                .config(MenuConfig::new().close_behavior(stays))
                .ui(ui, |ui| self.menu(ui, model, &mut actions));
            button.on_hover_text("Reports, numbers, pictures, checkpoints and generators as files");
        });
        actions
    }
}

impl TakeAway {
    fn menu(&mut self, ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
        ui.set_width(250.0);
        let [title, about] = model.platform.copying();
        let copy = Button::new(title).min_size([ui.available_width(), 0.0].into());
        if ui.add(copy).on_hover_text(about).clicked() {
            actions.push(Action::CopySetup);
            ui.close();
        }
        ui.separator();
        for (title, items) in GROUPS {
            ui.small(title);
            for &what in items {
                let button =
                    ui.add(Button::new(what.title()).min_size([ui.available_width(), 0.0].into()));
                if button.on_hover_text(what.about()).clicked() {
                    actions.push(Action::Ask(self.request(what, model)));
                    ui.close();
                }
            }
            ui.separator();
        }
        self.choices(ui, model, actions);
    }

    /// Choices of runs, generator and size.
    fn choices(&mut self, ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
        if let Some(run) = model.selected() {
            ui.checkbox(&mut self.only_selected, format!("Only of {}", run.name))
                .on_hover_text("Files that each run has of its own");
        }
        ui.horizontal(|ui| {
            explained(ui.label("Generator"), Term::Averaged);
            for (averaged, name) in [(true, "averaged"), (false, "raw")] {
                if ui
                    .selectable_label(model.preferences.averaged == averaged, name)
                    .clicked()
                {
                    let mut preferences = model.preferences.clone();
                    preferences.averaged = averaged;
                    actions.push(Action::SetPreferences(preferences));
                }
            }
        });
        ui.horizontal(|ui| {
            let mut enlarges = self.scale.is_some();
            ui.checkbox(&mut enlarges, "Enlarge samples")
                .on_hover_text("Screen pixels per pixel; a scatter is 480 times as wide");
            let mut scale = self.scale.unwrap_or(4);
            let range = *SCALES.start() as u32..=*SCALES.end() as u32;
            ui.add_enabled(
                enlarges,
                DragValue::new(&mut scale).range(range).suffix("\u{d7}"),
            );
            self.scale = enlarges.then_some(scale);
        });
        ui.small(model.platform.files_go());
    }

    fn request(&self, what: What, model: &Model) -> Request {
        let is_joint = GROUPS[0].1.contains(&what);
        let shown = model.shown().map(|run| run.key);
        let keys: Vec<RunKey> = match model.selected {
            Some(key) if self.only_selected && !is_joint => vec![key],
            _ => shown.collect(),
        };
        let at = match model.cursor {
            Cursor::Live => None,
            Cursor::At(iteration) => Some(iteration),
        };
        Request::Export {
            what,
            keys,
            options: Options {
                raw: !model.preferences.averaged,
                scale: self.scale,
                at,
            },
        }
    }
}

#[cfg(test)]
mod tests;
