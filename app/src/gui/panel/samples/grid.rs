//! Images in a grid: one texture, and a closer look under the pointer.

use egui::{
    Color32, ColorImage, Context, Image, Rect, Sense, TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use tightrope_core::{event::SampleData, record};

/// Side of the enlarged image under the pointer.
const CLOSER: f32 = 192.0;

/// Uploads a grid at one texel a pixel.
pub fn upload(ctx: &Context, name: String, data: &SampleData) -> TextureHandle {
    let picture = record::grid(data, columns(data), 1);
    let size = [picture.width() as usize, picture.height() as usize];
    let image = ColorImage::from_rgb(size, picture.as_raw());
    ctx.load_texture(name, image, TextureOptions::NEAREST)
}

/// Shows it in a square of `side`.
pub fn show(ui: &mut Ui, texture: &TextureHandle, data: &SampleData, side: f32) {
    let size = texture.size_vec2();
    let scale = side / size.x.max(size.y).max(1.0);
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let drawn = Rect::from_min_size(rect.min, size * scale);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(texture.id(), drawn, whole, Color32::WHITE);
    let Some(at) = response.hover_pos().filter(|at| drawn.contains(*at)) else {
        return;
    };
    if let Some(uv) = under(data, (at - drawn.min) / scale, size) {
        response.on_hover_ui_at_pointer(|ui| {
            ui.add(Image::new((texture.id(), vec2(CLOSER, CLOSER))).uv(uv));
        });
    }
}

/// The part of the texture that holds the image at this texel.
fn under(data: &SampleData, texel: egui::Vec2, size: egui::Vec2) -> Option<Rect> {
    let SampleData::Images { count, side, .. } = data else {
        return None;
    };
    let cell = (side + record::GRID_GAP) as f32;
    let (column, row) = ((texel.x / cell) as usize, (texel.y / cell) as usize);
    let columns = columns(data);
    if column >= columns || row * columns + column >= *count {
        return None;
    }
    let corner = vec2(column as f32, row as f32) * cell + vec2(1.0, 1.0) * record::GRID_GAP as f32;
    let low = corner / size;
    let high = (corner + vec2(*side as f32, *side as f32)) / size;
    Some(Rect::from_min_max(low.to_pos2(), high.to_pos2()))
}

fn columns(data: &SampleData) -> usize {
    match data {
        SampleData::Images { count, side, .. } => record::layout(*count, *side).0,
        SampleData::Points(_) => 1,
    }
}
