//! Colours and fonts. A role has one colour everywhere; runs differ by line style and label as
//! well.

use egui::{
    self, Color32, CornerRadius, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle,
    Theme, Visuals, vec2,
};
use egui_plot::LineStyle;
use tightrope_core::{config::Role, event::Verdict};

/// The pause sign.
pub const PAUSE: &str = "\u{25AE}\u{25AE}";

/// The discriminator.
pub const D: Color32 = Color32::from_rgb(0x00, 0x72, 0xB2);
/// The generator.
pub const G: Color32 = Color32::from_rgb(0xCC, 0x79, 0xA7);
/// Real data.
pub const REAL: Color32 = Color32::from_rgb(0x00, 0x9E, 0x73);
/// A weight that has just become active.
pub const GROWN: Color32 = Color32::from_rgb(0xF0, 0xE4, 0x42);
/// A discriminator that is too weak.
pub const WEAK: Color32 = Color32::from_rgb(0xE6, 0x9F, 0x00);
/// A discriminator that is too strong.
pub const STRONG: Color32 = Color32::from_rgb(0x56, 0xB4, 0xE9);

/// Run colours on light and on dark, as in the report.
const RUNS: [[Color32; 2]; 7] = [
    both(0xD55E00, 0xD55E00),
    both(0x8A6D1D, 0xC9A94A),
    both(0x6A737D, 0x9AA3AD),
    both(0x9C4F96, 0xC98BC4),
    both(0x4D7C0F, 0x8FBF4D),
    both(0xA3322B, 0xE0786F),
    both(0x2F6F73, 0x6DB5B9),
];

const fn both(light: u32, dark: u32) -> [Color32; 2] {
    [rgb(light), rgb(dark)]
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// A player's colour, light enough to read on dark.
pub fn role(role: Role, visuals: &Visuals) -> Color32 {
    match role {
        Role::G => G,
        Role::D if visuals.dark_mode => rgb(0x3A9BD8),
        Role::D => D,
    }
}

/// A run's colour, by index.
pub fn run(style: usize, visuals: &Visuals) -> Color32 {
    RUNS[style % RUNS.len()][usize::from(visuals.dark_mode)]
}

/// A run's line style, by index.
pub fn line(style: usize) -> LineStyle {
    match style % 4 {
        0 => LineStyle::Solid,
        1 => LineStyle::dashed_loose(),
        2 => LineStyle::dotted_dense(),
        _ => LineStyle::dashed_dense(),
    }
}

/// A verdict's colour, for words and marks on the window's background.
pub fn verdict(verdict: Verdict, visuals: &Visuals) -> Color32 {
    let (light, dark) = match verdict {
        Verdict::DTooStrong => (rgb(0x1F77B4), STRONG),
        Verdict::Balanced => (rgb(0x007A59), rgb(0x35C79A)),
        Verdict::DTooWeak => (rgb(0x9A6700), WEAK),
        Verdict::DDead => (visuals.error_fg_color, visuals.error_fg_color),
    };
    if visuals.dark_mode { dark } else { light }
}

/// Colour of a score between the least (-1) and the greatest (1): the discriminator's above the
/// middle, orange below.
pub fn score(share: f32, visuals: &Visuals) -> Color32 {
    let end = match (share < 0.0, visuals.dark_mode) {
        (false, _) => role(Role::D, visuals),
        (true, false) => rgb(0xB35806),
        (true, true) => rgb(0xE08214),
    };
    let strength = 0.55 * share.abs().min(1.0);
    visuals.extreme_bg_color.lerp_to_gamma(end, strength)
}

/// Sets the fonts and style of a context.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Small, FontId::proportional(11.5)),
                (TextStyle::Body, FontId::proportional(14.0)),
                (TextStyle::Button, FontId::proportional(14.0)),
                (TextStyle::Heading, FontId::proportional(17.0)),
                (TextStyle::Monospace, FontId::monospace(13.0)),
            ]
            .into();
            style.spacing.item_spacing = vec2(8.0, 6.0);
            style.spacing.button_padding = vec2(8.0, 4.0);
            style.spacing.window_margin = Margin::same(12);
            style.visuals = visuals(theme);
        });
    }
}

/// Fonts, with Hack as the fallback for arrows and signs. Hack is loaded for numbers anyway, and
/// doing without emoji fonts saves a page half a megabyte.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    if let Some(text) = fonts.families.get_mut(&FontFamily::Proportional) {
        text.push("Hack".to_owned());
    }
    fonts
}

fn visuals(theme: Theme) -> Visuals {
    let mut visuals = theme.default_visuals();
    let (paper, card, soft, hair, ink) = match theme {
        Theme::Light => (0xFBFBF9, 0xFFFFFF, 0xECEEF0, 0xD5D9DD, 0x1C2126),
        Theme::Dark => (0x14171A, 0x1B1F23, 0x2A3036, 0x343B42, 0xE7EAED),
    };
    visuals.panel_fill = rgb(paper);
    visuals.window_fill = rgb(card);
    visuals.extreme_bg_color = rgb(card);
    visuals.faint_bg_color = rgb(soft);
    visuals.override_text_color = Some(rgb(ink));
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, rgb(hair));
    visuals.widgets.inactive.weak_bg_fill = rgb(soft);
    visuals.widgets.inactive.bg_fill = rgb(soft);
    visuals.selection.bg_fill = D.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, rgb(ink));
    for widget in [
        &mut visuals.widgets.noninteractive,
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(6);
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_need_no_fonts_of_emojis() {
        let mut fonts = fonts();
        for names in fonts.families.values_mut() {
            names.retain(|name| !name.to_lowercase().contains("emoji"));
        }
        let ctx = egui::Context::default();
        ctx.set_fonts(fonts);
        let signs =
            format!("{PAUSE}\u{25B6}\u{25A0}\u{2190}\u{2192}\u{221D}\u{2202}\u{2212}\u{2026}");
        let frame = ctx.run_ui(Default::default(), |ui| {
            ui.fonts_mut(|fonts| {
                for font in [FontId::proportional(14.0), FontId::monospace(13.0)] {
                    assert!(fonts.has_glyphs(&font, &signs));
                    assert!(!fonts.has_glyph(&font, '\u{1F50D}'));
                }
            });
        });
        drop(frame);
    }
}
