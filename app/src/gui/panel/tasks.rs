//! Tasks under way, one line each: name, progress, and a button to cancel.

use egui::{Align, Context, Layout, ProgressBar, Ui, vec2};

use super::Panel;
use crate::{
    gui::{action::Action, model::Model},
    lab::{Request, TaskId},
};

/// Seconds after which a task is shown.
const LONG: f64 = 0.4;
/// Width of a bar.
const BAR: f32 = 220.0;

/// The lines at the foot.
#[derive(Default)]
pub struct Tasks {
    /// Time at which each task was first seen, in seconds.
    seen: Vec<(TaskId, f64)>,
}

impl Tasks {
    /// Whether any task has run long enough to be shown.
    pub fn are_due(&mut self, ctx: &Context, model: &Model) -> bool {
        let now = ctx.input(|input| input.time);
        let is_there = |id| model.tasks.iter().any(|task| task.id == id);
        self.seen.retain(|(id, _)| is_there(*id));
        for task in &model.tasks {
            if !self.seen.iter().any(|(id, _)| *id == task.id) {
                self.seen.push((task.id, now));
            }
        }
        let due = self.seen.iter().map(|(_, since)| since + LONG - now);
        match due.min_by(f64::total_cmp) {
            Some(left) if left > 0.0 => {
                ctx.request_repaint_after_secs(left as f32);
                false
            }
            found => found.is_some(),
        }
    }
}

impl Panel for Tasks {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        for task in &model.tasks {
            // One line per task, however much room there is.
            let line = vec2(ui.available_width(), ui.spacing().interact_size.y);
            ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
                if task.can_be_cancelled && ui.button("Cancel").clicked() {
                    actions.push(Action::Ask(Request::Cancel(task.id)));
                }
                let (done, total) = (task.done, task.total);
                let bar = match (done, total) {
                    (0, 0) => ProgressBar::new(0.0).animate(true),
                    (_, 0) => ProgressBar::new(0.0).text(done.to_string()).animate(true),
                    _ => ProgressBar::new(done as f32 / total as f32)
                        .text(format!("{done} of {total}")),
                };
                ui.add(bar.desired_width(BAR));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(&task.what).truncate());
                });
            });
        }
        actions
    }
}

#[cfg(test)]
mod tests;
