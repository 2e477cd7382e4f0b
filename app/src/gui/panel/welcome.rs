//! Introduction to the program, and runs left from earlier sessions.

use egui::{RichText, Ui};

use super::Panel;
use crate::{
    gui::{
        action::Action,
        model::{Model, preferences::Preferences},
        theme,
    },
    lab::Request,
    part::Part,
    story::STORIES,
};

/// The strip under the title.
#[derive(Default)]
pub struct Welcome;

impl Panel for Welcome {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        if Self::is_wanted(model) {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                ui.label("A GAN is two players on one rope: a");
                ui.label(RichText::new("generator").color(theme::G).strong());
                ui.label("that makes samples and a");
                let d = theme::role(tightrope_core::config::Role::D, ui.visuals());
                ui.label(RichText::new("discriminator").color(d).strong());
                ui.label(
                    "that judges them. Both here are sparse, and both methods start from the same weights: ADAPT moves \
                     the discriminator's density until the two balance, STU-GAN leaves it alone. Watch the balance \
                     ratio below and the samples above; press Space to pause, and drag the slider to go back in time.",
                );
                ui.add_space(8.0);
                let first = STORIES[0];
                let story = ui.button(format!("First story: {}", first.title));
                if story.on_hover_text(first.question).clicked() {
                    actions.push(Action::OpenStory(first));
                }
                if ui.button("Got it").clicked() {
                    let preferences = Preferences {
                        welcome: false,
                        ..model.preferences.clone()
                    };
                    actions.push(Action::SetPreferences(preferences));
                }
            });
        }
        if Self::has_runs(model) {
            ui.horizontal_wrapped(|ui| left(ui, model, &mut actions));
        }
        actions
    }
}

/// Runs left from earlier sessions.
fn left(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let unfinished = match model.unfinished.len() {
        1 => "One run was left unfinished.".to_owned(),
        n => format!("{n} runs were left unfinished."),
    };
    let kept = model.kept.len();
    let runs = if kept == 1 { "run" } else { "runs" };
    match model.unfinished.len() {
        _ if kept == 0 => ui.label(unfinished),
        0 => ui.label(format!("This browser keeps {kept} {runs} from before.")),
        _ => ui.label(format!(
            "This browser keeps {kept} {runs} from before. {unfinished}"
        )),
    };
    let goes_on = !model.unfinished.is_empty() || !model.shown_before.is_empty();
    let text = if kept == 0 {
        "Continue"
    } else {
        "Continue where you were"
    };
    if goes_on && ui.button(text).clicked() {
        actions.push(Action::ContinueUnfinished);
    }
    if let Some(run) = model.kept.first().filter(|_| !goes_on)
        && ui.button("Open").clicked()
    {
        let folder = run.folder.parent().unwrap_or(&run.folder).to_owned();
        let go_on = false;
        actions.push(Action::Ask(Request::Open { folder, go_on }));
    }
    if kept > 0 {
        ui.menu_button("Delete\u{2026}", |ui| {
            if ui
                .button(format!("Delete {kept} {runs} for good"))
                .clicked()
            {
                actions.push(Action::Discard);
            }
        });
    }
    if ui.button("Not now").clicked() {
        actions.push(Action::LeaveUnfinished);
    }
}

impl Welcome {
    /// Whether the strip has content.
    pub fn has_words(model: &Model) -> bool {
        Self::is_wanted(model) || Self::has_runs(model)
    }

    fn has_runs(model: &Model) -> bool {
        !model.unfinished.is_empty() || !model.kept.is_empty()
    }

    /// Whether the introduction is shown; it does not describe the runs that a link offers.
    fn is_wanted(model: &Model) -> bool {
        model.shows(Part::Welcome) && model.offer.is_none()
    }
}

#[cfg(test)]
mod tests;
