//! The list of runs, with their states and controls.

use egui::{
    Align, Frame, Id, Layout, Modal, ProgressBar, RichText, ScrollArea, Sense, Shape, Stroke,
    TextEdit, Ui, UiBuilder, pos2, vec2,
};
use tightrope_core::{
    event::{Command, EndReason},
    session::RunState,
};

use super::Panel;
use crate::{
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{Draft, Model, RunView},
        theme,
    },
    lab::{Request, RunKey},
};

/// The list of runs.
#[derive(Default)]
pub struct Runs {
    /// The path being typed.
    path: String,
    /// The run being renamed, and its new name.
    renaming: Option<(RunKey, String)>,
    /// The run whose deletion awaits confirmation.
    deleting: Option<RunKey>,
}

impl Panel for Runs {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        ui.heading("Runs");
        let below = 64.0;
        ScrollArea::vertical()
            .max_height((ui.available_height() - below).max(60.0))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                if model.runs.is_empty() {
                    ui.weak(model.platform.no_run());
                    if ui.button("Start the example").clicked() {
                        actions.push(Action::Showcase);
                    }
                }
                for run in &model.runs {
                    self.card(ui, model, run, &mut actions);
                }
            });
        actions.extend(self.confirm(ui, model));
        ui.separator();
        ui.horizontal(|ui| actions.extend(self.opening(ui, model)));
        actions
    }
}

/// Kinds of files that can be opened.
const OPENED: &str = "Run folders or zips of them, a settings file, or data: images, a zip, files of MNIST, CIFAR-10 or STL-10";

impl Runs {
    /// A field for a path or, on a page, a button to choose files.
    fn opening(&mut self, ui: &mut Ui, model: &Model) -> Option<Action> {
        if model.platform.is_page() {
            let button = ui.button("Open\u{2026}").on_hover_text(OPENED);
            return button.clicked().then_some(Action::Choose);
        }
        let field = TextEdit::singleline(&mut self.path)
            .hint_text("runs/00007-\u{2026}")
            .desired_width(ui.available_width() - 60.0);
        let typed = ui.add(field).on_hover_text(OPENED);
        let entered = typed.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let asked = ui.button("Open").clicked() || entered;
        if !asked || self.path.trim().is_empty() {
            return None;
        }
        let path = std::mem::take(&mut self.path);
        Some(Action::open(vec![path.trim().into()]))
    }

    fn card(&mut self, ui: &mut Ui, model: &Model, run: &RunView, actions: &mut Vec<Action>) {
        let is_selected = model.selected == Some(run.key);
        let fill = if is_selected {
            ui.visuals().faint_bg_color
        } else {
            ui.visuals().window_fill
        };
        // Sensed before its contents, so that its buttons stay clickable.
        let clickable = UiBuilder::new().sense(Sense::click());
        let card = ui.scope_builder(clickable, |ui| {
            Frame::group(ui.style()).fill(fill).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 3.0;
                ui.horizontal(|ui| {
                    swatch(ui, run);
                    self.title(ui, run, actions);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        self.menu(ui, run, actions);
                    });
                });
                progress(ui, run);
                ui.horizontal(|ui| {
                    ui.vertical(|ui| facts(ui, run));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        buttons(ui, run, actions);
                    });
                });
                if let Some(trouble) = &run.trouble {
                    let colour = ui.visuals().error_fg_color;
                    ui.label(RichText::new(trouble).small().color(colour));
                }
            });
        });
        if card.response.clicked() {
            actions.push(Action::Select(run.key));
        }
    }

    fn title(&mut self, ui: &mut Ui, run: &RunView, actions: &mut Vec<Action>) {
        match &mut self.renaming {
            Some((key, name)) if *key == run.key => {
                let field = ui.add(TextEdit::singleline(name).desired_width(120.0));
                if !field.has_focus() && !field.lost_focus() {
                    field.request_focus();
                }
                if field.lost_focus() || ui.input(|i| i.key_pressed(egui::Key::Enter)) {
                    if !name.trim().is_empty() {
                        actions.push(Action::Rename(run.key, name.trim().to_owned()));
                    }
                    self.renaming = None;
                }
            }
            _ => {
                let text = RichText::new(&run.name).strong();
                ui.label(if run.hidden { text.weak() } else { text });
            }
        }
    }

    fn confirm(&mut self, ui: &Ui, model: &Model) -> Option<Action> {
        let run = self.deleting.and_then(|key| model.run(key))?;
        let mut action = None;
        let dialog = Modal::new(Id::unique("delete")).show(ui.ctx(), |ui| {
            ui.heading(format!("Delete {}?", run.name));
            ui.label(model.platform.deletes(&run.folder));
            ui.horizontal(|ui| {
                if ui.button("Delete").clicked() {
                    let (key, delete) = (run.key, true);
                    action = Some(Action::Ask(Request::Remove { key, delete }));
                }
                if ui.button("Keep").clicked() || action.is_some() {
                    self.deleting = None;
                }
            });
        });
        if dialog.should_close() {
            self.deleting = None;
        }
        action
    }

    fn menu(&mut self, ui: &mut Ui, run: &RunView, actions: &mut Vec<Action>) {
        ui.menu_button("\u{2026}", |ui| {
            if ui.button("Rename").clicked() {
                self.renaming = Some((run.key, run.name.clone()));
            }
            let (text, hidden) = if run.hidden {
                ("Show", false)
            } else {
                ("Hide", true)
            };
            if ui.button(text).clicked() {
                actions.push(Action::Hide(run.key, hidden));
            }
            if let Some(config) = &run.history.config
                && ui.button("Start again").clicked()
            {
                actions.push(Action::Ask(Request::Start(vec![config.clone()])));
            }
            if run.history.config.is_some() && ui.button("Duplicate\u{2026}").clicked() {
                actions.push(Action::SetDraft(Some(Draft::Like(run.key))));
            }
            if run.is_live() {
                if ui.button("Write a checkpoint").clicked() {
                    actions.push(Action::tell(run.key, Command::Checkpoint));
                }
            } else {
                if ui.button("Remove from the list").clicked() {
                    let (key, delete) = (run.key, false);
                    actions.push(Action::Ask(Request::Remove { key, delete }));
                }
                if ui.button("Delete\u{2026}").clicked() {
                    self.deleting = Some(run.key);
                }
            }
        })
        .response
        .on_hover_text("More");
    }
}

fn buttons(ui: &mut Ui, run: &RunView, actions: &mut Vec<Action>) {
    let mut button = |text: &str, why: &str, action: Action| {
        if ui.small_button(text).on_hover_text(why).clicked() {
            actions.push(action);
        }
    };
    let tell = |command| Action::tell(run.key, command);
    match run.state {
        RunState::Running => {
            button("\u{25A0}", "Stop, with a checkpoint", tell(Command::Stop));
            button(theme::PAUSE, "Pause", tell(Command::Pause));
        }
        RunState::Paused => {
            button("\u{25A0}", "Stop, with a checkpoint", tell(Command::Stop));
            button("+1", "One iteration", tell(Command::Step));
            button("\u{25B6}", "Play", tell(Command::Resume));
        }
        RunState::Ended if run.can_continue() => {
            let request = Request::Continue(run.key);
            button(
                "Continue",
                "Train on from the last checkpoint",
                Action::Ask(request),
            );
        }
        RunState::Ended => {}
    }
}

/// The run's colour and line style, as in the timelines.
fn swatch(ui: &mut Ui, run: &RunView) {
    let (rect, _) = ui.allocate_exact_size(vec2(26.0, 14.0), Sense::hover());
    let y = rect.center().y;
    let (a, b) = (pos2(rect.left(), y), pos2(rect.right(), y));
    let stroke = Stroke::new(3.0, theme::run(run.style, ui.visuals()));
    let shapes = match theme::line(run.style) {
        egui_plot::LineStyle::Solid => vec![Shape::line_segment([a, b], stroke)],
        egui_plot::LineStyle::Dashed { length } => Shape::dashed_line(&[a, b], stroke, length, 4.0),
        egui_plot::LineStyle::Dotted { spacing } => {
            Shape::dotted_line(&[a, b], stroke.color, spacing, 2.0)
        }
    };
    ui.painter().extend(shapes);
}

fn progress(ui: &mut Ui, run: &RunView) {
    let share = run.iteration as f32 / run.iterations().max(1) as f32;
    let bar = ProgressBar::new(share)
        .desired_height(5.0)
        .fill(theme::run(run.style, ui.visuals()));
    ui.add(bar);
}

fn facts(ui: &mut Ui, run: &RunView) {
    let iterations = run.iterations();
    let state = match (run.state, run.history.ended.as_ref().map(|end| &end.reason)) {
        (RunState::Running, _) => "running",
        (RunState::Paused, _) => "paused",
        (RunState::Ended, Some(EndReason::Finished)) => "finished",
        (RunState::Ended, Some(EndReason::Failed(_))) => "failed",
        (RunState::Ended, _) => "stopped",
    };
    let rate = match run.rate() {
        Some(rate) if run.state == RunState::Running && rate >= 10.0 => format!(", {rate:.0} / s"),
        Some(rate) if run.state == RunState::Running => format!(", {rate:.1} / s"),
        _ => String::new(),
    };
    ui.small(format!("{} / {iterations}, {state}{rate}", run.iteration));
    let data = run.history.config.as_ref().map_or("", |c| &c.data.source);
    if let Some(stats) = run.history.latest() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.small(format!("{data}, "));
            let g = ui.small(format!("d_G {:.2}, ", stats.density_g));
            explained(g, Term::DensityG);
            explained(
                ui.small(format!("d_D {:.2}", stats.density_d)),
                Term::DensityD,
            );
        });
    } else {
        ui.small(data);
    }
}

#[cfg(test)]
mod tests;
