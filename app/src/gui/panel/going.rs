//! "How is it going?": each shown run in one sentence, at the moment shown.

use std::collections::HashMap;

use egui::{Label, RichText, ScrollArea, Ui};

use super::Panel;
use crate::{
    gui::{
        action::Action,
        model::{Cursor, Model, RunView},
        theme,
    },
    lab::RunKey,
    report::going,
};

/// Height up to which lines are shown without scrolling.
const TALLEST: f32 = 84.0;

/// The lines above the controls.
#[derive(Default)]
pub struct Going {
    /// Last sentence of each run, so that a long run is not read anew for every frame.
    lines: HashMap<RunKey, (Stamp, String)>,
}

/// Inputs of a sentence: the cursor, the numbers of states, measurements, verdicts and mask
/// changes, and whether the run is over.
type Stamp = (Cursor, [usize; 4], bool);

fn stamp(run: &RunView, cursor: Cursor) -> Stamp {
    let history = &run.history;
    let known = [
        history.stats.len(),
        history.quality.len(),
        history.verdicts.len(),
        history.masks.len(),
    ];
    (cursor, known, history.ended.is_some())
}

impl Panel for Going {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        self.lines.retain(|key, _| model.run(*key).is_some());
        ScrollArea::vertical()
            .max_height(TALLEST)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for run in model.shown() {
                    ui.horizontal(|ui| {
                        let colour = theme::run(run.style, ui.visuals());
                        let name = RichText::new(&run.name).color(colour).strong();
                        let name = Label::new(name).sense(egui::Sense::click());
                        if ui.add(name).clicked() {
                            actions.push(Action::Select(run.key));
                        }
                        ui.add(Label::new(self.line(run, model.cursor)).truncate());
                    });
                }
            });
        actions
    }
}

impl Going {
    fn line(&mut self, run: &RunView, cursor: Cursor) -> String {
        let now = stamp(run, cursor);
        let kept = self.lines.remove(&run.key).filter(|(then, _)| *then == now);
        let line = kept.map_or_else(
            || {
                let at = match cursor {
                    Cursor::Live => None,
                    Cursor::At(iteration) => Some(iteration),
                };
                going(&run.history, at)
            },
            |(_, line)| line,
        );
        self.lines.insert(run.key, (now, line.clone()));
        line
    }

    /// Whether any run is shown.
    pub fn has_words(model: &Model) -> bool {
        model.shown().next().is_some()
    }
}

#[cfg(test)]
mod tests;
