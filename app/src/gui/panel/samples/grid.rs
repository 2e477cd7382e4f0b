//! Images in a grid: one texture, and a closer look under the pointer.

use egui::{
    Color32, ColorImage, Context, Image, Rect, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, pos2, vec2,
};
use tightrope_core::{event::SampleData, record};

/// Side of the enlarged image under the pointer.
const CLOSER: f32 = 192.0;

/// Uploads a grid, one texel per pixel.
pub fn upload(ctx: &Context, name: String, data: &SampleData) -> TextureHandle {
    let picture = record::grid(data, columns(data), 1);
    let size = [picture.width() as usize, picture.height() as usize];
    let image = ColorImage::from_rgb(size, picture.as_raw());
    ctx.load_texture(name, image, TextureOptions::NEAREST)
}

/// Draws the grid in a square of `side` with the pinned image framed, and returns the clicked
/// image.
pub fn show(
    ui: &mut Ui,
    texture: &TextureHandle,
    data: &SampleData,
    side: f32,
    pinned: Option<usize>,
) -> Option<usize> {
    let size = texture.size_vec2();
    let scale = side / size.x.max(size.y).max(1.0);
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    let drawn = Rect::from_min_size(rect.min, size * scale);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(texture.id(), drawn, whole, Color32::WHITE);
    if let Some(texels) = pinned.and_then(|index| texels(data, index)) {
        let place = texels * scale;
        frame(ui, place.translate(drawn.min.to_vec2()));
    }
    let at = response.interact_pointer_pos().or(response.hover_pos());
    let at = at.filter(|at| drawn.contains(*at))?;
    let index = under(data, (at - drawn.min) / scale)?;
    let clicked = response.clicked().then_some(index);
    if let Some(uv) = uv(data, index, size) {
        response.on_hover_ui_at_pointer(|ui| closer(ui, texture, uv));
    }
    clicked
}

/// One image of a grid, enlarged.
pub fn closer(ui: &mut Ui, texture: &TextureHandle, uv: Rect) {
    ui.add(Image::new((texture.id(), vec2(CLOSER, CLOSER))).uv(uv));
}

/// A frame around an image, visible on any image.
pub fn frame(ui: &Ui, place: Rect) {
    for (width, colour) in [(4.0, Color32::BLACK), (2.0, Color32::WHITE)] {
        let stroke = Stroke::new(width, colour);
        ui.painter()
            .rect_stroke(place, 1.0, stroke, StrokeKind::Middle);
    }
}

/// Index of the image at this texel.
fn under(data: &SampleData, texel: egui::Vec2) -> Option<usize> {
    let SampleData::Images { count, side, .. } = data else {
        return None;
    };
    let cell = (side + record::GRID_GAP) as f32;
    let (column, row) = ((texel.x / cell) as usize, (texel.y / cell) as usize);
    let index = row * columns(data) + column;
    (column < columns(data) && index < *count).then_some(index)
}

/// Area of an image, in texels.
fn texels(data: &SampleData, index: usize) -> Option<Rect> {
    let SampleData::Images { count, side, .. } = data else {
        return None;
    };
    let (column, row) = (index % columns(data), index / columns(data));
    let cell = (side + record::GRID_GAP) as f32;
    let gap = record::GRID_GAP as f32;
    let corner = pos2(column as f32 * cell + gap, row as f32 * cell + gap);
    let size = vec2(*side as f32, *side as f32);
    (index < *count).then(|| Rect::from_min_size(corner, size))
}

/// Part of a texture of this size that holds an image.
pub fn uv(data: &SampleData, index: usize, size: egui::Vec2) -> Option<Rect> {
    let texels = texels(data, index)?;
    let share = |corner: egui::Pos2| (corner.to_vec2() / size).to_pos2();
    Some(Rect::from_min_max(share(texels.min), share(texels.max)))
}

fn columns(data: &SampleData) -> usize {
    match data {
        SampleData::Images { count, side, .. } => record::layout(*count, *side).0,
        SampleData::Points(_) => 1,
    }
}
