//! The table of results, for the page and the terminal.

#[cfg(not(target_arch = "wasm32"))]
mod terminal;

use serde::Serialize;

use super::{
    outcome::{Outcome, trouble},
    variant::Variant,
    words::{number, percent, short},
};
#[cfg(not(target_arch = "wasm32"))]
pub use terminal::results_table;

/// A column of results.
pub(super) struct Column {
    /// Short name.
    pub title: &'static str,
    /// Explanation.
    pub hint: &'static str,
    /// The number of a run.
    pub get: fn(&Outcome) -> Option<f64>,
    /// Writes the number.
    pub show: fn(f64) -> String,
    better: Better,
    /// Puts the number of a row into words.
    words: fn(&Outcome, String) -> String,
}

#[derive(Clone, Copy, PartialEq)]
enum Better {
    High,
    Low,
    Neither,
}

impl Column {
    const fn new(
        title: &'static str,
        hint: &'static str,
        get: fn(&Outcome) -> Option<f64>,
        show: fn(f64) -> String,
    ) -> Self {
        Self {
            title,
            hint,
            get,
            show,
            better: Better::Neither,
            words: |_, number| number,
        }
    }

    const fn better(mut self, better: Better) -> Self {
        self.better = better;
        self
    }

    /// Whether one direction of it is better.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn is_ranked(&self) -> bool {
        self.better != Better::Neither
    }

    const fn words(mut self, words: fn(&Outcome, String) -> String) -> Self {
        self.words = words;
        self
    }
}

#[rustfmt::skip]
pub(super) const COLUMNS: [Column; 18] = [
    Column::new("modes", "modes covered at the end", |o| o.modes, one_digit).better(Better::High).words(of_total),
    Column::new("on a mode", "share of high-quality samples at the end", |o| o.high_quality, percent).better(Better::High),
    Column::new("KL", "KL of the mode histogram from uniform at the end, nats", |o| o.kl, number).better(Better::Low),
    Column::new("Fr\u{e9}chet RF", "Fr\u{e9}chet distance on fixed random features at the end; not FID", |o| o.frechet, number).better(Better::Low),
    Column::new("best", "the lowest Fr\u{e9}chet distance over training", |o| o.best_frechet, number).better(Better::Low),
    Column::new("BR", "median windowed balance ratio of the last third", |o| o.late_br, two_digits),
    Column::new("in band", "share of the time with BR in its band", |o| o.in_band, percent).better(Better::High),
    Column::new("in band late", "share of the time after the first third with BR in its band", |o| o.late_in_band, percent).better(Better::High),
    Column::new("d_G", "density of the generator", |o| o.density_g, two_digits),
    Column::new("d_D", "density of the discriminator, start \u{2192} end", |o| o.density_d, two_digits).words(from_start),
    Column::new("G explored", "share of G's maskable weights that were ever active", |o| o.exploration_g, percent),
    Column::new("active G", "parameters of the generator that are active at the end", |o| o.active_g, short),
    Column::new("active D", "parameters of the discriminator that are active at the end", |o| o.active_d, short),
    Column::new("FLOPs", "training FLOPs relative to dense training: what was computed, with probes and dense gradients", |o| o.flops, percent),
    Column::new("as ADAPT counts", "training FLOPs relative to dense training, as ADAPT's tables have them", |o| o.flops_paper, percent),
    Column::new("as STU-GAN counts", "training FLOPs relative to dense training, as STU-GAN's table has them", |o| o.flops_stu, percent),
    Column::new("testing FLOPs", "multiply-adds of one image from the generator at the end", |o| o.testing_flops, short),
    Column::new("seconds", "seconds of training", |o| o.seconds, one_digit),
];

fn of_total(outcome: &Outcome, modes: String) -> String {
    match outcome.modes_total {
        Some(total) => format!("{modes}/{}", number(total)),
        None => modes,
    }
}

fn from_start(outcome: &Outcome, density: String) -> String {
    match outcome.density_d_start.map(two_digits) {
        Some(start) if start != density => format!("{start} \u{2192} {density}"),
        _ => density,
    }
}

fn one_digit(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

fn two_digits(value: f64) -> String {
    format!("{value:.2}")
}

/// Results, ready to show.
#[derive(Debug, Serialize)]
pub struct Results {
    /// Titles of the columns, with explanations.
    pub columns: Vec<Title>,
    /// One row per run, and one per variant with several runs.
    pub rows: Vec<Row>,
}

/// A column's title.
#[derive(Debug, Serialize)]
pub struct Title {
    /// Short name.
    pub title: &'static str,
    /// Explanation.
    pub hint: &'static str,
}

/// A row of results.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The variant's label.
    pub label: String,
    /// The variant's place in the group, which is its line style.
    pub style: usize,
    /// The seed, or the number of seeds.
    pub seed: String,
    /// Whether the row is the mean over a variant's seeds.
    pub mean: bool,
    /// One value per column.
    pub cells: Vec<Value>,
    /// A failure, stop or the like.
    pub trouble: Option<String>,
}

/// A cell.
#[derive(Debug, Serialize)]
pub struct Value {
    /// The number as text.
    pub text: String,
    /// Minimum and maximum over seeds.
    pub range: Option<String>,
    /// Whether no other variant does better; false where all are equal.
    pub best: bool,
}

/// Collects the results of a group's variants.
pub fn results(variants: &[Variant]) -> Results {
    let outcomes: Vec<Vec<Outcome>> = variants
        .iter()
        .map(|v| v.runs.iter().map(|r| Outcome::of(&r.history)).collect())
        .collect();
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|c| outcomes.iter().flatten().any(|o| (c.get)(o).is_some()))
        .collect();
    // Several runs of one seed count as one seed.
    let seeds: Vec<Vec<Outcome>> = variants.iter().map(Variant::outcomes).collect();
    let means: Vec<Outcome> = seeds.iter().map(|o| Outcome::mean(o)).collect();
    let leads = |column: &Column, value: Option<f64>| {
        let all: Vec<f64> = means.iter().filter_map(column.get).collect();
        let (low, high) = (
            all.iter().copied().reduce(f64::min),
            all.iter().copied().reduce(f64::max),
        );
        let top = match column.better {
            Better::High => high,
            Better::Low => low,
            Better::Neither => None,
        };
        low != high && top.is_some() && top == value
    };
    let mut rows = Vec::new();
    for (style, variant) in variants.iter().enumerate() {
        let (runs, mean) = (&outcomes[style], &means[style]);
        let several = runs.len() > 1;
        for (outcome, run) in runs.iter().zip(&variant.runs) {
            rows.push(Row {
                label: variant.label.clone(),
                style,
                seed: run.config.seed.to_string(),
                mean: false,
                cells: cells(&columns, outcome, &[], |c, v| !several && leads(c, v)),
                trouble: trouble(run),
            });
        }
        if several {
            rows.push(Row {
                label: variant.label.clone(),
                style,
                seed: match seeds[style].len() {
                    1 => format!("1 ({} runs)", runs.len()),
                    count => format!("mean of {count}"),
                },
                mean: true,
                cells: cells(&columns, mean, &seeds[style], leads),
                trouble: None,
            });
        }
    }
    let title = |c: &&Column| Title {
        title: c.title,
        hint: c.hint,
    };
    Results {
        columns: columns.iter().map(title).collect(),
        rows,
    }
}

fn cells(
    columns: &[&Column],
    outcome: &Outcome,
    seeds: &[Outcome],
    leads: impl Fn(&Column, Option<f64>) -> bool,
) -> Vec<Value> {
    let cell = |column: &&Column| {
        let value = (column.get)(outcome);
        let over: Vec<f64> = seeds.iter().filter_map(column.get).collect();
        let low = over.iter().copied().min_by(f64::total_cmp).map(column.show);
        let high = over.iter().copied().max_by(f64::total_cmp).map(column.show);
        Value {
            text: value.map_or(String::new(), |v| (column.words)(outcome, (column.show)(v))),
            range: low
                .zip(high)
                .filter(|(l, h)| l != h)
                .map(|(l, h)| format!("[{l}, {h}]")),
            best: leads(column, value),
        }
    };
    columns.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Group;
    use crate::report::fixture;
    use crate::report::variant::variants;

    #[test]
    fn three_runs_of_one_seed_are_no_mean_of_three() {
        let runs: Vec<_> = [42, 42, 42]
            .map(|seed| fixture::run("static", seed, 100))
            .into();
        let results = results(&variants(&runs));
        let sum = results.rows.last().unwrap();
        assert_eq!((sum.seed.as_str(), results.rows.len()), ("1 (3 runs)", 4));
        assert!(sum.cells.iter().all(|cell| cell.range.is_none()));
    }

    #[test]
    fn a_row_a_run_and_one_for_the_mean() {
        let group = Group {
            title: "2-D spiral".into(),
            runs: vec![
                fixture::run("stu-gan", 1, 300),
                fixture::run("adapt-relax", 1, 300),
                fixture::run("adapt-relax", 2, 300),
            ],
        };
        let results = results(&variants(&group.runs));
        let seeds: Vec<&str> = results.rows.iter().map(|r| r.seed.as_str()).collect();
        assert_eq!(seeds, ["1", "1", "2", "mean of 2"]);
        let modes: Vec<bool> = results.rows.iter().map(|r| r.cells[0].best).collect();
        assert_eq!(modes, [false, false, false, true]);
        assert!(
            results
                .rows
                .iter()
                .all(|r| r.cells.len() == results.columns.len())
        );
        let text = results_table(&[group]).to_string();
        assert!(
            text.contains("2-D spiral")
                && text.contains("mean of 2")
                && !text.contains("Fr\u{e9}chet"),
            "{text}"
        );
    }
}
