//! Play, pause, step, speed, and the slider that scrubs everything.

use egui::{Button, ComboBox, Slider, Ui};
use tightrope_core::event::Command;

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    model::{Cursor, Model, Speed},
    theme,
};

/// The bar between samples and timelines.
#[derive(Default)]
pub struct Controls;

impl Panel for Controls {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        ui.horizontal(|ui| {
            let is_live = model.is_live();
            ui.add_enabled_ui(is_live, |ui| {
                let text = match model.is_running() {
                    true => format!("{} Pause", theme::PAUSE),
                    false => "\u{25B6} Play".to_owned(),
                };
                let play = ui
                    .button(text)
                    .on_hover_text("Play or pause all runs (Space)");
                if play.clicked() {
                    actions.push(play_or_pause(model));
                }
                let steps = [
                    (
                        "Step",
                        Command::Step,
                        "One iteration of every run, then pause (S)",
                    ),
                    (
                        "D only",
                        Command::StepD,
                        "One step of the discriminator alone, then pause (D)",
                    ),
                    (
                        "G only",
                        Command::StepG,
                        "One step of the generator alone, then pause (G)",
                    ),
                ];
                for (name, command, why) in steps {
                    let button = ui.button(name).on_hover_text(why);
                    if explained(button, Term::NCritic).clicked() {
                        actions.push(Action::TellAll(command));
                    }
                }
            });
            actions.extend(speed(ui, model));
            let wheel = ui.button("Take the wheel").on_hover_text(
                "Steer d_D of a run by hand against ADAPT beside it, on the preset and seed of the selected run. Other \
                 runs are paused and hidden.",
            );
            if wheel.clicked() {
                actions.push(Action::TakeTheWheel);
            }
            let edit = ui
                .add_enabled(is_live || model.editing, Button::new("Edit").selected(model.editing))
                .on_hover_text("Change learning rates, the target band and other settings of runs while they train");
            if edit.clicked() {
                actions.push(Action::SetEditing(!model.editing));
            }
            ui.separator();
            actions.extend(scrub(ui, model));
        });
        actions
    }
}

fn speed(ui: &mut Ui, model: &Model) -> Option<Action> {
    let mut speed = model.speed;
    ComboBox::from_id_salt("speed")
        .width(90.0)
        .height(260.0)
        .selected_text(speed.name())
        .show_ui(ui, |ui| {
            for choice in Speed::ALL {
                ui.selectable_value(&mut speed, choice, choice.name());
            }
        })
        .response
        .on_hover_text(
            "Iterations of all runs per second at most; slow motion shows every stage of an iteration",
        );
    (speed != model.speed).then_some(Action::SetSpeed(speed))
}

fn scrub(ui: &mut Ui, model: &Model) -> Option<Action> {
    /// Width left for the words beside the slider.
    const WORDS: f32 = 250.0;
    let last = model.last_iteration();
    let mut at = match model.cursor {
        Cursor::Live => last,
        Cursor::At(iteration) => iteration.min(last),
    };
    let longest = model.shown().map(|run| run.iterations()).max().unwrap_or(0);
    let label = format!("iteration {at} / {longest}");
    let follows = model.cursor == Cursor::Live;
    let mut action = None;
    ui.spacing_mut().slider_width = (ui.available_width() - WORDS).max(80.0);
    let slider = ui
        .add_enabled(
            last > 0,
            Slider::new(&mut at, 0..=last.max(1)).show_value(false),
        )
        .on_hover_text(
            "The moment that samples, scores, densities and masks are shown at (\u{2190} \u{2192})",
        );
    if slider.changed() {
        action = Some(Action::Seek(if at >= last {
            Cursor::Live
        } else {
            Cursor::At(at)
        }));
    }
    ui.label(label);
    let follow = ui
        .selectable_label(follows, "Follow")
        .on_hover_text("Follow the latest moment (End)");
    if follow.clicked() && !follows {
        action = Some(Action::Seek(Cursor::Live));
    }
    action
}

/// Action of the space key.
pub fn play_or_pause(model: &Model) -> Action {
    Action::TellAll(if model.is_running() {
        Command::Pause
    } else {
        Command::Resume
    })
}

/// The cursor, moved by `steps` hundredths of the latest iteration.
pub fn moved(model: &Model, steps: i64) -> Cursor {
    let last = model.last_iteration();
    let at = match model.cursor {
        Cursor::Live => last,
        Cursor::At(iteration) => iteration,
    };
    let stride = (last / 100).max(1) as i64;
    let to = at.saturating_add_signed(steps * stride);
    if to >= last {
        Cursor::Live
    } else {
        Cursor::At(to)
    }
}

#[cfg(test)]
mod tests;
