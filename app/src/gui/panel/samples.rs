//! Samples of every run side by side, from the same fixed z, with real data beside them.

mod grid;
mod scatter;

use std::collections::HashMap;

use egui::{ColorImage, Context, RichText, TextureHandle, Ui, UiBuilder, vec2};
use tightrope_core::{
    data,
    event::{Quality, SampleData},
    history::Moment,
    record::Scatter,
};

use super::Panel;
use crate::{
    gui::{
        action::Action,
        explain::{Term, explained},
        look::Look,
        model::{Cursor, Model, RunView},
        theme,
    },
    lab::RunKey,
};

/// What a texture shows, so that it is uploaded once.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    iteration: u64,
    averaged: bool,
    /// A paused run shows several moments of one iteration.
    revision: u64,
}

/// The panel in the middle.
#[derive(Default)]
pub struct Samples {
    grids: HashMap<Option<RunKey>, (Shown, TextureHandle)>,
    dot: Option<TextureHandle>,
}

impl Panel for Samples {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        ui.horizontal(|ui| {
            ui.heading("Samples");
            explained(ui.weak("of the same z"), Term::Latent);
            ui.add_space(8.0);
            for (averaged, name) in [(true, "averaged"), (false, "raw")] {
                let is_on = model.look.averaged == averaged;
                let choice = ui.selectable_label(is_on, name);
                if explained(choice, Term::Averaged).clicked() {
                    let look = Look {
                        averaged,
                        ..model.look.clone()
                    };
                    actions.push(Action::SetLook(look));
                }
            }
        });
        let runs: Vec<&RunView> = model.shown().collect();
        let reals = runs
            .iter()
            .find_map(|run| Some((*run, run.reals.as_ref()?)));
        let cells = runs.len() + usize::from(reals.is_some());
        if cells == 0 {
            ui.centered_and_justified(|ui| ui.weak("Samples appear here as soon as a run starts."));
            return actions;
        }
        self.grids
            .retain(|key, _| key.is_none_or(|key| model.run(key).is_some()));
        let (columns, side) = arrange(ui, cells);
        let origin = ui.cursor().min;
        let size = vec2(side, side + CAPTION);
        for index in 0..cells {
            let place = vec2((index % columns) as f32, (index / columns) as f32);
            let corner = origin + place * (size + vec2(GAP, GAP));
            let rect = egui::Rect::from_min_size(corner, size);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                match runs.get(index) {
                    Some(run) => self.run(ui, model, run, side),
                    None => {
                        if let Some((run, reals)) = reals {
                            self.reals(ui, run, reals, side);
                        }
                    }
                }
            });
        }
        actions
    }
}

/// Height of the words above and below a picture.
const CAPTION: f32 = 44.0;
const GAP: f32 = 12.0;

/// Columns, and the side of the largest square pictures that fit.
fn arrange(ui: &Ui, cells: usize) -> (usize, f32) {
    let room = ui.available_size();
    let side = |columns: usize| {
        let rows = cells.div_ceil(columns);
        let width = (room.x - GAP * (columns - 1) as f32) / columns as f32;
        let height = (room.y - GAP * (rows - 1) as f32) / rows as f32 - CAPTION;
        width.min(height)
    };
    let columns = (1..=cells)
        .max_by(|&a, &b| side(a).total_cmp(&side(b)))
        .unwrap_or(1);
    (columns, side(columns).max(48.0))
}

/// The samples a run shows at the cursor.
fn moment(run: &RunView, cursor: Cursor) -> Option<(u64, &Moment)> {
    let until = match cursor {
        Cursor::Live => u64::MAX,
        Cursor::At(iteration) => iteration,
    };
    let (&at, moment) = run.history.samples.range(..=until).next_back()?;
    Some((at, moment))
}

fn quality(run: &RunView, cursor: Cursor) -> Option<&Quality> {
    match cursor {
        Cursor::Live => run.history.last_quality(),
        Cursor::At(iteration) => {
            let measured = &run.history.quality;
            let after = measured.partition_point(|q| q.iteration <= iteration);
            measured.get(after.checked_sub(1)?)
        }
    }
}

impl Samples {
    fn run(&mut self, ui: &mut Ui, model: &Model, run: &RunView, side: f32) {
        let found = moment(run, model.cursor).and_then(|(at, moment)| {
            let averaged = model.look.averaged && moment.averaged.is_some();
            let data = if averaged {
                moment.averaged.as_ref()
            } else {
                moment.raw.as_ref().or(moment.averaged.as_ref())
            };
            Some((at, averaged, data?))
        });
        ui.horizontal(|ui| {
            let colour = theme::run(run.style, ui.visuals());
            ui.label(RichText::new(&run.name).color(colour).strong());
            if let Some((at, ..)) = found {
                ui.weak(format!("iteration {at}"));
            }
        });
        match found {
            Some((at, averaged, data)) => {
                let shown = Shown {
                    iteration: at,
                    averaged,
                    revision: if model.cursor == Cursor::Live {
                        run.revision
                    } else {
                        0
                    },
                };
                self.picture(ui, Some(run), shown, data, side);
            }
            None => {
                ui.allocate_space(vec2(side, side));
            }
        }
        if let Some(quality) = quality(run, model.cursor) {
            let term = match quality.modes {
                Some(_) => Term::Modes,
                None => Term::Frechet,
            };
            explained(ui.small(in_words(quality)), term);
        }
    }

    fn reals(&mut self, ui: &mut Ui, run: &RunView, reals: &SampleData, side: f32) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("real data").color(theme::REAL).strong());
            let source = run.history.config.as_ref().map_or("", |c| &c.data.source);
            ui.weak(source);
        });
        match reals {
            SampleData::Points(points) => {
                let dot = self.dot(ui.ctx());
                scatter::show(ui, &dot, &window(run), side, &[(points, theme::REAL)], &[]);
            }
            SampleData::Images { .. } => {
                let shown = Shown {
                    iteration: run.key.0 as u64,
                    averaged: false,
                    revision: 0,
                };
                self.picture(ui, None, shown, reals, side);
            }
        }
    }

    fn picture(
        &mut self,
        ui: &mut Ui,
        run: Option<&RunView>,
        shown: Shown,
        data: &SampleData,
        side: f32,
    ) {
        match (data, run) {
            (SampleData::Points(points), Some(run)) => {
                let dot = self.dot(ui.ctx());
                let reals = match &run.reals {
                    Some(SampleData::Points(reals)) => reals.as_slice(),
                    _ => &[],
                };
                let layers = [
                    (reals, theme::REAL.gamma_multiply(0.35)),
                    (points, theme::G),
                ];
                scatter::show(ui, &dot, &window(run), side, &layers, &modes(run));
            }
            _ => {
                let key = run.map(|run| run.key);
                let known = self.grids.get(&key).filter(|(before, _)| *before == shown);
                let texture = match known {
                    Some((_, texture)) => texture.clone(),
                    None => {
                        let name = format!("samples {key:?}");
                        let texture = grid::upload(ui.ctx(), name, data);
                        self.grids.insert(key, (shown, texture.clone()));
                        texture
                    }
                };
                grid::show(ui, &texture, data, side);
            }
        }
    }

    /// A soft disc, drawn once and used for every point.
    fn dot(&mut self, ctx: &Context) -> TextureHandle {
        let load = || ctx.load_texture("dot", disc(), Default::default());
        self.dot.get_or_insert_with(load).clone()
    }
}

fn disc() -> ColorImage {
    const SIDE: usize = 16;
    let mut alpha = Vec::with_capacity(SIDE * SIDE);
    for at in 0..SIDE * SIDE {
        let middle = (SIDE as f32 - 1.0) / 2.0;
        let (x, y) = ((at % SIDE) as f32 - middle, (at / SIDE) as f32 - middle);
        let cover = (SIDE as f32 / 2.0 - 0.5 - x.hypot(y)).clamp(0.0, 1.0);
        alpha.push((255.0 * cover) as u8);
    }
    let pixels = alpha
        .into_iter()
        .map(egui::Color32::from_white_alpha)
        .collect();
    ColorImage::new([SIDE, SIDE], pixels)
}

/// The stretch of the plane the real points lie in.
fn window(run: &RunView) -> Scatter {
    match &run.reals {
        Some(SampleData::Points(points)) => Scatter::of(points),
        _ => Scatter::of(&[]),
    }
}

/// Centres and radius of the real modes, where the data have any.
fn modes(run: &RunView) -> Vec<([f32; 2], f32)> {
    let Some(config) = &run.history.config else {
        return Vec::new();
    };
    match data::mixture(&config.data) {
        Some(mixture) => mixture
            .centers
            .iter()
            .map(|&center| (center, mixture.radius))
            .collect(),
        None => Vec::new(),
    }
}

fn in_words(quality: &Quality) -> String {
    let mut parts = Vec::new();
    if let (Some(modes), Some(total)) = (quality.modes, quality.modes_total) {
        parts.push(format!("{modes} of {total} modes"));
    }
    if let Some(share) = quality.high_quality {
        parts.push(format!("{:.0} % of samples on a mode", 100.0 * share));
    }
    if let Some(frechet) = quality.frechet_rf {
        parts.push(format!("Fr\u{e9}chet (random features) {frechet:.3}"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests;
