//! The discriminator's view of the plane: its score as a heat map, its push as arrows.

use egui::{
    Color32, ColorImage, Context, Painter, Rect, Response, RichText, Sense, Stroke, TextureHandle,
    TextureOptions, Ui, Visuals, pos2, vec2,
};
use tightrope_core::{
    config::Loss,
    event::{Field, Push},
};

use super::scatter::Plane;
use crate::gui::theme;

/// Length of the strongest pushes, as a share of the window's side.
const LONGEST: f32 = 0.08;
/// Share of the pushes that are weaker than the strongest ones.
const WEAKER: f32 = 0.9;
/// Arrows shorter than this many points are not drawn.
const SHORTEST: f32 = 1.5;
/// Share of the cells whose scores span the colours; scores beyond saturate.
const SPANNED: f32 = 0.95;
/// Size of the colour bar.
const BAR: egui::Vec2 = vec2(72.0, 10.0);

/// Scale of the colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    middle: f32,
    reach: f32,
}

impl Scale {
    /// The scale of a field under this loss.
    pub fn of(field: &Field, loss: Option<Loss>) -> Self {
        // Wasserstein scores have no zero of their own.
        let middle = match loss {
            Some(Loss::Wasserstein) => {
                field.scores.iter().sum::<f32>() / field.scores.len().max(1) as f32
            }
            _ => 0.0,
        };
        let mut far: Vec<f32> = field.scores.iter().map(|s| (s - middle).abs()).collect();
        far.sort_by(f32::total_cmp);
        let last = far.len().saturating_sub(1);
        let reach = far.get((SPANNED * last as f32) as usize);
        Self {
            middle,
            reach: reach.map_or(1.0, |reach| reach.max(1e-6)),
        }
    }

    /// Position of a score between the least and the greatest, from -1 to 1.
    pub fn share(self, score: f32) -> f32 {
        ((score - self.middle) / self.reach).clamp(-1.0, 1.0)
    }
}

/// Uploads the scores, one texel per cell.
pub fn upload(
    ctx: &Context,
    name: String,
    field: &Field,
    scale: Scale,
    visuals: &Visuals,
) -> TextureHandle {
    let image = picture(field, scale, visuals);
    ctx.load_texture(name, image, TextureOptions::LINEAR)
}

fn picture(field: &Field, scale: Scale, visuals: &Visuals) -> ColorImage {
    let side = field.side();
    // Pictures start at the top, fields at the bottom.
    let rows = field.scores.chunks_exact(side.max(1)).rev();
    let pixels = rows
        .flatten()
        .map(|&score| theme::score(scale.share(score), visuals));
    ColorImage::new([side, side], pixels.collect())
}

/// Draws the scores below everything else.
pub fn heat(painter: &Painter, plane: &Plane, field: &Field, texture: &TextureHandle) {
    let rect = Rect::from_two_pos(plane.place(field.low), plane.place(field.high));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), rect.shrink(1.0), whole, Color32::WHITE);
}

/// Draws an arrow for each push; the strongest ones are equally long.
pub fn arrows(painter: &Painter, plane: &Plane, pushes: &[Push], colour: Color32) {
    let size = |push: &Push| push.by[0].hypot(push.by[1]);
    let mut sizes: Vec<f32> = pushes.iter().map(size).collect();
    sizes.sort_by(f32::total_cmp);
    let last = sizes.len().saturating_sub(1);
    let strong = sizes.get((WEAKER * last as f32) as usize);
    let longest = LONGEST * plane.rect.width();
    let stroke = Stroke::new(1.2, colour);
    for push in pushes {
        let share = size(push) / strong.map_or(1.0, |strong| strong.max(f32::MIN_POSITIVE));
        let length = longest * share.min(1.0);
        if length >= SHORTEST {
            let arrow = length * vec2(push.by[0], -push.by[1]).normalized();
            painter.arrow(plane.place(push.at), arrow, stroke);
        }
    }
}

/// Shows the score under the pointer and the scale of the colours.
pub fn legend(response: Response, plane: &Plane, field: &Field, scale: Scale) -> Response {
    let score = response
        .hover_pos()
        .and_then(|at| field.score(plane.point(at)));
    let Some(score) = score else {
        return response;
    };
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(format!("score {score:+.3}")).strong());
        let ends = [-1.0, 1.0].map(|end| scale.middle + end * scale.reach);
        ui.horizontal(|ui| {
            ui.small(format!("{:+.2}", ends[0]));
            bar(ui, scale);
            ui.small(format!("{:+.2}", ends[1]));
        });
    })
}

fn bar(ui: &mut Ui, scale: Scale) {
    const STEPS: usize = 30;
    let (rect, _) = ui.allocate_exact_size(BAR, Sense::hover());
    let step = rect.width() / STEPS as f32;
    for at in 0..STEPS {
        let share = 2.0 * (at as f32 + 0.5) / STEPS as f32 - 1.0;
        let score = scale.middle + share * scale.reach;
        let left = rect.left() + at as f32 * step;
        let part = Rect::from_min_size(pos2(left, rect.top()), vec2(step + 0.5, rect.height()));
        let colour = theme::score(scale.share(score), ui.visuals());
        ui.painter().rect_filled(part, 0.0, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(scores: &[f32]) -> Field {
        Field {
            high: [1.0, 1.0],
            scores: scores.to_vec(),
            ..Field::default()
        }
    }

    #[test]
    fn zero_is_the_middle_unless_scores_have_none() {
        let field = field(&[1.0, 3.0, 5.0, 3.0]);
        let hinge = Scale::of(&field, Some(Loss::Hinge));
        assert_eq!((hinge.share(0.0), hinge.share(-9.0)), (0.0, -1.0));
        let wasserstein = Scale::of(&field, Some(Loss::Wasserstein));
        assert_eq!(wasserstein.share(3.0), 0.0);
        assert_eq!(
            (wasserstein.share(5.0), wasserstein.share(1.0)),
            (1.0, -1.0)
        );
    }

    #[test]
    fn a_few_far_scores_do_not_pale_the_others() {
        let mut scores = vec![0.5; 99];
        scores.push(1e6);
        assert_eq!(Scale::of(&field(&scores), None).share(0.5), 1.0);
        assert!(Scale::of(&field(&[0.0; 4]), None).share(0.0).is_finite());
    }

    #[test]
    fn the_lowest_row_of_a_field_is_the_lowest_of_its_picture() {
        let visuals = Visuals::light();
        let field = field(&[-1.0, -1.0, 1.0, 1.0]);
        let image = picture(&field, Scale::of(&field, None), &visuals);
        assert_eq!(image.size, [2, 2]);
        assert_eq!(image.pixels[0], theme::score(1.0, &visuals));
        assert_eq!(image.pixels[2], theme::score(-1.0, &visuals));
    }
}
