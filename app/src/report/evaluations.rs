//! Evaluations by feature networks, for the page and the terminal.

use anyhow::Result;
use serde::Serialize;
use tightrope_core::{evaluation::Evaluation, metric::inception_score::Spread};

use super::{
    variant::Variant,
    words::{count, number},
};

/// A group's evaluations.
#[derive(Debug, Default, Serialize)]
pub struct Judged {
    /// Names of the figures.
    pub columns: Vec<String>,
    /// One row per evaluation.
    pub rows: Vec<Row>,
}

/// One evaluation.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The variant's label.
    pub label: String,
    /// The variant's place in the group, which is its line style.
    pub style: usize,
    /// The run's seed.
    pub seed: u64,
    /// Iteration of the generator.
    pub iteration: String,
    /// One figure per column; empty where the evaluation has none.
    pub cells: Vec<String>,
    /// The reason its FID does not belong in a table beside published ones, if any.
    pub doubt: Option<String>,
    /// The protocol of the measurement.
    pub protocol: String,
}

/// Every figure of an evaluation: name and value.
pub fn figures(evaluation: &Evaluation) -> Vec<(String, String)> {
    let spread = |s: Spread| format!("{} \u{b1} {}", number(s.mean), number(s.deviation));
    let mut all = vec![(evaluation.distance_name(), number(evaluation.frechet))];
    let mut add = |name: &str, value: Option<String>| {
        all.extend(value.map(|value| (name.to_owned(), value)));
    };
    add("IS", evaluation.score.map(spread));
    let kernel = evaluation.kernel_name();
    add(&kernel, evaluation.kid.map(|kid| spread(kid.distance)));
    let counted = evaluation.neighbours.map(|counted| counted.figures);
    add("precision", counted.map(|c| number(c.precision)));
    add("recall", counted.map(|c| number(c.recall)));
    add("density", counted.map(|c| number(c.density)));
    add("coverage", counted.map(|c| number(c.coverage)));
    let sure = evaluation
        .confidence
        .map(|own| match evaluation.real.confidence {
            Some(real) => format!("{} (real {})", number(own), number(real)),
            None => number(own),
        });
    add(&format!("confidence {}", evaluation.network), sure);
    all
}

/// A figure of an evaluation as a number.
#[cfg(not(target_arch = "wasm32"))]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// The value; of a mean over parts, the mean.
    pub value: f64,
    /// Whether it adds detail to a distance or a score.
    pub is_detail: bool,
    /// The better direction; `None` for details and for figures without one.
    pub best: Option<Best>,
}

/// The direction in which a figure improves.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, PartialEq)]
pub enum Best {
    /// A distance.
    Least,
    /// A score.
    Greatest,
}

/// Every figure of an evaluation as a number, the distance first.
#[cfg(not(target_arch = "wasm32"))]
pub fn measures(evaluation: &Evaluation) -> Vec<Measure> {
    let mut all = Vec::new();
    let mut add = |name: String, value: Option<f64>, is_detail, best| {
        all.extend(value.map(|value| Measure {
            name,
            value,
            is_detail,
            best,
        }));
    };
    let (least, greatest) = (Some(Best::Least), Some(Best::Greatest));
    add(
        evaluation.distance_name(),
        Some(evaluation.frechet),
        false,
        least,
    );
    add(
        "IS".to_owned(),
        evaluation.score.map(|s| s.mean),
        false,
        greatest,
    );
    let confidence = format!("confidence {}", evaluation.network);
    add(confidence, evaluation.confidence, false, None);
    let kernel = evaluation.kid.map(|kid| kid.distance.mean);
    let is_fid = evaluation.is_fid();
    add(
        evaluation.kernel_name(),
        kernel,
        !is_fid,
        least.filter(|_| is_fid),
    );
    let mut add = |name, value, is_detail| add(name, value, is_detail, None);
    let counted = evaluation.neighbours.map(|counted| counted.figures);
    add("precision".to_owned(), counted.map(|c| c.precision), true);
    add("recall".to_owned(), counted.map(|c| c.recall), true);
    add("density".to_owned(), counted.map(|c| c.density), true);
    add("coverage".to_owned(), counted.map(|c| c.coverage), true);
    all
}

/// The evaluations of a group's runs. Of several by the same protocol, the last counts.
pub fn judged(variants: &[Variant]) -> Result<Judged> {
    let mut judged = Judged::default();
    for (style, variant) in variants.iter().enumerate() {
        for run in &variant.runs {
            let mut latest: Vec<Evaluation> = Vec::new();
            for evaluation in run.evaluations()? {
                latest.retain(|other| other.protocol() != evaluation.protocol());
                latest.push(evaluation);
            }
            for evaluation in latest {
                let cells = judged.place(figures(&evaluation));
                judged.rows.push(Row {
                    label: variant.label.clone(),
                    style,
                    seed: run.config.seed,
                    iteration: count(evaluation.samples.iteration as f64),
                    cells,
                    doubt: evaluation.doubt(),
                    protocol: evaluation.protocol(),
                });
            }
        }
    }
    for row in &mut judged.rows {
        row.cells.resize(judged.columns.len(), String::new());
    }
    Ok(judged)
}

impl Judged {
    /// Puts figures into their columns, and adds a column at the end for each new one.
    fn place(&mut self, figures: Vec<(String, String)>) -> Vec<String> {
        let mut cells = vec![String::new(); self.columns.len()];
        for (name, value) in figures {
            match self.columns.iter().position(|column| *column == name) {
                Some(column) => cells[column] = value,
                None => {
                    self.columns.push(name);
                    cells.push(value);
                }
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use tightrope_core::{
        evaluation::{Real, Samples},
        record::write_evaluation,
    };

    use super::*;
    use crate::report::{fixture, render, variant::variants};

    fn evaluation(network: &str, samples: usize, frechet: f64) -> Evaluation {
        Evaluation {
            network: network.into(),
            samples: Samples {
                iteration: 300,
                count: samples,
                ..Samples::default()
            },
            real: Real {
                data: "cifar10".into(),
                count: Some(50_000),
                confidence: Some(0.98),
                ..Real::default()
            },
            frechet,
            ..Evaluation::default()
        }
    }

    #[test]
    fn every_figure_says_what_it_is() {
        let names = |evaluation: &Evaluation| {
            figures(evaluation)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let mut fid = evaluation("inception", 10_000, 20.0);
        fid.score = Some(Spread {
            mean: 7.5,
            deviation: 0.125,
        });
        assert_eq!(names(&fid), ["FID", "IS"]);
        assert_eq!(figures(&fid)[1].1, "7.50 \u{b1} 0.125");
        let mut other = evaluation("resnet20", 10_000, 3.0);
        other.confidence = Some(0.75);
        assert_eq!(
            names(&other),
            ["Fr\u{e9}chet resnet20", "confidence resnet20"]
        );
        assert_eq!(figures(&other)[1].1, "0.750 (real 0.980)");
        assert!(fid.doubt().is_none() && other.doubt().is_none());
        assert!(
            evaluation("inception", 500, 1.0)
                .doubt()
                .unwrap()
                .contains("KID")
        );
    }

    #[test]
    fn the_page_shows_the_last_of_each_kind() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = fixture::run("adapt-relax", 1, 300);
        run.path = folder.path().to_owned();
        for (network, frechet) in [("inception", 41.5), ("inception", 42.5), ("resnet20", 3.0)] {
            write_evaluation(folder.path(), &evaluation(network, 500, frechet)).unwrap();
        }
        let runs = [run];
        let judged = judged(&variants(&runs)).unwrap();
        assert_eq!(judged.columns, ["FID", "Fr\u{e9}chet resnet20"]);
        let cells: Vec<&[String]> = judged.rows.iter().map(|row| row.cells.as_slice()).collect();
        assert_eq!(cells, [["42.5", ""], ["", "3"]]);
        let group = super::super::Group {
            title: "CIFAR-10".into(),
            runs: runs.into(),
        };
        let page = render("Evaluated", &[group]).unwrap();
        assert!(
            page.contains("not FID-worthy: 500 samples") && page.contains("How it was evaluated")
        );
    }
}
