//! Points in the plane, as many as there are, in one mesh.

use egui::{Color32, Mesh, Rect, Sense, Stroke, TextureHandle, Ui, pos2, vec2};
use tightrope_core::record::Scatter;

/// Half the side of a point on screen.
const RADIUS: f32 = 2.2;

/// Layers of points over rings around the modes, in a square of `side`.
pub fn show(
    ui: &mut Ui,
    dot: &TextureHandle,
    window: &Scatter,
    side: f32,
    layers: &[(&[[f32; 2]], Color32)],
    modes: &[([f32; 2], f32)],
) {
    let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect(
        rect,
        4.0,
        ui.visuals().extreme_bg_color,
        ui.visuals().widgets.noninteractive.bg_stroke,
        egui::StrokeKind::Inside,
    );
    let across = window.high[0] - window.low[0];
    let place = |[x, y]: [f32; 2]| {
        pos2(
            rect.left() + (x - window.low[0]) / across * side,
            rect.bottom() - (y - window.low[1]) / across * side,
        )
    };
    let ring = Stroke::new(1.0, ui.visuals().weak_text_color());
    for &(center, radius) in modes {
        painter.circle_stroke(place(center), radius / across * side, ring);
    }
    for (points, colour) in layers {
        let mut mesh = Mesh::with_texture(dot.id());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        for &point in points.iter().filter(|p| p.iter().all(|v| v.is_finite())) {
            let at = place(point);
            if rect.expand(RADIUS).contains(at) {
                let square = Rect::from_center_size(at, vec2(2.0 * RADIUS, 2.0 * RADIUS));
                mesh.add_rect_with_uv(square, whole, *colour);
            }
        }
        painter.add(mesh);
    }
}
