//! Figures for documents: self-contained SVG files without scripts, in light and dark.

mod courses;
mod factors;
mod tradeoff;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use minijinja::{Environment, Value, context, value::Serde};
use serde::Serialize;
use tightrope_core::Error;

use super::{
    Group,
    chart::Chart,
    style,
    variant::{Variant, variants},
};

/// Width of a figure.
const WIDTH: f64 = 1000.0;
/// Margin at the left and right.
const MARGIN: f64 = 8.0;
/// Room for the title and the note.
const HEAD: f64 = 56.0;
/// Room for a panel's title.
const PANEL_HEAD: f64 = 20.0;

/// Panels on one background.
pub struct Figure {
    /// The file's name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// An explanation for the reader.
    pub note: String,
    /// Panels beside and below each other, all the same size.
    pub panels: Vec<Panel>,
}

/// A chart of a figure.
#[derive(Serialize)]
pub struct Panel {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Line style to show beside the panel's title.
    pub line: Option<String>,
    /// The chart. Its title heads the panel.
    pub chart: Chart,
}

impl Panel {
    /// A panel without a place yet.
    fn new(line: Option<String>, chart: Chart) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            line,
            chart,
        }
    }
}

/// Writes the figures of all groups into a folder, numbered by group if there are several.
pub fn write(folder: &Path, groups: &[Group]) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    let mut files = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        for figure in figures(&variants(&group.runs))? {
            let name = match groups.len() {
                1 => format!("{}.svg", figure.name),
                _ => format!("{}-{}.svg", figure.name, number + 1),
            };
            let file = folder.join(name);
            std::fs::write(&file, draw(figure)?).map_err(|e| Error::io(&file, e))?;
            files.push(file);
        }
    }
    Ok(files)
}

fn figures(variants: &[Variant]) -> Result<Vec<Figure>> {
    let mut figures = courses::courses(variants);
    figures.extend(tradeoff::tradeoff(variants)?);
    Ok(figures)
}

/// Columns in which `count` panels stand.
fn columns(count: usize) -> usize {
    match count {
        0..=2 => count.max(1),
        3..=4 => 2,
        5..=9 => 3,
        _ => 4,
    }
}

/// Width of one of `count` panels.
fn panel_width(count: usize) -> f64 {
    (WIDTH - 2.0 * MARGIN) / columns(count) as f64
}

/// Renders the figure as an SVG file.
fn draw(mut figure: Figure) -> Result<String> {
    let (columns, width) = (
        columns(figure.panels.len()),
        panel_width(figure.panels.len()),
    );
    let row = figure
        .panels
        .iter()
        .map(|panel| panel.chart.height + PANEL_HEAD)
        .fold(0.0, f64::max);
    for (place, panel) in figure.panels.iter_mut().enumerate() {
        panel.x = MARGIN + (place % columns) as f64 * width;
        panel.y = HEAD + (place / columns) as f64 * row;
    }
    let rows = figure.panels.len().div_ceil(columns);
    let mut page = Environment::new();
    page.add_template("figure.xml", include_str!("figure.xml"))?;
    page.add_template("chart.html", include_str!("chart.html"))?;
    page.get_template("figure.xml")?
        .render(context! {
            title => figure.title,
            note => figure.note,
            width => WIDTH,
            height => HEAD + rows as f64 * row + 4.0,
            style => Value::from_safe_string(style::of_figure()),
            panels => Value::from(Serde(&figure.panels)),
        })
        .context("the figure's template")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn figures_stand_alone_and_name_every_variant() {
        let mut runs = Vec::new();
        for method in ["dense", "static", "adapt-relax"] {
            runs.extend([1, 2].map(|seed| fixture::run(method, seed, 300)));
        }
        for run in &mut runs {
            for quality in &mut run.history.quality {
                quality.frechet_rf = Some(5.0 + run.config.seed as f64);
            }
        }
        runs[5].config.z_dim = 3;
        let figures = figures(&variants(&runs)).unwrap();
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(names, ["balance", "density", "quality", "tradeoff"]);
        for figure in figures {
            let name = figure.name;
            let text = draw(figure).unwrap();
            for label in [
                "dense",
                "static",
                "adapt-relax, z_dim 2",
                "adapt-relax, z_dim 3",
            ] {
                assert!(text.contains(&format!(">{label}<")), "{name}: {label}");
            }
            for outside in ["<script", "href", "url(", "NaN", "inf"] {
                assert!(!text.contains(outside), "{name}: {outside}");
            }
            assert_eq!(text.matches("http").count(), 1, "only the namespace");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut run = fixture::run("static", 1, 100);
        run.config.data.source = "a<b&c".into();
        let other = fixture::run("static", 1, 100);
        let runs = [run, other];
        let figure = courses::courses(&variants(&runs)).remove(0);
        let text = draw(figure).unwrap();
        assert!(text.contains("data.source a&lt;b&amp;c"), "{text}");
    }

    #[test]
    fn runs_without_anything_recorded_have_no_figures() {
        let mut run = fixture::run("static", 1, 10);
        run.history = Default::default();
        assert!(figures(&variants(&[run])).unwrap().is_empty());
    }
}
