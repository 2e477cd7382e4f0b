//! Points in the plane, all in one mesh.

use egui::{
    Color32, Mesh, Painter, Pos2, Rect, Response, Sense, Stroke, StrokeKind, TextureHandle, Ui,
    pos2, vec2,
};
use tightrope_core::record::Scatter;

/// Half the side of a point on screen.
const RADIUS: f32 = 2.2;
/// Distance on screen within which a click picks a point.
const REACH: f32 = 9.0;

/// A window onto the plane.
pub struct Plane {
    /// Its area on screen.
    pub rect: Rect,
    low: [f32; 2],
    across: f32,
}

impl Plane {
    /// An empty square of `side`, and its response to the pointer.
    pub fn new(ui: &mut Ui, window: &Scatter, side: f32) -> (Self, Response) {
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        let visuals = ui.visuals();
        let hair = visuals.widgets.noninteractive.bg_stroke;
        let ground = visuals.extreme_bg_color;
        ui.painter()
            .rect(rect, 4.0, ground, hair, StrokeKind::Inside);
        let plane = Self {
            rect,
            low: window.low,
            across: window.high[0] - window.low[0],
        };
        (plane, response)
    }

    /// Screen position of a point.
    pub fn place(&self, [x, y]: [f32; 2]) -> Pos2 {
        pos2(
            self.rect.left() + self.length(x - self.low[0]),
            self.rect.bottom() - self.length(y - self.low[1]),
        )
    }

    /// Point of the plane at a screen position.
    pub fn point(&self, at: Pos2) -> [f32; 2] {
        let scale = self.across / self.rect.width();
        [
            self.low[0] + (at.x - self.rect.left()) * scale,
            self.low[1] + (self.rect.bottom() - at.y) * scale,
        ]
    }

    /// Length of a distance on screen.
    pub fn length(&self, distance: f32) -> f32 {
        distance / self.across * self.rect.width()
    }

    /// Draws rings around the modes.
    pub fn rings(&self, painter: &Painter, modes: &[([f32; 2], f32)], colour: Color32) {
        let stroke = Stroke::new(1.0, colour);
        for &(center, radius) in modes {
            painter.circle_stroke(self.place(center), self.length(radius), stroke);
        }
    }

    /// Draws each point as this dot.
    pub fn dots(
        &self,
        painter: &Painter,
        dot: &TextureHandle,
        points: &[[f32; 2]],
        colour: Color32,
    ) {
        let mut mesh = Mesh::with_texture(dot.id());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        for &point in points.iter().filter(|p| p.iter().all(|v| v.is_finite())) {
            let at = self.place(point);
            if self.rect.expand(RADIUS).contains(at) {
                let square = Rect::from_center_size(at, vec2(2.0 * RADIUS, 2.0 * RADIUS));
                mesh.add_rect_with_uv(square, whole, colour);
            }
        }
        painter.add(mesh);
    }

    /// Index of the point nearest to a screen position, if one is within reach.
    pub fn nearest(&self, points: &[[f32; 2]], at: Pos2) -> Option<usize> {
        let distance = |point: &[f32; 2]| self.place(*point).distance(at);
        let near = points.iter().map(distance).enumerate();
        near.filter(|(_, distance)| *distance <= REACH)
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(index, _)| index)
    }
}
