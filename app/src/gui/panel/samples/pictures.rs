//! Pictures of samples, and their textures.

use std::collections::HashMap;

use egui::{ColorImage, Context, TextureHandle, Ui, Visuals};
use tightrope_core::{
    data,
    event::{Field, SampleData},
    record::Scatter,
};

use super::{
    Shot,
    field::{self, Scale},
    grid, pin,
    scatter::Plane,
};
use crate::{
    gui::{
        model::{Model, RunView},
        theme,
    },
    lab::RunKey,
};

/// Contents of a texture, so that it is uploaded once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Iteration of the samples; for real ones the key of their run.
    pub iteration: u64,
    /// Whether they come from the averaged generator.
    pub averaged: bool,
    /// The class of all samples, if they share one.
    pub class: Option<usize>,
    /// Tells apart the moments that a paused run may show of one iteration.
    pub revision: u64,
}

/// The scores of a run as a texture.
struct Heat {
    iteration: u64,
    revision: u64,
    is_dark: bool,
    scale: Scale,
    texture: TextureHandle,
}

/// Textures of the samples on screen.
#[derive(Default)]
pub struct Pictures {
    pub(super) grids: HashMap<Option<RunKey>, (Shown, TextureHandle)>,
    heats: HashMap<RunKey, Heat>,
    dot: Option<TextureHandle>,
}

impl Pictures {
    /// Runs with uploaded scores, each with the iteration.
    #[cfg(test)]
    pub fn heats(&self) -> Vec<(RunKey, u64)> {
        let heats = self.heats.iter();
        let mut heats: Vec<_> = heats.map(|(&key, heat)| (key, heat.iteration)).collect();
        heats.sort();
        heats
    }

    /// Drops textures of removed runs.
    pub fn tidy(&mut self, model: &Model) {
        let is_there = |key: RunKey| model.run(key).is_some();
        self.grids.retain(|key, _| key.is_none_or(is_there));
        self.heats.retain(|key, _| is_there(*key));
    }

    /// Draws a run's samples in a square of `side` and returns the pin, changed by a click.
    pub fn samples(
        &mut self,
        ui: &mut Ui,
        run: &RunView,
        shot: &Shot<'_>,
        side: f32,
        pinned: Option<usize>,
    ) -> Option<usize> {
        match shot.data {
            SampleData::Points(points) => self.points(ui, run, shot, points, side, pinned),
            SampleData::Images { .. } => {
                let shown = Shown {
                    iteration: shot.at,
                    averaged: shot.averaged,
                    class: shot.class,
                    revision: shot.revision,
                };
                let clicked = self.images(ui, Some(run.key), shown, shot.data, side, pinned);
                toggled(pinned, clicked)
            }
        }
    }

    /// Draws real samples of a run's data.
    pub fn reals(&mut self, ui: &mut Ui, run: &RunView, reals: &SampleData, side: f32) {
        match reals {
            SampleData::Points(points) => {
                let dot = self.dot(ui.ctx());
                let (plane, _) = Plane::new(ui, &window(run), side);
                let painter = ui.painter_at(plane.rect);
                plane.dots(&painter, &dot, points, theme::REAL);
            }
            SampleData::Images { .. } => {
                let shown = Shown {
                    iteration: run.key.0 as u64,
                    averaged: false,
                    class: None,
                    revision: 0,
                };
                self.images(ui, None, shown, reals, side, None);
            }
        }
    }

    fn images(
        &mut self,
        ui: &mut Ui,
        key: Option<RunKey>,
        shown: Shown,
        data: &SampleData,
        side: f32,
        pinned: Option<usize>,
    ) -> Option<usize> {
        let known = self.grids.get(&key).filter(|(before, _)| *before == shown);
        let texture = match known {
            Some((_, texture)) => texture.clone(),
            None => {
                let texture = grid::upload(ui.ctx(), format!("samples {key:?}"), data);
                self.grids.insert(key, (shown, texture.clone()));
                texture
            }
        };
        grid::show(ui, &texture, data, side, pinned)
    }

    fn points(
        &mut self,
        ui: &mut Ui,
        run: &RunView,
        shot: &Shot<'_>,
        points: &[[f32; 2]],
        side: f32,
        pinned: Option<usize>,
    ) -> Option<usize> {
        let dot = self.dot(ui.ctx());
        let (plane, mut response) = Plane::new(ui, &window(run), side);
        let painter = ui.painter_at(plane.rect);
        let visuals = ui.visuals().clone();
        if let Some(field) = shot.field {
            let heat = self.heat(ui.ctx(), run, shot, field, &visuals);
            field::heat(&painter, &plane, field, &heat.texture);
            response = field::legend(response, &plane, field, heat.scale);
        }
        plane.rings(&painter, &modes(run), visuals.weak_text_color());
        if let Some(SampleData::Points(reals)) = &run.reals {
            plane.dots(&painter, &dot, reals, theme::REAL.gamma_multiply(0.35));
        }
        plane.dots(&painter, &dot, points, theme::G);
        field::arrows(&painter, &plane, shot.pushes, visuals.text_color());
        if let Some(index) = pinned {
            pin::path(&painter, &plane, run, shot, index, &visuals);
        }
        if !response.clicked() {
            return pinned;
        }
        let at = response.interact_pointer_pos()?;
        let clicked = plane.nearest(points, at)?;
        toggled(pinned, Some(clicked))
    }

    fn heat(
        &mut self,
        ctx: &Context,
        run: &RunView,
        shot: &Shot<'_>,
        field: &Field,
        visuals: &Visuals,
    ) -> &Heat {
        let (iteration, revision, is_dark) = (shot.at, shot.revision, visuals.dark_mode);
        let load = || {
            let loss = run.history.config.as_ref().map(|config| config.loss);
            let scale = Scale::of(field, loss);
            let name = format!("score {:?}", run.key);
            Heat {
                iteration,
                revision,
                is_dark,
                scale,
                texture: field::upload(ctx, name, field, scale, visuals),
            }
        };
        let heat = self.heats.entry(run.key).or_insert_with(load);
        if (heat.iteration, heat.revision, heat.is_dark) != (iteration, revision, is_dark) {
            *heat = load();
        }
        heat
    }

    /// A soft disc, uploaded once and used for every point.
    fn dot(&mut self, ctx: &Context) -> TextureHandle {
        let load = || ctx.load_texture("dot", disc(), Default::default());
        self.dot.get_or_insert_with(load).clone()
    }
}

/// The pin after a click: a click on the pinned sample unpins it, no click keeps the pin.
fn toggled(pinned: Option<usize>, clicked: Option<usize>) -> Option<usize> {
    match clicked {
        None => pinned,
        Some(_) if clicked == pinned => None,
        Some(_) => clicked,
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

/// Part of the plane that holds the real points.
fn window(run: &RunView) -> Scatter {
    match &run.reals {
        Some(SampleData::Points(points)) => Scatter::of(points),
        _ => Scatter::of(&[]),
    }
}

/// Centres and radius of the real modes, if the data have modes.
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
