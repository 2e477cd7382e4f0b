//! Samples of every run side by side, from the same fixed z, with real data beside them.

mod class;
mod field;
mod grid;
mod pictures;
mod pin;
mod scatter;

use egui::{Key, Label, Modifiers, Rect, RichText, Ui, UiBuilder, Vec2, pos2, vec2};
use tightrope_core::{
    event::{Field, Push, Quality, SampleData},
    history::Moment,
};

use super::Panel;
use crate::gui::{
    action::Action,
    explain::{Term, explained},
    model::{Cursor, Model, RunView, preferences::Preferences},
    picture, theme,
};
use class::{Known, OneClass};
use pictures::Pictures;
use pin::Strip;

/// The panel in the middle.
#[derive(Default)]
pub struct Samples {
    pictures: Pictures,
    strip: Strip,
    class: OneClass,
    /// The sample followed through time, by its index in the fixed z.
    pin: Option<usize>,
}

impl Panel for Samples {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let area = ui.max_rect();
        let runs: Vec<&RunView> = model.shown().collect();
        let mut actions: Vec<Action> = self.head(ui, model, &runs, area);
        let reals = runs
            .iter()
            .find_map(|run| Some((*run, run.reals.as_ref()?)));
        let cells = runs.len() + usize::from(reals.is_some());
        if cells == 0 {
            ui.centered_and_justified(|ui| ui.weak("Samples appear here as soon as a run starts."));
            return actions;
        }
        self.pictures.tidy(model);
        self.class.tidy(model);
        let asked = runs.iter().map(|run| self.class.ask(model, run));
        actions.extend(asked.flatten());
        let room = ui.available_rect_before_wrap();
        let strip = match self.pin {
            Some(_) => Strip::height(&runs, room.height()),
            None => 0.0,
        };
        let (columns, side) = arrange(room.size() - vec2(0.0, strip), cells);
        let size = vec2(side, side + CAPTION);
        for index in 0..cells {
            let place = vec2((index % columns) as f32, (index / columns) as f32);
            let corner = room.min + place * (size + vec2(GAP, GAP));
            let rect = Rect::from_min_size(corner, size);
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
        if let Some(index) = self.pin.filter(|_| strip > 0.0) {
            let top = pos2(room.left(), room.bottom() - strip);
            let rect = Rect::from_min_max(top, room.max);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                actions.extend(self.strip.show(ui, model, &runs, index, room.height()));
            });
        }
        actions
    }
}

/// Height of the text above and below a picture.
const CAPTION: f32 = 44.0;
const GAP: f32 = 12.0;
/// Width from which the heading has room for more words.
const ROOMY: f32 = 560.0;
/// Side below which a caption has no room for the word "iteration".
const NARROW: f32 = 210.0;

/// Number of columns, and the side of the largest square pictures that fit.
fn arrange(room: Vec2, cells: usize) -> (usize, f32) {
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

/// Samples of a run at the cursor.
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

/// Contents of a run's picture at the cursor.
struct Shot<'a> {
    at: u64,
    averaged: bool,
    /// The class of all samples, if they share one.
    class: Option<usize>,
    data: &'a SampleData,
    /// The score, if it is to be drawn.
    field: Option<&'a Field>,
    /// Empty unless pushes are to be drawn.
    pushes: &'a [Push],
    /// Tells apart the moments that a paused run may show of one iteration.
    revision: u64,
}

fn shot<'a>(run: &'a RunView, preferences: &Preferences, cursor: Cursor) -> Option<Shot<'a>> {
    let (at, moment) = moment(run, cursor)?;
    let (averaged, data) = chosen(moment, preferences.averaged)?;
    let field = moment.field.as_ref();
    let pushes = field
        .filter(|_| preferences.push)
        .map(|field| match averaged {
            true => field.averaged.as_slice(),
            false => field.raw.as_slice(),
        });
    Some(Shot {
        at,
        averaged,
        class: None,
        data,
        field: field.filter(|_| preferences.score),
        pushes: pushes.unwrap_or_default(),
        revision: match cursor {
            Cursor::Live => run.revision,
            Cursor::At(_) => 0,
        },
    })
}

/// Samples of the preferred generator, averaged or raw, or else of the other.
fn chosen(moment: &Moment, averaged: bool) -> Option<(bool, &SampleData)> {
    let of_average = moment.averaged.as_ref().map(|data| (true, data));
    let raw = moment.raw.as_ref().map(|data| (false, data));
    if averaged {
        of_average.or(raw)
    } else {
        raw.or(of_average)
    }
}

impl Samples {
    fn head(&mut self, ui: &mut Ui, model: &Model, runs: &[&RunView], area: Rect) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut preferences = model.preferences.clone();
        let is_roomy = ui.available_width() > ROOMY;
        ui.horizontal_wrapped(|ui| {
            explained(ui.heading("Samples"), Term::Latent);
            if is_roomy {
                explained(ui.weak("of the same z"), Term::Latent);
            }
            ui.add_space(8.0);
            for (averaged, name) in [(true, "averaged"), (false, "raw")] {
                let choice = ui.selectable_value(&mut preferences.averaged, averaged, name);
                explained(choice, Term::Averaged);
            }
            if runs.iter().any(|run| is_plane(run)) {
                ui.add_space(8.0);
                explained(
                    ui.toggle_value(&mut preferences.score, "score"),
                    Term::Score,
                );
                explained(ui.toggle_value(&mut preferences.push, "push"), Term::Push);
            }
            self.class.choose(ui, model, runs);
            if self.class.is_chosen() {
                // Samples of one class have their own z.
                self.pin = None;
            }
            if let Some(index) = self.pin {
                ui.add_space(8.0);
                let pinned = ui.selectable_label(true, format!("pinned: {index}"));
                let is_free = model.draft.is_none() && !ui.ctx().egui_wants_keyboard_input();
                let escapes = is_free
                    && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
                let why = "Followed through time. Click or press Esc to unpin.";
                if pinned.on_hover_text(why).clicked() || escapes {
                    self.pin = None;
                }
            }
            actions.extend(picture::button(ui, "samples", area).map(Action::Picture));
        });
        actions.extend(
            (preferences != model.preferences).then_some(Action::SetPreferences(preferences)),
        );
        actions
    }

    fn run(&mut self, ui: &mut Ui, model: &Model, run: &RunView, side: f32) {
        let (shot, why_not) = match self.class.of(model, run) {
            None => (shot(run, &model.preferences, model.cursor), Some("")),
            Some(Known::Shot(shot)) => (Some(shot), None),
            Some(Known::Awaited) => (None, None),
            Some(Known::None(why)) => (None, Some(why)),
        };
        ui.horizontal(|ui| {
            let colour = theme::run(run.style, ui.visuals());
            ui.label(RichText::new(&run.name).color(colour).strong());
            if let Some(shot) = &shot {
                let words = if side < NARROW { "" } else { "iteration " };
                let at = RichText::new(format!("{words}{}", shot.at)).weak();
                ui.add(Label::new(at).truncate());
            }
        });
        match shot {
            Some(shot) => {
                let pinned = self.pictures.samples(ui, run, &shot, side, self.pin);
                if shot.class.is_none() {
                    self.pin = pinned;
                }
            }
            None => class::absent(ui, why_not, side),
        }
        if let Some(quality) = quality(run, model.cursor) {
            let term = match quality.modes {
                Some(_) => Term::Modes,
                None => Term::Frechet,
            };
            let words = Label::new(RichText::new(in_words(quality)).small()).truncate();
            explained(ui.add(words), term);
        }
    }

    fn reals(&mut self, ui: &mut Ui, run: &RunView, reals: &SampleData, side: f32) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("real data").color(theme::REAL).strong());
            let source = run.history.config.as_ref().map_or("", |c| &c.data.source);
            ui.weak(source);
        });
        self.pictures.reals(ui, run, reals, side);
    }
}

/// Whether it learns points in the plane.
fn is_plane(run: &RunView) -> bool {
    let latest = run.history.latest_samples();
    latest.is_some_and(|(_, moment)| matches!(moment.main(), Some(SampleData::Points(_))))
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
