//! The dialog for a new comparison: data, methods and densities, and their cost.

mod checked;
mod figures;
mod form;
mod own;

use egui::{
    Align, Button, Checkbox, ComboBox, DragValue, Id, Key, Layout, Modal, Popup, Response,
    RichText, ScrollArea, TextEdit, Ui,
};
use tightrope_core::{data::SOURCES, method::METHODS, preset::PRESETS};

use super::Panel;
use crate::{
    comparison::SEEDS,
    gui::{
        action::Action,
        model::{Draft, Model},
    },
    lab::Request,
};
use checked::Checked;
use form::{DATA, FIELDS, Form, ways};

/// Width of the label before a field, and of the field.
const LABEL: f32 = 104.0;
const FIELD: f32 = 150.0;
/// Height of a line of fields.
const LINE: f32 = 26.0;
/// Width of a method's name.
const NAME: f32 = 125.0;

/// The dialog.
#[derive(Default)]
pub struct Compare {
    form: Form,
    /// Starting point that the form was filled from.
    filled: Option<Draft>,
    is_open: bool,
    /// Settings of the copied run that no field can reproduce.
    lost: Vec<String>,
    checked: Option<Checked>,
}

impl Panel for Compare {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let Some(draft) = model.draft else {
            self.is_open = false;
            return Vec::new();
        };
        let is_other =
            matches!(draft, Draft::File(_) | Draft::Data(_)) && self.filled != Some(draft);
        if !self.is_open || is_other {
            self.is_open = true;
            self.fill(draft, model);
        }
        let mut actions = Vec::new();
        let modal = Modal::new(Id::unique("new comparison")).show(ui.ctx(), |ui| {
            let room = ui.ctx().content_rect().size();
            ui.set_width((room.x - 60.0).clamp(300.0, 920.0));
            ui.set_max_height(room.y - 40.0);
            // Fields have the colour of the dialog, so they need an outline.
            let widgets = &mut ui.visuals_mut().widgets;
            widgets.inactive.bg_stroke = widgets.noninteractive.bg_stroke;
            ui.heading("New comparison");
            ScrollArea::vertical()
                .max_height((room.y - 140.0).max(120.0))
                .auto_shrink([false, true])
                .show(ui, |ui| self.body(ui, model, &mut actions));
            ui.separator();
            ui.horizontal(|ui| self.footer(ui, &mut actions));
        });
        // A click beside the dialog must not discard typed input.
        if modal.should_close() && !modal.backdrop_response.clicked() {
            actions.push(Action::SetDraft(None));
        }
        actions
    }
}

impl Compare {
    /// Fills the form. A plain new comparison reopens as it was left; one based on a run, a file or
    /// data is filled anew.
    fn fill(&mut self, draft: Draft, model: &Model) {
        let like = match draft {
            Draft::Like(key) => model
                .run(key)
                .and_then(|run| run.history.config.as_ref())
                .map(Form::like),
            Draft::File(_) => model.settings.0.as_ref().map(Form::like),
            Draft::Data(_) => {
                let latest = model.own_data.0.last();
                latest.map(|own| (Form::of(own), Vec::new()))
            }
            Draft::New => None,
        };
        let is_kept = draft == Draft::New && self.filled == Some(Draft::New);
        if let Some((form, lost)) = like {
            (self.form, self.lost) = (form, lost);
        } else if !is_kept {
            (self.form, self.lost) = (Form::default(), Vec::new());
        }
        self.filled = Some(draft);
        self.checked = None;
    }

    fn checked(&mut self) -> &Checked {
        let form = &self.form;
        let kept = self.checked.take().filter(|checked| checked.form == *form);
        self.checked
            .insert(kept.unwrap_or_else(|| Checked::new(form)))
    }

    fn body(&mut self, ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
        self.learned(ui, model, actions);
        self.fields(ui);
        ui.add_space(4.0);
        ui.strong("Methods");
        ui.scope(|ui| self.methods(ui));
        ui.add_space(4.0);
        ui.strong("What each run has and needs");
        let checked = self.checked();
        if checked.problems.is_empty() {
            figures::show(ui, checked, model);
        } else {
            ui.weak("Shown as soon as everything above is right.");
        }
    }

    /// Rows for preset and data.
    fn learned(&mut self, ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
        let chosen = self.form.preset();
        row(ui, "Preset", |ui| {
            let response = ComboBox::from_id_salt("preset")
                .width(FIELD)
                .selected_text(self.form.preset)
                .height(400.0)
                .show_ui(ui, |ui| {
                    for preset in PRESETS {
                        let is_chosen = preset.name == self.form.preset;
                        let text = format!("{}: {}", preset.name, preset.about);
                        if ui.selectable_label(is_chosen, text).clicked() {
                            self.form.take_preset(preset);
                        }
                    }
                });
            about(ui, chosen.map_or("", |preset| preset.about));
            response.response
        });
        let (what, needs_path) = self
            .form
            .source()
            .map_or(("", false), |source| (source.about, source.needs_path));
        let own = self.own(model);
        row(ui, "Data", |ui| {
            let response = ComboBox::from_id_salt("data")
                .width(FIELD)
                .selected_text(own.map_or(self.form.source, |own| &own.name))
                .height(400.0)
                .show_ui(ui, |ui| {
                    for source in SOURCES {
                        let is_chosen = own.is_none() && source.name == self.form.source;
                        let text = format!("{}: {}", source.name, source.about);
                        if ui.selectable_label(is_chosen, text).clicked() {
                            self.form.take_source(source.name);
                        }
                    }
                    self.own_choices(ui, model);
                });
            if let Some(own) = own {
                about(ui, &own::words(own));
            } else if needs_path {
                about(ui, what);
            } else {
                self.explain(ui, DATA, what);
            }
            response.response
        });
        if let Some(own) = own {
            self.own_files(ui, own, actions);
        } else if needs_path {
            row(ui, "Path", |ui| {
                let field = TextEdit::singleline(&mut self.form.path).desired_width(2.0 * FIELD);
                let response = ui.add(field.hint_text("a file or folder"));
                self.explain(ui, DATA, "");
                response
            });
        }
    }

    fn fields(&mut self, ui: &mut Ui) {
        let base = self.form.base();
        for (place, field) in FIELDS.iter().enumerate() {
            row(ui, field.label, |ui| {
                let hint = base.as_ref().map_or(String::new(), field.of_preset);
                let text = TextEdit::singleline(&mut self.form.values[place])
                    .hint_text(hint)
                    .desired_width(FIELD);
                let response = ui.add(text);
                self.explain(ui, field.key, field.about);
                response
            });
        }
        row(ui, "Seeds", |ui| {
            let number = DragValue::new(&mut self.form.seeds)
                .range(SEEDS)
                .speed(0.05);
            let response = ui.add_sized([FIELD, ui.spacing().interact_size.y], number);
            about(
                ui,
                "how many, counted up from the seed; every method trains with each",
            );
            response
        });
        row(ui, "Other settings", |ui| {
            let text = TextEdit::multiline(&mut self.form.settings)
                .desired_rows(1)
                .hint_text("generator.lr=1e-3")
                .desired_width(2.0 * FIELD);
            let response = ui.add(text);
            self.explain(ui, "", "any setting by its name in config.json, one a line");
            response
        });
        if !self.lost.is_empty() {
            let lost = self.lost.join(", ");
            let colour = ui.visuals().warn_fg_color;
            let text = format!("The method derives these anew, other than in that run: {lost}");
            ui.label(RichText::new(text).color(colour));
        }
    }

    fn methods(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = 2.0;
        for info in METHODS {
            ui.horizontal(|ui| {
                let start = ui.cursor().left();
                for spec in ways(info.method) {
                    let (name, about) = match spec.strategy {
                        None => (info.name, info.paper.to_owned()),
                        Some(strategy) => {
                            (strategy.name(), format!("{spec}: {}", strategy.about()))
                        }
                    };
                    let mut is_chosen = self.form.methods.contains(&spec);
                    let checkbox = Checkbox::new(&mut is_chosen, name);
                    if ui.add(checkbox).on_hover_text(about).changed() {
                        self.form.toggle(spec);
                    }
                    if spec.strategy.is_none() {
                        fill_up(ui, start + NAME);
                    }
                }
                fill_up(ui, start + NAME + FIELD);
                about(ui, info.about);
            });
        }
        self.explain(ui, "methods", "");
    }

    fn footer(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let checked = self.checked();
        let (count, is_right) = (checked.runs.len(), checked.problems.is_empty());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = match count {
                1 => "Start 1 run".to_owned(),
                0 => "Start".to_owned(),
                count => format!("Start {count} runs"),
            };
            let start = ui
                .add_enabled(is_right, Button::new(text))
                .on_hover_text("Train them side by side (Enter)");
            // Enter first serves a focused field or button, or an open list.
            let is_free = ui.memory(|memory| memory.focused().is_none());
            let entered = is_free
                && !Popup::is_any_open(ui.ctx())
                && ui.input(|input| input.key_pressed(Key::Enter));
            if start.clicked() || (entered && is_right) {
                actions.push(Action::Ask(Request::Start(checked.runs.clone())));
                actions.push(Action::SetDraft(None));
            }
            if ui.button("Cancel").on_hover_text("Esc").clicked() {
                actions.push(Action::SetDraft(None));
            }
        });
    }

    /// Shows the problems with a setting, or else its description.
    fn explain(&mut self, ui: &mut Ui, key: &str, what: &str) -> Response {
        let colour = ui.visuals().error_fg_color;
        let wrong: Vec<&str> = self.checked().wrong(key).collect();
        if wrong.is_empty() {
            about(ui, what)
        } else {
            ui.label(RichText::new(wrong.join("\n")).color(colour))
        }
    }
}

/// A field with its label.
fn row(ui: &mut Ui, name: &str, field: impl FnOnce(&mut Ui) -> Response) {
    ui.horizontal(|ui| {
        ui.set_min_height(LINE);
        let start = ui.cursor().left();
        let label = ui.label(name);
        fill_up(ui, start + LABEL);
        field(ui).labelled_by(label.id);
    });
}

/// Pads a line up to `x`.
fn fill_up(ui: &mut Ui, x: f32) {
    ui.add_space((x - ui.cursor().left()).max(0.0));
}

/// One line of description.
fn about(ui: &mut Ui, text: &str) -> Response {
    ui.label(RichText::new(text).small().weak())
}

#[cfg(test)]
mod tests;
