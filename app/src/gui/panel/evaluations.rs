//! Evaluations of runs: the latest figures up to the moment shown, the best distance, and the
//! protocol.

use egui::{Grid, Label, RichText, ScrollArea, Sense, Ui};
use tightrope_core::evaluation::Evaluation;

use super::Panel;
use crate::{
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{Cursor, Model, RunView, evaluation_groups::grouped},
        theme,
    },
    report::{figures, number},
};

/// Height up to which lines are shown without scrolling.
const TALLEST: f32 = 110.0;

/// The lines below the samples.
#[derive(Default)]
pub struct Evaluations;

/// One run under one protocol.
struct Row<'a> {
    run: &'a RunView,
    latest: &'a Evaluation,
    best: &'a Evaluation,
    figures: Vec<(String, String)>,
}

impl Panel for Evaluations {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        let rows = rows(model);
        let columns = columns(&rows);
        ScrollArea::both()
            .max_height(TALLEST)
            // The lines keep this height even if the panel was lower before.
            .min_scrolled_height(TALLEST)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                let grid = Grid::new("evaluations").striped(true).spacing([16.0, 2.0]);
                grid.show(ui, |ui| {
                    ui.weak("evaluated");
                    ui.weak("iteration");
                    for column in &columns {
                        explained(ui.weak(column), term(column));
                    }
                    ui.weak("best").on_hover_text(
                        "The lowest distance so far, and its iteration; eval --follow keeps that checkpoint",
                    );
                    explained(ui.weak("protocol"), Term::Protocol);
                    ui.end_row();
                    for row in &rows {
                        actions.extend(row.show(ui, &columns));
                        ui.end_row();
                    }
                });
            });
        actions
    }
}

impl Evaluations {
    /// Whether a shown run has been evaluated.
    pub fn has_words(model: &Model) -> bool {
        model.shown().any(|run| !run.evaluations.is_empty())
    }
}

impl Row<'_> {
    fn show(&self, ui: &mut Ui, columns: &[String]) -> Option<Action> {
        let colour = theme::run(self.run.style, ui.visuals());
        let name = RichText::new(&self.run.name).color(colour).strong();
        let name = ui.add(Label::new(name).sense(Sense::click()));
        ui.label(self.latest.samples.iteration.to_string());
        let doubt = self.latest.doubt();
        for column in columns {
            let own = self.figures.iter().find(|(name, _)| name == column);
            let value = own.map_or("", |(_, value)| value.as_str());
            match &doubt {
                Some(doubt) if *column == self.latest.distance_name() => {
                    let warns = ui.visuals().warn_fg_color;
                    ui.colored_label(warns, format!("{value} ?"))
                        .on_hover_text(doubt);
                }
                _ => {
                    ui.label(value);
                }
            }
        }
        let best = number(self.best.frechet);
        ui.label(format!("{best} at {}", self.best.samples.iteration));
        let samples = &self.latest.samples;
        let weights = if samples.averaged { "averaged" } else { "live" };
        let norm = samples.batch_norm.name();
        let mut words = self.latest.protocol();
        words.extend(doubt.map(|doubt| format!("\n{doubt}")));
        ui.weak(format!(
            "{} samples, {weights}, {norm} \u{2026}",
            samples.count
        ))
        .on_hover_text(words);
        name.clicked().then_some(Action::Select(self.run.key))
    }
}

fn rows(model: &Model) -> Vec<Row<'_>> {
    let until = match model.cursor {
        Cursor::Live => u64::MAX,
        Cursor::At(iteration) => iteration,
    };
    let mut rows = Vec::new();
    for run in model.shown() {
        rows.extend(grouped(&run.evaluations, until).iter().map(|group| Row {
            run,
            latest: group.latest(),
            best: group.best(),
            figures: figures(group.latest()),
        }));
    }
    rows
}

/// Names of all measured figures, in order of first appearance.
fn columns(rows: &[Row<'_>]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.figures) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns
}

fn term(column: &str) -> Term {
    match column {
        "IS" => Term::InceptionScore,
        "precision" | "recall" => Term::PrecisionRecall,
        "density" | "coverage" => Term::DensityCoverage,
        _ if column == "KID" || column.starts_with("kernel") => Term::Kid,
        _ if column.starts_with("confidence") => Term::Protocol,
        _ => Term::Fid,
    }
}

#[cfg(test)]
mod tests;
