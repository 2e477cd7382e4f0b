//! Compares the variants of a group, each as one row of numbers over its seeds.

use anyhow::Result;
use tightrope_core::record::StoredRun;

use super::{
    evaluation_table::evaluation_table,
    outcome::{Outcome, trouble},
    seeds::{BySeed, OverSeeds},
    table::COLUMNS,
    variant::Variant,
    words::number,
};

/// Columns taken from [`COLUMNS`], in display order: the title there, the title here, and the hint
/// here if it differs.
const SHOWN: [(&str, &str, Option<&str>); 16] = [
    ("FLOPs", "FLOPs", None),
    ("as ADAPT counts", "as ADAPT counts", None),
    ("as STU-GAN counts", "as STU-GAN counts", None),
    ("testing FLOPs", "testing FLOPs", None),
    ("active G", "active G", None),
    ("active D", "active D", None),
    ("seconds", "seconds", None),
    ("d_G", "d_G", Some("density of the generator at the end")),
    (
        "d_D",
        "d_D",
        Some("density of the discriminator at the end"),
    ),
    ("BR", "BR late", None),
    ("in band late", "in band late", None),
    ("G explored", "G explored", None),
    ("modes", "modes", None),
    ("on a mode", "on a mode", None),
    ("KL", "KL", None),
    ("Fr\u{e9}chet RF", "Fr\u{e9}chet RF", None),
];

/// The variants of a group as rows.
pub struct Compared {
    /// Columns after those of the variant's name and seeds.
    pub columns: Vec<Column>,
    /// One row per variant.
    pub rows: Vec<Row>,
    /// Protocols of the evaluations, a line each.
    pub protocols: Vec<String>,
}

/// A column.
pub struct Column {
    /// Short name.
    pub title: String,
    /// Long name, where the title needs one.
    pub hint: Option<&'static str>,
    /// Writes one of its numbers.
    pub show: fn(f64) -> String,
    /// Whether it adds detail to another column.
    pub is_detail: bool,
    /// Whether one direction of it is better.
    pub is_ranked: bool,
    /// The numbers of each row.
    pub values: Vec<BySeed>,
}

impl Column {
    /// The numbers of a row over its seeds; `None` where no seed has one.
    pub fn over_seeds(&self, row: usize) -> Option<OverSeeds> {
        OverSeeds::of_seeds(&self.values[row])
    }
}

/// A variant over its seeds.
pub struct Row {
    /// The variant's label.
    pub label: String,
    /// The seeds in rising order.
    pub seeds: Vec<u64>,
    /// Failures, stops and the like, one line each.
    pub troubles: Vec<String>,
}

/// Compares variants.
///
/// # Errors
/// When a run's evaluations cannot be read.
pub fn compared(variants: &[Variant]) -> Result<Compared> {
    let outcomes = outcomes(variants);
    let evaluations = evaluation_table(variants)?;
    let mut compared = Compared {
        columns: Vec::new(),
        rows: variants.iter().map(row).collect(),
        protocols: evaluations.protocols(),
    };
    for (title, here, hint) in SHOWN {
        let Some(column) = COLUMNS.iter().find(|column| column.title == title) else {
            continue;
        };
        let of_variant = |seeds: &Vec<Outcome>| seeds.iter().map(column.get).collect();
        compared.add(Column {
            title: here.to_owned(),
            hint: hint.or(Some(column.hint)),
            show: column.show,
            is_detail: false,
            is_ranked: column.is_ranked(),
            values: outcomes.iter().map(of_variant).collect(),
        });
    }
    for series in evaluations.series() {
        compared.add(Column {
            title: series.title,
            hint: series.hint,
            show: number,
            is_detail: series.is_detail,
            is_ranked: !series.is_detail,
            values: series.values,
        });
    }
    Ok(compared)
}

impl Compared {
    /// Adds a column unless it is empty.
    fn add(&mut self, column: Column) {
        if (0..self.rows.len()).any(|row| column.over_seeds(row).is_some()) {
            self.columns.push(column);
        }
    }
}

fn row(variant: &Variant) -> Row {
    let told = |run: &&StoredRun| Some(format!("seed {}: {}", run.config.seed, trouble(run)?));
    Row {
        label: variant.label.clone(),
        seeds: variant.seed_numbers(),
        troubles: variant.runs.iter().filter_map(told).collect(),
    }
}

/// Numbers of every seed, variant by variant.
pub fn outcomes(variants: &[Variant]) -> Vec<Vec<Outcome>> {
    variants.iter().map(Variant::outcomes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, variant::variants};

    fn cell(compared: &Compared, title: &str, row: usize) -> Option<OverSeeds> {
        let column = compared.columns.iter().find(|c| c.title == title);
        column
            .unwrap_or_else(|| panic!("a column {title}"))
            .over_seeds(row)
    }

    #[test]
    fn a_row_a_variant_with_what_its_seeds_have() {
        let mut runs: Vec<StoredRun> = [1, 2, 3]
            .map(|seed| fixture::run("adapt-relax", seed, 200))
            .into();
        runs.push(fixture::run("static", 1, 200));
        for (run, seconds) in runs.iter_mut().zip([5.0, 1.0, 2.0, 9.0]) {
            run.history.stats.last_mut().unwrap().seconds = seconds;
        }
        // A run without a ratio in its last third has no late BR.
        for stats in &mut runs[1].history.stats {
            stats.br_ratio_of_means = None;
        }
        runs[2].history.ended = None;
        let compared = compared(&variants(&runs)).unwrap();
        let labels: Vec<(&str, usize)> = compared
            .rows
            .iter()
            .map(|row| (row.label.as_str(), row.seeds.len()))
            .collect();
        assert_eq!(labels, [("adapt-relax", 3), ("static", 1)]);
        let seconds = cell(&compared, "seconds", 0).unwrap();
        assert_eq!(
            (seconds.median, seconds.least, seconds.greatest),
            (2.0, 1.0, 5.0)
        );
        assert_eq!(cell(&compared, "BR late", 0).unwrap().known, 2);
        assert_eq!(
            compared.rows[0].troubles,
            ["seed 3: unfinished, 200 of 200 iterations"]
        );
        assert!(
            compared
                .columns
                .iter()
                .all(|c| c.title != "Fr\u{e9}chet RF")
        );
    }

    #[test]
    fn every_column_shown_is_one_of_the_results() {
        for (title, ..) in SHOWN {
            assert!(COLUMNS.iter().any(|c| c.title == title), "{title}");
        }
    }
}
