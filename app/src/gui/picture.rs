//! Pictures of a part of the window, exactly as seen.

use std::sync::Arc;

use egui::{ColorImage, Context, Id, Rect, Ui, Vec2, vec2};

use crate::lab::{Request, Screen};

/// A part of the window to save as a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Name of the part.
    pub name: &'static str,
    /// Its area, in points.
    pub area: Rect,
}

/// Pictures, each with the frame it is cut from.
type Frames = Vec<(Picture, Arc<ColorImage>)>;

impl Picture {
    /// Requests a copy of the next frame; [`taken`] returns the picture.
    pub fn take(self, ctx: &Context) {
        let keeper = ctx.clone();
        ctx.request_screenshot(move |frame| {
            self.keep(&keeper, frame);
            keeper.request_repaint();
        });
    }

    fn keep(self, ctx: &Context, frame: Arc<ColorImage>) {
        ctx.data_mut(|data| {
            let frames: &mut Frames = data.get_temp_mut_or_default(Id::unique("pictures"));
            frames.push((self, frame));
        });
    }

    /// Cuts its area out of a frame with `scale` pixels per point.
    fn cut(&self, frame: &ColorImage, scale: f32) -> Option<Screen> {
        let [width, height] = frame.size;
        // A panel may reach a fraction of a pixel beyond the window.
        let inside = |at: f32, most: usize| ((at * scale).round().max(0.0) as usize).min(most);
        let [left, right] = [self.area.left(), self.area.right()].map(|x| inside(x, width));
        let [top, bottom] = [self.area.top(), self.area.bottom()].map(|y| inside(y, height));
        if left >= right || top >= bottom {
            return None;
        }
        let part = frame.region_by_pixels([left, top], [right - left, bottom - top]);
        let colours = part.pixels.iter();
        Some(Screen {
            name: self.name.to_owned(),
            size: part.size.map(|pixels| pixels as u32),
            rgb: colours.flat_map(|p| [p.r(), p.g(), p.b()]).collect(),
        })
    }
}

/// Margin around a panel in its picture, in points.
const MARGIN: Vec2 = vec2(6.0, 2.0);

/// A small button that takes a picture of `area`.
pub fn button(ui: &mut Ui, name: &'static str, area: Rect) -> Option<Picture> {
    let button = ui.button("PNG").on_hover_text(format!(
        "Save a picture of the {name} as they are seen here"
    ));
    let area = area.expand2(MARGIN);
    button.clicked().then_some(Picture { name, area })
}

/// Requests to write the pictures taken since the last frame.
pub fn taken(ctx: &Context) -> impl Iterator<Item = Request> {
    let frames: Option<Frames> = ctx.data_mut(|data| data.remove_temp(Id::unique("pictures")));
    let scale = ctx.pixels_per_point();
    let cut = move |(picture, frame): (Picture, Arc<ColorImage>)| picture.cut(&frame, scale);
    frames
        .unwrap_or_default()
        .into_iter()
        .filter_map(cut)
        .map(Request::Screen)
}

#[cfg(test)]
mod tests {
    use egui::{Color32, RawInput, pos2};

    use super::*;

    /// Requests after a picture of this area, in a window of 40 x 20 points with two pixels each.
    fn taken_of(area: Rect) -> Vec<Request> {
        let ctx = Context::default();
        ctx.set_pixels_per_point(2.0);
        // The size of a point is known only from the second frame on.
        drop(ctx.run_ui(RawInput::default(), |_| ()));
        let colours = (0..80 * 40).map(|at| Color32::from_rgb((at % 80) as u8, (at / 80) as u8, 7));
        let picture = Picture {
            name: "samples",
            area,
        };
        let frame = ColorImage::new([80, 40], colours.collect());
        picture.keep(&ctx, Arc::new(frame));
        let found = taken(&ctx).collect();
        assert_eq!(taken(&ctx).count(), 0, "once is enough");
        found
    }

    #[test]
    fn a_part_of_the_window_is_cut_out_in_its_own_pixels() {
        let found = taken_of(Rect::from_min_max(pos2(5.0, 2.0), pos2(8.0, 4.0)));
        let [Request::Screen(screen)] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((screen.name.as_str(), screen.size), ("samples", [6, 4]));
        assert_eq!(screen.rgb[..6], [10, 4, 7, 11, 4, 7]);
        assert_eq!(screen.rgb[6 * 4 * 3 - 3..], [15, 7, 7]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let found = taken_of(Rect::from_min_max(pos2(-3.0, 18.0), pos2(60.0, 99.0)));
        let size = match &found[..] {
            [Request::Screen(screen)] => screen.size,
            other => panic!("{other:?}"),
        };
        assert_eq!(size, [80, 4]);
        let outside = Rect::from_min_max(pos2(50.0, 0.0), pos2(60.0, 5.0));
        assert!(taken_of(outside).is_empty());
    }
}
