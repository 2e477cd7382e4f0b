//! Colours and style sheets of the page and of self-contained figures.

/// Number of line styles; further variants begin again with the first.
const STYLES: usize = 12;

/// A colour: its name, its value in light and in dark.
type Colour = (&'static str, &'static str, &'static str);

/// Every colour. The colours of the roles match the window.
const PALETTE: [Colour; 22] = [
    ("paper", "#fbfbf9", "#14171a"),
    ("card", "#fff", "#1b1f23"),
    ("ink", "#1c2126", "#e7eaed"),
    ("soft", "#5c6670", "#9ba6b0"),
    ("hair", "#dfe2e5", "#343b42"),
    ("d", "#0072B2", "#3A9BD8"),
    ("g", "#CC79A7", "#CC79A7"),
    ("real", "#009E73", "#009E73"),
    ("weak", "#E69F00", "#E69F00"),
    ("strong", "#56B4E9", "#56B4E9"),
    ("alarm", "#b3261e", "#f28b82"),
    ("v1", "#D55E00", "#D55E00"),
    ("v2", "#8a6d1d", "#c9a94a"),
    ("v3", "#6a737d", "#9aa3ad"),
    ("v4", "#9c4f96", "#c98bc4"),
    ("v5", "#4d7c0f", "#8fbf4d"),
    ("v6", "#a3322b", "#e0786f"),
    ("v7", "#2f6f73", "#6db5b9"),
    ("v8", "#5b4bb5", "#a59cf0"),
    ("v9", "#7a4a2b", "#c79a78"),
    ("v10", "#a8327d", "#e58cc4"),
    ("v11", "#2d6a9f", "#7fb2e0"),
];

const DARK: &str = "@media (prefers-color-scheme: dark)";
const CHART: &str = include_str!("chart.css");

/// The CSS class of a run's lines, by its variant's place in the group.
pub fn line_class(place: usize) -> String {
    format!("v{}", place % STYLES)
}

/// The page's style sheet.
pub fn of_page() -> String {
    let root = |colours: Vec<(&str, &str)>| {
        let all: Vec<String> = colours
            .into_iter()
            .map(|(name, colour)| format!("--{name}: {colour};"))
            .collect();
        format!(":root {{ {} }}", all.join(" "))
    };
    let light = PALETTE.iter().map(|c| (c.0, c.1)).collect();
    let dark = PALETTE.iter().filter(|c| c.1 != c.2).map(|c| (c.0, c.2));
    [
        root(light),
        format!("{DARK} {{ {} }}", root(dark.collect())),
        CHART.trim_end().to_owned(),
        include_str!("style.css").to_owned(),
    ]
    .join("\n")
}

/// The style sheet of a figure. It contains the colours themselves, since not every viewer of SVG
/// knows variables.
#[cfg(not(target_arch = "wasm32"))]
pub fn of_figure() -> String {
    let sheet = format!("{CHART}{}", include_str!("figure.css"));
    let with = |shade: fn(&Colour) -> &'static str| {
        let replace = |text: String, c: &Colour| text.replace(&format!("var(--{})", c.0), shade(c));
        PALETTE.iter().fold(sheet.clone(), replace)
    };
    format!("{}{DARK} {{\n{}}}\n", with(|c| c.1), with(|c| c.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_has_a_name_and_every_line_a_style() {
        let (page, figure) = (of_page(), of_figure());
        for used in page.split("var(--").skip(1) {
            let name = used.split(')').next().unwrap();
            assert!(PALETTE.iter().any(|c| c.0 == name), "{name}");
        }
        assert!(!figure.contains("var(") && figure.contains("#e7eaed"));
        for place in 0..STYLES {
            let class = line_class(place);
            assert!(page.contains(&format!(".{class} {{ stroke:")), "{class}");
            assert!(
                figure.contains(&format!(".spread.{class} {{ fill:")),
                "{class}"
            );
        }
        assert_eq!(line_class(STYLES), line_class(0));
    }
}
