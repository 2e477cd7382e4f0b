//! A group's variants side by side, each as one row of numbers over its seeds.

use anyhow::Result;
use tightrope_core::record::StoredRun;

use super::evaluated::evaluated;
use super::outcome::{Outcome, trouble};
use super::seeds::{BySeed, OverSeeds};
use super::table::COLUMNS;
use super::variant::Variant;
use super::words::number;

/// The columns of [`COLUMNS`] that are shown, in this order: the title there, here, and what is said of it here, if that
/// is something else.
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

/// Variants as rows.
pub struct Compared {
    /// Titles of the columns behind those of the variant's name and its seeds.
    pub columns: Vec<Column>,
    /// One row a variant.
    pub rows: Vec<Row>,
    /// How evaluations were made: a line for each way.
    pub protocols: Vec<String>,
}

/// A column.
pub struct Column {
    /// Short.
    pub title: String,
    /// Long, where the title does not say it.
    pub hint: Option<&'static str>,
    /// How its numbers are written.
    pub show: fn(f64) -> String,
    /// Whether it says more of what another column says in short.
    pub is_detail: bool,
    /// Whether more or less of it is better.
    pub is_ranked: bool,
    /// The numbers of each row.
    pub values: Vec<BySeed>,
}

impl Column {
    /// Over the seeds of a row; `None` where no seed has a number.
    pub fn over_seeds(&self, row: usize) -> Option<OverSeeds> {
        OverSeeds::of_seeds(&self.values[row])
    }
}

/// A variant over its seeds.
pub struct Row {
    /// The variant's label.
    pub label: String,
    /// By rising number.
    pub seeds: Vec<u64>,
    /// What went wrong, where something did.
    pub troubles: Vec<String>,
}

/// Puts variants side by side.
///
/// # Errors
/// When a run's evaluations cannot be read.
pub fn compared(variants: &[Variant]) -> Result<Compared> {
    let outcomes = outcomes(variants);
    let evaluated = evaluated(variants)?;
    let mut compared = Compared {
        columns: Vec::new(),
        rows: variants.iter().map(row).collect(),
        protocols: evaluated.protocols(),
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
    for series in evaluated.series() {
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
    /// Adds a column, unless it is empty.
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

/// Every seed's numbers, variant by variant.
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
        // Without a ratio in its last third, a run has no late BR.
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
