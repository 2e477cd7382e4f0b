//! Finds the runs that make one comparison: a row holds the methods of one seed, and rows of rising
//! seeds belong together.

use tightrope_core::config::RunConfig;

use super::{Comparison, setup::spec};

/// Following runs that a row tries for its words.
const REACH: usize = 16;

/// Runs of one seed without a repeated method, and the words that make them.
#[derive(Clone, Copy)]
struct Row<'a> {
    words: &'a Comparison,
    runs: &'a [RunConfig],
}

/// A short list of comparisons that make these runs in this order.
pub fn comparisons(runs: &[RunConfig]) -> Vec<Comparison> {
    let words: Vec<Comparison> = runs.iter().map(Comparison::of).collect();
    let mut blocks: Vec<Vec<Row>> = Vec::new();
    let mut start = 0;
    while start < runs.len() {
        let row = longest(&words[start..], &runs[start..]);
        start += row.runs.len();
        match blocks.last_mut() {
            Some(block) if row.follows(block) => block.push(row),
            _ => blocks.push(vec![row]),
        }
    }
    blocks.iter().map(|block| comparison(block)).collect()
}

/// The longest row that begins with the first run. A method that fixes a setting does not name it,
/// though another method of the row may need it, so the words may come from any run.
fn longest<'a>(words: &'a [Comparison], runs: &'a [RunConfig]) -> Row<'a> {
    let own = Row {
        words: &words[0],
        runs: &runs[..1],
    };
    let rows = words.iter().take(REACH).map(|words| Row {
        words,
        runs: &runs[..reach(words, runs)],
    });
    rows.fold(own, |best, row| {
        if row.runs.len() > best.runs.len() {
            row
        } else {
            best
        }
    })
}

/// Counts the runs from the first on that these words make.
fn reach(words: &Comparison, runs: &[RunConfig]) -> usize {
    let fits = |at: &usize| {
        let is_other = |other: &RunConfig| spec(other) != spec(&runs[*at]);
        runs[*at].seed == runs[0].seed
            && runs[..*at].iter().all(is_other)
            && makes(words, &runs[*at])
    };
    (0..runs.len()).take_while(fits).count()
}

impl Row<'_> {
    /// Whether the row repeats these rows with the next seed.
    fn follows(&self, block: &[Self]) -> bool {
        let Some(first) = block.first() else {
            return false;
        };
        let count = block.len() as u64;
        let repeats = |(run, of): (&RunConfig, &RunConfig)| {
            Some(run.seed) == of.seed.checked_add(count)
                && spec(run) == spec(of)
                && makes(first.words, run)
        };
        self.runs.len() == first.runs.len() && self.runs.iter().zip(first.runs).all(repeats)
    }
}

fn makes(words: &Comparison, run: &RunConfig) -> bool {
    words.run_like(run).as_ref() == Some(run)
}

fn comparison(block: &[Row]) -> Comparison {
    let Some(Row { words, runs }) = block.first() else {
        return Comparison::default();
    };
    let usual = words.base().map(|preset| (preset.build)().seed);
    let seeds = block.len() as u64;
    Comparison {
        methods: Some(runs.iter().map(spec).collect()),
        seed: runs
            .first()
            .map(|run| run.seed)
            .filter(|seed| Some(*seed) != usual),
        seeds: (seeds > 1).then_some(seeds),
        ..(*words).clone()
    }
}
