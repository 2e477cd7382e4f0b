//! One sample through time, in every run from the same z: points as a path, images as a filmstrip.

use std::collections::{BTreeSet, HashMap};

use egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Role, ScrollArea, Sense, Stroke, TextureHandle,
    Ui, Visuals, WidgetInfo, pos2, vec2,
};
use tightrope_core::event::SampleData;

use super::{Shot, chosen, grid, scatter::Plane, shot};
use crate::{
    gui::{
        action::Action,
        model::{Cursor, Model, RunView},
        theme,
    },
    lab::RunKey,
};

/// Largest and smallest side of a frame.
const FRAME: [f32; 2] = [48.0, 24.0];
/// Largest share of the panel that the strip takes.
const SHARE: f32 = 0.45;
const GAP: f32 = 5.0;
/// Height of the line above the frames, and of their iterations together with the scroll bar.
const WORDS: f32 = 22.0;
const LABELS: f32 = 28.0;

/// Draws the path of a pinned point up to the moment shown, and faintly beyond.
pub fn path(
    painter: &Painter,
    plane: &Plane,
    run: &RunView,
    shot: &Shot<'_>,
    index: usize,
    visuals: &Visuals,
) {
    let point = |data: &SampleData| match data {
        SampleData::Points(points) => points.get(index).copied(),
        SampleData::Images { .. } => None,
    };
    let places = run.history.samples.iter().filter_map(|(&at, moment)| {
        let (_, data) = chosen(moment, shot.averaged)?;
        let point = point(data).filter(|p| p.iter().all(|v| v.is_finite()))?;
        Some((at, plane.place(point)))
    });
    let places: Vec<(u64, Pos2)> = places.collect();
    let (ink, ground) = (visuals.text_color(), visuals.extreme_bg_color);
    for (width, colour) in [(4.0, ground), (1.6, ink)] {
        for pair in places.windows(2) {
            let strength = if pair[1].0 <= shot.at { 1.0 } else { 0.3 };
            let colour = colour.gamma_multiply(strength);
            let line = [pair[0].1, pair[1].1];
            painter.line_segment(line, Stroke::new(width, colour));
            painter.circle_filled(pair[0].1, 1.5 * width, colour);
        }
    }
    if let Some(&(_, now)) = places.iter().find(|(at, _)| *at == shot.at) {
        painter.circle(now, 5.5, theme::G, Stroke::new(2.0, ink));
    }
}

/// Contents of a film, so that it is uploaded once.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    index: usize,
    averaged: bool,
    revision: u64,
    frames: usize,
    last: Option<u64>,
}

/// A run's frames of the pinned image, in one texture.
struct Film {
    shown: Shown,
    images: SampleData,
    at: Vec<u64>,
    texture: TextureHandle,
}

/// The filmstrip.
#[derive(Default)]
pub struct Strip {
    films: HashMap<RunKey, Film>,
    /// Last position scrolled to.
    followed: Option<(usize, Cursor, usize)>,
}

impl Strip {
    /// Height of the strip in a panel of height `room`.
    pub fn height(runs: &[&RunView], room: f32) -> f32 {
        match runs.iter().filter(|run| has_images(run)).count() {
            0 => 0.0,
            rows => WORDS + LABELS + rows as f32 * (side(rows, room) + GAP),
        }
    }

    /// Draws a row per run and a column per moment. A click on a frame moves the cursor there.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        model: &Model,
        runs: &[&RunView],
        index: usize,
        room: f32,
    ) -> Option<Action> {
        self.films.retain(|key, _| model.run(*key).is_some());
        let rows: Vec<&RunView> = runs.iter().copied().filter(|run| has_images(run)).collect();
        for run in &rows {
            self.load(ui, run, index, model.preferences.averaged);
        }
        let films = rows.iter().filter_map(|run| self.films.get(&run.key));
        let columns: BTreeSet<u64> = films.flat_map(|film| film.at.iter().copied()).collect();
        let side = side(rows.len(), room);
        let mut clicked = None;
        ui.horizontal(|ui| {
            ui.set_height(WORDS - 6.0);
            ui.label(format!("Sample {index} through time"));
            ui.weak("A click on a frame goes there; Esc unpins.");
        });
        let follow = (index, model.cursor, columns.len());
        let scrolls = self.followed.replace(follow) != Some(follow);
        ScrollArea::horizontal().id_salt("strip").show(ui, |ui| {
            let height = LABELS - 12.0 + rows.len() as f32 * (side + GAP);
            let width = columns.len() as f32 * (side + GAP);
            let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
            for (column, &iteration) in columns.iter().enumerate() {
                let left = rect.left() + column as f32 * (side + GAP);
                let middle = pos2(left + side / 2.0, rect.top() + 7.0);
                let colour = ui.visuals().weak_text_color();
                let font = FontId::proportional(10.5);
                let painter = ui.painter();
                painter.text(middle, Align2::CENTER_CENTER, iteration, font, colour);
                for (row, run) in rows.iter().enumerate() {
                    let top = rect.top() + LABELS - 12.0 + row as f32 * (side + GAP);
                    let place = Rect::from_min_size(pos2(left, top), vec2(side, side));
                    if self.frame(ui, model, run, iteration, place, scrolls) {
                        clicked = Some(Action::Seek(Cursor::At(iteration)));
                    }
                }
            }
        });
        clicked
    }

    /// Draws one frame, if its run has one, and returns whether it was clicked.
    fn frame(
        &self,
        ui: &mut Ui,
        model: &Model,
        run: &RunView,
        iteration: u64,
        place: Rect,
        scrolls: bool,
    ) -> bool {
        let film = self.films.get(&run.key);
        let found = film.and_then(|film| {
            let frame = film.at.binary_search(&iteration).ok()?;
            let uv = grid::uv(&film.images, frame, film.texture.size_vec2())?;
            Some((film, uv))
        });
        let Some((film, uv)) = found else {
            return false;
        };
        let id = ui.scope_id().with((run.key, iteration));
        let response = ui.interact(place, id, Sense::click());
        let label = format!("{} at iteration {iteration}", run.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        let painter = ui.painter();
        painter.image(film.texture.id(), place, uv, Color32::WHITE);
        let colour = theme::run(run.style, ui.visuals());
        let line = [place.left_bottom(), place.right_bottom()];
        painter.line_segment(
            line.map(|end| end + vec2(0.0, 2.0)),
            Stroke::new(2.0, colour),
        );
        let is_now =
            shot(run, &model.preferences, model.cursor).is_some_and(|shot| shot.at == iteration);
        if is_now {
            grid::frame(ui, place);
            if scrolls {
                ui.scroll_to_rect(place, None);
            }
        }
        let response = response.on_hover_ui(|ui| {
            ui.label(&label);
            grid::closer(ui, &film.texture, uv);
        });
        response.clicked()
    }

    /// Cuts the pinned image out of every moment, unless the film is up to date.
    fn load(&mut self, ui: &Ui, run: &RunView, index: usize, averaged: bool) {
        let moments = &run.history.samples;
        let shown = Shown {
            index,
            averaged,
            revision: run.revision,
            frames: moments.len(),
            last: moments.keys().next_back().copied(),
        };
        if self
            .films
            .get(&run.key)
            .is_some_and(|film| film.shown == shown)
        {
            return;
        }
        let mut at = Vec::new();
        let mut film: Option<(usize, usize, Vec<f32>)> = None;
        for (&iteration, moment) in moments {
            let Some((
                _,
                SampleData::Images {
                    channels,
                    side,
                    pixels,
                    ..
                },
            )) = chosen(moment, averaged)
            else {
                continue;
            };
            let size = channels * side * side;
            if let Some(image) = pixels.get(index * size..(index + 1) * size) {
                let (.., strip) = film.get_or_insert_with(|| (*channels, *side, Vec::new()));
                strip.extend_from_slice(image);
                at.push(iteration);
            }
        }
        let Some((channels, side, pixels)) = film else {
            self.films.remove(&run.key);
            return;
        };
        let images = SampleData::Images {
            count: at.len(),
            channels,
            side,
            pixels,
        };
        let texture = grid::upload(ui.ctx(), format!("film {:?}", run.key), &images);
        let film = Film {
            shown,
            images,
            at,
            texture,
        };
        self.films.insert(run.key, film);
    }
}

fn has_images(run: &RunView) -> bool {
    let latest = run.history.latest_samples();
    latest.is_some_and(|(_, moment)| matches!(moment.main(), Some(SampleData::Images { .. })))
}

/// Side of a frame, with this many rows in a panel of height `room`.
fn side(rows: usize, room: f32) -> f32 {
    let each = (SHARE * room - WORDS - LABELS) / rows.max(1) as f32 - GAP;
    each.clamp(FRAME[1], FRAME[0])
}
