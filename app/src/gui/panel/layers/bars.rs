//! A network's layers as bars of density, each with a line where it started.

use egui::{
    Align2, FontId, Rect, RichText, Sense, Stroke, TextStyle, TextWrapMode, Ui, WidgetInfo,
    WidgetText, pos2, vec2,
};
use tightrope_core::{
    config::Role,
    event::{LayerInfo, MaskEvent},
};

use crate::gui::{
    explain::{Term, explained},
    model::{Cursor, RunView},
    theme,
};

/// Height of a layer.
const HEIGHT: f32 = 17.0;
/// Width of the density in figures.
const FIGURES: f32 = 38.0;

/// Order of the layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// In the order data passes through them.
    #[default]
    Net,
    /// Densest first.
    Density,
    /// Most changed since the start first.
    Change,
}

impl Order {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Net, Self::Density, Self::Change];

    /// Name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Net => "in order",
            Self::Density => "densest",
            Self::Change => "most changed",
        }
    }

    fn sort(self, rows: &mut [Row<'_>]) {
        let key = |row: &Row<'_>| match self {
            Self::Net => 0.0,
            Self::Density => row.density(),
            Self::Change => (row.density() - row.start()).abs(),
        };
        rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
    }
}

/// A network at a moment.
pub struct Net<'a> {
    /// The player whose network it is.
    pub role: Role,
    /// Its maskable layers, in order.
    pub rows: Vec<Row<'a>>,
}

/// A layer at a moment.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The player it belongs to.
    pub role: Role,
    /// Its index among the maskable layers.
    pub layer: usize,
    info: &'a LayerInfo,
    active: usize,
}

impl<'a> Net<'a> {
    /// The network at the cursor; `None` before the run has described its layers.
    pub fn at(run: &'a RunView, role: Role, cursor: Cursor) -> Option<Self> {
        let info = run.history.net_info(role)?;
        let change = latest_change(run, role, cursor);
        let rows = info.layers.iter().enumerate().map(|(layer, info)| Row {
            role,
            layer,
            info,
            active: change
                .and_then(|change| change.layers.get(layer).copied())
                .unwrap_or(info.active),
        });
        Some(Self {
            role,
            rows: rows.collect(),
        })
    }

    /// Draws it and returns the clicked layer.
    pub fn show(
        &self,
        ui: &mut Ui,
        order: Order,
        chosen: Option<(Role, usize)>,
    ) -> Option<(Role, usize)> {
        self.title(ui);
        let mut rows = self.rows.clone();
        order.sort(&mut rows);
        let mut clicked = None;
        ui.spacing_mut().item_spacing.y = 2.0;
        for row in rows {
            let place = (row.role, row.layer);
            if row.show(ui, chosen == Some(place)) {
                clicked = Some(place);
            }
        }
        clicked
    }

    fn title(&self, ui: &mut Ui) {
        let (name, symbol, term) = match self.role {
            Role::G => ("Generator", "d_G", Term::DensityG),
            Role::D => ("Discriminator", "d_D", Term::DensityD),
        };
        let active: usize = self.rows.iter().map(|row| row.active).sum();
        let all: usize = self.rows.iter().map(Row::size).sum();
        ui.horizontal_wrapped(|ui| {
            let colour = theme::role(self.role, ui.visuals());
            ui.label(RichText::new(name).color(colour).strong());
            let density = share(active, all);
            explained(ui.label(format!("{symbol} {density:.3}")), term);
            explained(ui.weak(format!("{active} of {all}")), Term::Active);
        });
    }
}

/// Last mask change at or before the cursor.
fn latest_change(run: &RunView, role: Role, cursor: Cursor) -> Option<&MaskEvent> {
    let masks = &run.history.masks;
    let until = match cursor {
        Cursor::Live => masks.len(),
        Cursor::At(iteration) => masks.partition_point(|mask| mask.iteration <= iteration),
    };
    masks[..until].iter().rev().find(|mask| mask.net == role)
}

fn share(active: usize, all: usize) -> f64 {
    active as f64 / all.max(1) as f64
}

impl Row<'_> {
    /// The layer's name without the suffix that all names share.
    pub fn name(&self) -> &str {
        let name = &self.info.name;
        name.strip_suffix(".weight").unwrap_or(name)
    }

    /// Shape of the weight in PyTorch's layout.
    pub fn shape(&self) -> &[usize] {
        &self.info.shape
    }

    fn size(&self) -> usize {
        self.info.shape.iter().product()
    }

    fn density(&self) -> f64 {
        share(self.active, self.size())
    }

    fn start(&self) -> f64 {
        share(self.info.active, self.size())
    }

    /// Draws it and returns whether it was clicked.
    fn show(&self, ui: &mut Ui, is_chosen: bool) -> bool {
        let width = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
        let label = format!(
            "{} {}: density {:.3}",
            self.role,
            self.name(),
            self.density()
        );
        response.widget_info(|| {
            WidgetInfo::selected(egui::Role::Button, ui.is_enabled(), is_chosen, &label)
        });
        if ui.is_rect_visible(rect) {
            if is_chosen || response.hovered() {
                ui.painter()
                    .rect_filled(rect, 3.0, ui.visuals().faint_bg_color);
            }
            self.paint(ui, rect);
        }
        response.on_hover_ui(|ui| self.explain(ui)).clicked()
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        let visuals = ui.visuals();
        let ink = visuals.text_color();
        let (left, right) = (rect.left() + 0.36 * rect.width(), rect.right() - FIGURES);
        let name = WidgetText::from(RichText::new(self.name()).small());
        let room = left - rect.left() - 8.0;
        let name = name.into_galley(ui, Some(TextWrapMode::Truncate), room, TextStyle::Small);
        let top = rect.center().y - name.size().y / 2.0;
        ui.painter().galley(pos2(rect.left() + 3.0, top), name, ink);

        let x = |share: f64| left + (right - left) * share.min(1.0) as f32;
        let bar = |to: f32| {
            Rect::from_min_max(pos2(left, rect.top() + 3.5), pos2(to, rect.bottom() - 3.5))
        };
        let ground = visuals.widgets.noninteractive.bg_stroke.color;
        ui.painter().rect_filled(bar(right), 2.0, ground);
        let colour = theme::role(self.role, visuals);
        ui.painter()
            .rect_filled(bar(x(self.density())), 2.0, colour);
        let start = x(self.start());
        ui.painter().line_segment(
            [
                pos2(start, rect.top() + 1.0),
                pos2(start, rect.bottom() - 1.0),
            ],
            Stroke::new(2.0, ink),
        );
        ui.painter().text(
            pos2(rect.right() - 2.0, rect.center().y),
            Align2::RIGHT_CENTER,
            format!("{:.2}", self.density()),
            FontId::proportional(11.5),
            ink,
        );
    }

    fn explain(&self, ui: &mut Ui) {
        let shape: Vec<String> = self.info.shape.iter().map(usize::to_string).collect();
        ui.label(RichText::new(&self.info.name).strong());
        ui.label(format!(
            "{}, {} weights",
            shape.join(" \u{00D7} "),
            self.size()
        ));
        ui.label(format!(
            "{} active, density {:.3}",
            self.active,
            self.density()
        ));
        ui.label(format!(
            "at the start {}, density {:.3}",
            self.info.active,
            self.start()
        ));
        ui.weak("Click to see its mask.");
    }
}
