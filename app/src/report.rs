//! The report: a self-contained HTML page that compares runs, and the same results as a table for
//! the terminal.

mod chart;
#[cfg(not(target_arch = "wasm32"))]
mod compared;
#[cfg(not(target_arch = "wasm32"))]
mod evaluation_table;
mod evaluations;
#[cfg(not(target_arch = "wasm32"))]
mod figure;
#[cfg(not(target_arch = "wasm32"))]
mod files;
#[cfg(test)]
pub(crate) mod fixture;
mod gallery;
mod going;
mod group;
#[cfg(not(target_arch = "wasm32"))]
mod markdown;
mod notice;
mod outcome;
#[cfg(not(target_arch = "wasm32"))]
mod paired;
#[cfg(not(target_arch = "wasm32"))]
mod seeds;
mod stage;
mod style;
mod table;
mod timeline;
mod variant;
mod words;

use anyhow::{Context, Result};
use minijinja::{Environment, Value, context, value::Serde};
use serde::Serialize;
use tightrope_core::record::StoredRun;

pub use evaluations::figures;
#[cfg(not(target_arch = "wasm32"))]
pub use figure::write as write_figures;
#[cfg(not(target_arch = "wasm32"))]
pub use files::{check, write};
pub use going::going;
pub use group::{grouped, read_runs};
#[cfg(not(target_arch = "wasm32"))]
pub use markdown::Place;
#[cfg(not(target_arch = "wasm32"))]
pub use table::results_table;
pub use words::{number, short};

use evaluations::{Judged, judged};
use gallery::{Gallery, gallery};
use notice::{Notice, notice};
use outcome::{Outcome, trouble};
use table::{Results, results};
use timeline::timelines;
use variant::{Difference, Variant, differences, variants};

/// Title of every report.
pub const TITLE: &str = "Who kept the balance?";

/// Runs that belong together, e.g. on one dataset.
pub struct Group {
    /// The heading, e.g. `2-D spiral`.
    pub title: String,
    /// The runs, in display order.
    pub runs: Vec<StoredRun>,
}

/// A group, ready for the template.
#[derive(Serialize)]
struct Section {
    title: String,
    notice: Notice,
    headline: Option<String>,
    verdicts: Vec<VerdictCard>,
    gallery: Gallery,
    charts: Vec<chart::Chart>,
    results: Results,
    judged: Judged,
    labels: Vec<String>,
    differences: Vec<Difference>,
    configs: Vec<Config>,
}

/// A variant's verdict: a sentence and its place on the beam.
#[derive(Serialize)]
struct VerdictCard {
    label: String,
    seeds: usize,
    sentence: String,
    troubles: Vec<String>,
    /// Place on the beam, 0 (D too strong) to 100 (D too weak); the band's middle is 50.
    beam: Option<f64>,
}

/// All settings of a variant.
#[derive(Serialize)]
struct Config {
    label: String,
    json: String,
    folders: Vec<String>,
    device: String,
}

/// Renders the report as one HTML page without external files.
pub fn render(title: &str, groups: &[Group]) -> Result<String> {
    let sections = groups
        .iter()
        .map(section)
        .collect::<Result<Vec<Section>>>()?;
    let mut page = Environment::new();
    page.add_filter("line_class", style::line_class);
    page.add_template("report.html", include_str!("report/report.html"))?;
    page.add_template("chart.html", include_str!("report/chart.html"))?;
    page.get_template("report.html")?
        .render(context! {
            title,
            version => env!("CARGO_PKG_VERSION"),
            style => Value::from_safe_string(style::of_page()),
            sections => Value::from(Serde(&sections)),
        })
        .context("the report's template")
}

/// Lines to read before the results of these groups.
#[cfg(not(target_arch = "wasm32"))]
pub fn notices(groups: &[Group]) -> Vec<String> {
    let mut all = Vec::new();
    for group in groups {
        let lines = notice(&variants(&group.runs)).all();
        if groups.len() > 1 && !lines.is_empty() {
            all.push(format!("{}:", group.title));
        }
        all.extend(lines);
    }
    all
}

fn section(group: &Group) -> Result<Section> {
    let variants = variants(&group.runs);
    let outcomes: Vec<Outcome> = variants.iter().map(outcome).collect();
    let labelled: Vec<(&str, &Outcome)> = variants
        .iter()
        .map(|v| v.label.as_str())
        .zip(&outcomes)
        .collect();
    Ok(Section {
        title: group.title.clone(),
        notice: notice(&variants),
        headline: words::headline(&labelled),
        verdicts: variants
            .iter()
            .zip(&outcomes)
            .map(|(v, o)| card(v, o))
            .collect(),
        gallery: gallery(&variants)?,
        charts: timelines(&variants),
        results: results(&variants),
        judged: judged(&variants)?,
        labels: variants.iter().map(|v| v.label.clone()).collect(),
        differences: differences(&variants),
        configs: variants
            .iter()
            .map(config)
            .collect::<Result<Vec<Config>>>()?,
    })
}

fn outcome(variant: &Variant) -> Outcome {
    Outcome::mean(&variant.outcomes())
}

fn card(variant: &Variant, outcome: &Outcome) -> VerdictCard {
    let several = variant.runs.len() > 1;
    let told = |run: &&StoredRun| {
        let trouble = trouble(run)?;
        Some(if several {
            format!("seed {}: {trouble}", run.config.seed)
        } else {
            trouble
        })
    };
    let beam = |br: f64, middle: f64| (50.0 + (br - middle) * 100.0).clamp(3.0, 97.0);
    VerdictCard {
        label: variant.label.clone(),
        seeds: variant.seeds().len(),
        sentence: words::sentence(outcome),
        troubles: variant.runs.iter().filter_map(told).collect(),
        beam: outcome
            .late_br
            .zip(outcome.band_middle)
            .map(|(br, middle)| beam(br, middle)),
    }
}

fn config(variant: &Variant) -> Result<Config> {
    let first = variant.runs.first().context("a variant has a run")?;
    Ok(Config {
        label: variant.label.clone(),
        json: serde_json::to_string_pretty(&first.config)?,
        folders: variant
            .runs
            .iter()
            .map(|run| run.path.display().to_string())
            .collect(),
        device: first
            .history
            .info
            .as_ref()
            .map_or(String::new(), |info| info.device.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Vec<Group> {
        vec![Group {
            title: "2-D <spiral>".into(),
            runs: vec![
                fixture::run("adapt-relax", 1, 300),
                fixture::run("stu-gan", 1, 300),
            ],
        }]
    }

    #[test]
    fn the_page_is_one_file_and_escapes_what_it_shows() {
        let mut groups = groups();
        groups[0].runs[0].config.data.source = "<script>alert(1)</script>".into();
        let page = render("Runs & more", &groups).unwrap();
        assert!(page.contains("2-D &lt;spiral&gt;") && page.contains("Runs &amp; more"));
        assert!(!page.contains("<script"));
        for outside in ["http://", "https://", "src=\"/", "@import", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
        for part in [
            "Balance ratio",
            "D too strong",
            "Settings that differ",
            "adapt-relax",
            "FLOPs",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn what_differs_besides_the_method_is_said_first() {
        let mut groups = groups();
        let page = |groups: &[Group]| render("Runs", groups).unwrap();
        assert!(!page(&groups).contains("differ in more than"));
        assert!(notices(&groups).is_empty());
        groups[0].runs[1].config.batch_d = 7;
        let page = page(&groups);
        let at = |part: &str| page.find(part).unwrap();
        assert!(at("batch_d: 128 (adapt-relax); 7 (stu-gan") < at("class=\"headline\""));
        assert!(at("differ in more than") < at("class=\"verdicts\""));
        assert_eq!(notices(&groups).len(), 2);
    }

    #[test]
    fn runs_without_anything_recorded_still_make_a_page() {
        let mut groups = groups();
        for run in &mut groups[0].runs {
            run.history = Default::default();
        }
        let page = render("Empty", &groups).unwrap();
        assert!(page.contains("nothing measured yet") && page.contains("unfinished"));
        assert!(render("None", &[]).is_ok());
    }
}
