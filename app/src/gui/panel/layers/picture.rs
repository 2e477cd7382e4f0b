//! A layer as pixels: rows are output channels, columns are inputs times taps.

use egui::{Color32, ColorImage, Visuals};
use tightrope_core::config::Role;

use crate::gui::{
    model::inspection::{Seen, Weight},
    theme,
};

/// Unchanged weights that one changed weight outweighs in a shared pixel: changes are few, and the
/// user looks for them.
const EMPHASIS: f32 = 8.0;

/// Quantity shown by a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Active, grown and dropped weights.
    #[default]
    Mask,
    /// Magnitudes of weights.
    Magnitude,
}

/// Colours of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    inactive: Color32,
    active: Color32,
    grown: Color32,
    dropped: Color32,
}

impl Palette {
    /// Palette for a player's layers.
    pub fn of(role: Role, visuals: &Visuals) -> Self {
        Self {
            inactive: visuals.faint_bg_color,
            active: theme::role(role, visuals),
            grown: theme::GROWN,
            dropped: visuals.text_color(),
        }
    }

    /// Colour of a kind of weight.
    pub fn colour(&self, weight: Weight) -> Color32 {
        match weight {
            Weight::Inactive => self.inactive,
            Weight::Active => self.active,
            Weight::Grown => self.grown,
            Weight::Dropped => self.dropped,
        }
    }
}

/// Draws a pixel per weight, or as many as fit into `most` (columns, rows), each the mean of the
/// weights it covers.
pub fn draw(seen: &Seen, view: View, palette: &Palette, most: [usize; 2]) -> ColorImage {
    let [rows, columns] = seen.size();
    let (width, height) = (columns.min(most[0]).max(1), rows.min(most[1]).max(1));
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let lines = y * rows / height..(y + 1) * rows / height;
        for x in 0..width {
            let across = x * columns / width..(x + 1) * columns / width;
            let weights = lines
                .clone()
                .flat_map(|line| across.clone().map(move |at| line * columns + at));
            pixels.push(mean(weights.map(|at| shade(seen, view, palette, at))));
        }
    }
    ColorImage::new([width, height], pixels)
}

/// Colour of a weight, and its share in the mean of a pixel.
fn shade(seen: &Seen, view: View, palette: &Palette, at: usize) -> (Color32, f32) {
    match view {
        View::Mask => {
            let weight = seen.weight(at);
            let changed = matches!(weight, Weight::Grown | Weight::Dropped);
            (palette.colour(weight), if changed { EMPHASIS } else { 1.0 })
        }
        View::Magnitude => {
            let share = seen.state.magnitudes.get(at);
            let share = share.map_or(0.0, |&share| f32::from(share) / 255.0);
            (palette.inactive.lerp_to_gamma(palette.active, share), 1.0)
        }
    }
}

fn mean(shades: impl Iterator<Item = (Color32, f32)>) -> Color32 {
    let (mut sum, mut total) = ([0.0; 3], 0.0);
    for (colour, weight) in shades {
        for (sum, part) in sum.iter_mut().zip(colour.to_array()) {
            *sum += weight * f32::from(part);
        }
        total += weight;
    }
    let [r, g, b] = sum.map(|part| (part / f32::max(total, 1.0)).round() as u8);
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use tightrope_core::run::LayerState;

    use super::*;
    use crate::{
        gui::model::inspection::Inspection,
        lab::{LayerKey, RunKey},
    };

    const KEY: LayerKey = LayerKey {
        run: RunKey(0),
        role: Role::G,
        layer: 0,
    };

    fn inspection(shape: &[usize], masks: &[&[f32]], weights: &[f32]) -> Inspection {
        let mut inspection = Inspection::default();
        for (iteration, mask) in masks.iter().enumerate() {
            let state = LayerState::new(iteration as u64, shape.to_vec(), mask, weights);
            inspection.take(KEY, Some(state));
        }
        inspection
    }

    fn palette() -> Palette {
        Palette {
            inactive: Color32::WHITE,
            active: Color32::BLUE,
            grown: Color32::YELLOW,
            dropped: Color32::BLACK,
        }
    }

    #[test]
    fn every_weight_of_a_known_mask_has_its_colour() {
        let before = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        let after = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        let known = inspection(&[2, 3], &[&before, &after], &[0.0; 6]);
        let seen = known.of(KEY).unwrap();
        let p = palette();
        let image = draw(seen, View::Mask, &p, [100, 100]);
        assert_eq!(image.size, [3, 2]);
        assert_eq!(
            image.pixels,
            [
                p.active, p.dropped, p.inactive, p.inactive, p.inactive, p.grown
            ]
        );
        assert_eq!(
            (seen.count(Weight::Grown), seen.count(Weight::Dropped)),
            (1, 1)
        );
    }

    #[test]
    fn a_convolution_lays_its_taps_side_by_side() {
        let mut mask = [0.0; 2 * 3 * 4];
        mask[12 + 7] = 1.0;
        let known = inspection(&[2, 3, 2, 2], &[&mask], &mask);
        for view in [View::Mask, View::Magnitude] {
            let image = draw(known.of(KEY).unwrap(), view, &palette(), [99, 99]);
            assert_eq!(image.size, [12, 2]);
            let at = image.pixels.iter().position(|&c| c == palette().active);
            assert_eq!(at, Some(12 + 7));
        }
    }

    #[test]
    fn a_large_mask_is_averaged_and_loses_no_row() {
        let mask: Vec<f32> = (0..10 * 10).map(|at| f32::from(at / 10 == 9)).collect();
        let known = inspection(&[10, 10], &[&mask], &mask);
        let p = palette();
        let image = draw(known.of(KEY).unwrap(), View::Mask, &p, [5, 4]);
        assert_eq!(image.size, [5, 4]);
        let mixed = mean([(p.inactive, 2.0), (p.active, 1.0)].into_iter());
        assert_eq!(image.pixels[..15], [p.inactive; 15]);
        assert_eq!(image.pixels[15..], [mixed; 5]);
    }
}
