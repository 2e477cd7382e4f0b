//! Slow motion: the stages of one iteration, with the present one lit and its number.

use egui::{
    Align, Align2, Color32, FontId, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use tightrope_core::config::Role;

use super::Panel;
use crate::{
    gui::{
        action::Action,
        model::{Model, RunView, Speed},
        theme,
    },
    lab::{StepPhase, Still},
};

/// Most runs that get a row each; beyond that, one row shows the run in progress.
const ROWS: usize = 3;
/// Height of a window that has room for several rows.
const ROOMY: f32 = 800.0;
/// Width of the name before the stages.
const NAME: f32 = 150.0;
/// Height of a row.
const ROW: f32 = 38.0;

/// A box in the row: one stage, of either network.
struct PhaseBox {
    name: &'static str,
    about: &'static str,
    holds: fn(StepPhase) -> bool,
    /// Whether it repeats in every critic step.
    of_critic: bool,
    colour: fn(Option<StepPhase>, &Ui) -> Color32,
}

const BOXES: [PhaseBox; 6] = [
    PhaseBox {
        name: "real batch",
        about: "The discriminator scores a batch of real samples; the number is the mean score.",
        holds: |stage| stage == StepPhase::RealBatch,
        of_critic: true,
        colour: |_, _| theme::REAL,
    },
    PhaseBox {
        name: "fake batch",
        about: "The generator makes a batch of samples and the discriminator scores it; the number is the mean score.",
        holds: |stage| stage == StepPhase::FakeBatch,
        of_critic: true,
        colour: |_, ui| theme::role(Role::G, ui.visuals()),
    },
    PhaseBox {
        name: "D update",
        about: "The discriminator takes a step that tells the two batches further apart; the number is its loss.",
        holds: |stage| stage == StepPhase::UpdateD,
        of_critic: true,
        colour: |_, ui| theme::role(Role::D, ui.visuals()),
    },
    PhaseBox {
        name: "G update",
        about: "The generator takes a step that makes the discriminator score its samples higher; the number is its loss.",
        holds: |stage| stage == StepPhase::UpdateG,
        of_critic: false,
        colour: |_, ui| theme::role(Role::G, ui.visuals()),
    },
    PhaseBox {
        name: "probe",
        about: "The discriminator scores the same fakes again: how much of the gap to real the generator has closed is \
                one sample of the balance ratio.",
        holds: |stage| stage == StepPhase::Probe,
        of_critic: false,
        colour: |_, ui| theme::role(Role::D, ui.visuals()),
    },
    PhaseBox {
        name: "drop/grow",
        about: "On its mask interval a network drops and grows weights, or its density is moved; the number is the \
                density it has now.",
        holds: |stage| matches!(stage, StepPhase::DropGrow(_)),
        of_critic: false,
        colour: |stage, ui| match stage {
            Some(StepPhase::DropGrow(role)) => theme::role(role, ui.visuals()),
            _ => ui.visuals().text_color(),
        },
    },
];

/// The strip above the controls.
#[derive(Default)]
pub struct Slow;

impl Panel for Slow {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let live: Vec<&RunView> = model.shown().filter(|run| run.is_live()).collect();
        ui.add_space(2.0);
        if live.is_empty() {
            ui.weak("Slow motion shows the stages of an iteration while a run trains.");
        } else if live.len() <= ROWS && ui.ctx().content_rect().height() >= ROOMY {
            live.iter().for_each(|run| row(ui, model, run));
        } else {
            let is_on = |run: &&&RunView| model.shown_stage == Some(run.key);
            let on = live.iter().find(is_on);
            row(ui, model, on.unwrap_or(&live[0]));
        }
        ui.add_space(2.0);
        Vec::new()
    }
}

impl Slow {
    /// Whether slow motion is on.
    pub fn is_wanted(model: &Model) -> bool {
        model.speed == Speed::SlowMotion
    }
}

fn row(ui: &mut Ui, model: &Model, run: &RunView) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let name = vec2(NAME, ROW);
        ui.allocate_ui_with_layout(name, Layout::top_down(Align::LEFT), |ui| {
            ui.set_min_width(NAME);
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(2.0);
            let colour = theme::run(run.style, ui.visuals());
            ui.label(RichText::new(&run.name).color(colour).strong());
            let last = run.stills.last();
            let iteration = last.map_or(run.iteration, |still| still.iteration);
            ui.small(format!("iteration {iteration}"));
        });
        let gaps = ui.spacing().item_spacing.x * (BOXES.len() - 1) as f32;
        let width = ((ui.available_width() - gaps) / BOXES.len() as f32).max(70.0);
        for place in &BOXES {
            let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
            let title = place.title(run);
            let seen = run.stills.iter().rfind(|still| (place.holds)(still.stage));
            let number = seen.map_or(String::new(), number);
            let label = format!("{title} {number}");
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, label.trim_end()));
            let is_now = seen.is_some() && seen == run.stills.last();
            let is_lit = is_now && model.shown_stage == Some(run.key);
            place.draw(ui, rect, (&title, &number), seen, is_lit);
            response.on_hover_text(place.about);
        }
    });
}

impl PhaseBox {
    /// Its name, with the critic step if there are several.
    fn title(&self, run: &RunView) -> String {
        let steps = run.history.config.as_ref().map_or(1, |c| c.n_critic);
        match run.stills.last() {
            Some(still) if self.of_critic && steps > 1 && still.critic_step > 0 => {
                format!("{} {}/{steps}", self.name, still.critic_step)
            }
            _ => self.name.to_owned(),
        }
    }

    fn draw(
        &self,
        ui: &Ui,
        rect: Rect,
        (title, number): (&str, &str),
        seen: Option<&Still>,
        is_lit: bool,
    ) {
        let visuals = ui.visuals();
        let colour = (self.colour)(seen.map(|still| still.stage), ui);
        let hair = visuals.widgets.noninteractive.bg_stroke.color;
        let (fill, stroke, ink) = match (is_lit, seen) {
            (true, _) => (
                colour.gamma_multiply(0.3),
                Stroke::new(2.5, colour),
                visuals.strong_text_color(),
            ),
            (false, Some(_)) => (
                Color32::TRANSPARENT,
                Stroke::new(1.0, colour),
                visuals.text_color(),
            ),
            (false, None) => (
                Color32::TRANSPARENT,
                Stroke::new(1.0, hair),
                visuals.weak_text_color(),
            ),
        };
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect(rect, 6.0, fill, stroke, StrokeKind::Inside);
        let at = |y: f32| pos2(rect.center().x, rect.top() + y);
        let middle = Align2::CENTER_CENTER;
        painter.text(at(12.0), middle, title, FontId::proportional(13.0), ink);
        painter.text(at(27.0), middle, number, FontId::proportional(12.0), ink);
    }
}

/// The number known at a stage.
fn number(still: &Still) -> String {
    let value = still.value;
    match still.stage {
        StepPhase::RealBatch | StepPhase::FakeBatch => format!("score {value:.2}"),
        StepPhase::UpdateD | StepPhase::UpdateG => format!("loss {value:.2}"),
        StepPhase::Probe if value.is_finite() => format!("BR {value:.2}"),
        StepPhase::Probe => "no gap".to_owned(),
        StepPhase::DropGrow(role) => format!("d_{role} {value:.3}"),
    }
}

#[cfg(test)]
mod tests;
