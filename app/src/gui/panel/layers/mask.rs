//! Mask of the chosen layer: live while its run trains, recorded at any other moment.

use egui::{
    Align, Color32, Layout, Rect, Response, RichText, Sense, TextureHandle, TextureOptions, Ui,
    pos2, vec2,
};

use super::{
    bars::Row,
    picture::{self, Palette, View},
};
use crate::{
    gui::{
        action::Action,
        explain::{Term, explained},
        model::{
            Cursor, Model, RunView,
            inspection::{Seen, Weight},
        },
        theme,
    },
    lab::{LayerKey, Request},
};

/// Seconds between two readings of a layer whose weights have moved.
const WEIGHTS: f64 = 1.0;
/// Seconds between two readings of a layer whose mask has changed.
const MASKS: f64 = 0.25;
/// Height of the words below the picture.
const WORDS: f32 = 44.0;
/// Largest side of one weight on screen.
const LARGEST: f32 = 14.0;

/// The foot of the panel.
#[derive(Default)]
pub struct MaskView {
    view: View,
    asked: Option<Asked>,
    recorded: Option<Recorded>,
    picture: Option<(Shown, TextureHandle)>,
}

/// A layer from the record, unpacked once.
struct Recorded {
    seen: Seen,
    moments: Moments,
}

/// Iterations of a layer's mask and of the mask before. Every resumption rewrites the record, so it
/// counts too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Moments {
    now: u64,
    before: Option<u64>,
    resumed: usize,
}

/// Source of the layer shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The lab, with the number of answers so far.
    Lab(u64),
    /// The record.
    Record(Moments),
}

/// Last request for a layer, and the state of its run at that time.
struct Asked {
    key: LayerKey,
    seconds: f64,
    answers: u64,
    known: Known,
}

/// State of a run; a change means that its layers may have changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Known {
    iteration: u64,
    /// A player that steps alone changes this, not the iteration.
    revision: u64,
    masks: usize,
}

/// Contents of a texture, so that it is uploaded once.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    key: LayerKey,
    source: Source,
    view: View,
    palette: Palette,
    most: [usize; 2],
}

impl MaskView {
    /// Draws it, and requests the layer if it needs to.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, run: &RunView, row: &Row) -> Option<Action> {
        let key = LayerKey {
            run: run.key,
            role: row.role,
            layer: row.layer,
        };
        ui.horizontal(|ui| {
            let colour = theme::role(row.role, ui.visuals());
            let name = format!("{} {}", row.role, row.name());
            ui.label(RichText::new(name).color(colour).strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let magnitude = ui.selectable_value(&mut self.view, View::Magnitude, "|w|");
                explained(magnitude, Term::Magnitude);
                let mask = ui.selectable_value(&mut self.view, View::Mask, "mask");
                explained(mask, Term::Mask);
            });
        });
        if !run.is_live() || model.cursor != Cursor::Live {
            self.asked = None;
            self.past(ui, model.cursor, run, row, key);
            return None;
        }
        let action = self.ask(ui, model, run, key);
        match model.inspection.of(key) {
            Some(seen) => self.seen(ui, seen, Source::Lab(model.inspection.answers())),
            None => {
                ui.weak("Reading the layer\u{2026}");
            }
        }
        action
    }

    /// Draws the recorded layer at the cursor.
    fn past(&mut self, ui: &mut Ui, cursor: Cursor, run: &RunView, row: &Row, key: LayerKey) {
        if self.view == View::Magnitude {
            ui.weak("Magnitudes are read only from a run that trains, at its latest moment.");
            return;
        }
        let until = match cursor {
            Cursor::Live => u64::MAX,
            Cursor::At(iteration) => iteration,
        };
        let mut masks = run.history.masks_until(row.role, until);
        let (now, before) = (masks.next(), masks.next());
        let Some(now) = now else {
            ui.weak("No mask was recorded up to this moment.");
            return;
        };
        let moments = Moments {
            now: now.iteration,
            before: before.map(|before| before.iteration),
            resumed: run.history.resumed.len(),
        };
        let recorded = self
            .recorded
            .take()
            .filter(|known| known.seen.key == key && known.moments == moments)
            .or_else(|| {
                let seen = Seen::recorded(key, row.shape(), now, before)?;
                Some(Recorded { seen, moments })
            });
        match &recorded {
            Some(known) => self.seen(ui, &known.seen, Source::Record(moments)),
            None => {
                ui.weak("The record has no mask of this layer.");
            }
        }
        self.recorded = recorded;
    }

    /// Requests one reading at a time, and none that would repeat the last answer.
    fn ask(&mut self, ui: &Ui, model: &Model, run: &RunView, key: LayerKey) -> Option<Action> {
        let known = Known {
            iteration: run.iteration,
            revision: run.revision,
            masks: run.history.masks.len(),
        };
        let (seconds, answers) = (ui.input(|input| input.time), model.inspection.answers());
        if let Some(asked) = self.asked.as_ref().filter(|asked| asked.key == key) {
            if asked.answers == answers || asked.known == known {
                return None;
            }
            let is_changed = asked.known.masks != known.masks;
            let left = asked.seconds + if is_changed { MASKS } else { WEIGHTS } - seconds;
            if left > 0.0 {
                ui.ctx().request_repaint_after_secs(left as f32);
                return None;
            }
        }
        self.asked = Some(Asked {
            key,
            seconds,
            answers,
            known,
        });
        Some(Action::Ask(Request::Inspect(key)))
    }

    fn seen(&mut self, ui: &mut Ui, seen: &Seen, source: Source) {
        let [rows, columns] = seen.size();
        if rows * columns == 0 {
            return;
        }
        let room = vec2(
            ui.available_width(),
            (ui.available_height() - WORDS).max(40.0),
        );
        let texels = room * ui.pixels_per_point();
        let palette = Palette::of(seen.key.role, ui.visuals());
        let shown = Shown {
            key: seen.key,
            source,
            view: self.view,
            palette,
            most: [texels.x as usize, texels.y as usize],
        };
        let texture = match &self.picture {
            Some((before, texture)) if *before == shown => texture.clone(),
            _ => {
                let image = picture::draw(seen, self.view, &palette, shown.most);
                let options = TextureOptions::NEAREST;
                let texture = ui.ctx().load_texture("layer", image, options);
                self.picture = Some((shown, texture.clone()));
                texture
            }
        };
        let size = vec2(side(room.x, columns), side(room.y, rows));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter()
            .image(texture.id(), rect, whole, Color32::WHITE);
        point(response, rect, seen);
        self.words(ui, seen, source, &palette);
    }

    fn words(&self, ui: &mut Ui, seen: &Seen, source: Source, palette: &Palette) {
        ui.spacing_mut().item_spacing = vec2(6.0, 1.0);
        let iteration = seen.state.iteration;
        if self.view == View::Magnitude {
            let largest = seen.state.largest;
            ui.small(format!("iteration {iteration}, |w| up to {largest:.3}"));
            ui.small("rows: outputs, columns: inputs \u{00D7} taps");
            return;
        }
        let since = match &seen.before {
            Some(before) => format!("iteration {iteration}, against {}", before.iteration),
            None if matches!(source, Source::Lab(_)) => {
                format!("iteration {iteration}, no change seen yet")
            }
            None => format!("iteration {iteration}, the first recorded"),
        };
        ui.small(since)
            .on_hover_text("Rows are output channels, columns are inputs \u{00D7} taps.");
        ui.horizontal(|ui| {
            for (weight, name, term) in [
                (Weight::Active, "kept", Term::Active),
                (Weight::Grown, "grown", Term::DropGrow),
                (Weight::Dropped, "dropped", Term::DropGrow),
            ] {
                let (swatch, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
                ui.painter()
                    .rect_filled(swatch, 1.0, palette.colour(weight));
                explained(ui.small(format!("{name} {}", seen.count(weight))), term);
            }
        });
    }
}

/// Length of a side, at whole pixels per weight if there is room for several.
fn side(room: f32, count: usize) -> f32 {
    let each = (room / count as f32).min(LARGEST);
    count as f32 * if each >= 2.0 { each.floor() } else { each }
}

/// Describes the weight under the pointer, if it covers at least a pixel.
fn point(response: Response, rect: Rect, seen: &Seen) {
    let [rows, columns] = seen.size();
    let Some(at) = response.hover_pos() else {
        return;
    };
    if rect.width() < columns as f32 || rect.height() < rows as f32 {
        return;
    }
    let share = (at - rect.min) / rect.size();
    let row = ((share.y * rows as f32) as usize).min(rows - 1);
    let column = ((share.x * columns as f32) as usize).min(columns - 1);
    let taps = seen.state.shape[2..].iter().product::<usize>().max(1);
    let place = row * columns + column;
    let kind = match seen.weight(place) {
        Weight::Inactive => "inactive",
        Weight::Active => "active",
        Weight::Grown => "grown",
        Weight::Dropped => "dropped",
    };
    let magnitude = seen.magnitude(place);
    let magnitude = magnitude.map_or(String::new(), |w| format!(", |w| {w:.3}"));
    let (input, tap) = (column / taps, column % taps);
    let tap = if taps > 1 {
        format!(", tap {tap}")
    } else {
        String::new()
    };
    response.on_hover_text(format!(
        "output {row}, input {input}{tap}\n{kind}{magnitude}"
    ));
}
