//! Collects differences, so that a failing test shows all of them and a passing one its margins.

use std::{collections::BTreeMap, fmt::Debug};

/// Largest allowed distance between our values and theirs.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// This much.
    Absolute(f64),
    /// This share of the largest magnitude in the list.
    Relative(f64),
    /// This much, or this share of the largest magnitude where that exceeds 1.
    Mixed(f64),
}

/// Lines of one kind that a failing test shows.
const SHOWN: usize = 8;

/// All comparisons of one test.
pub struct Report {
    title: String,
    kinds: BTreeMap<String, Kind>,
}

#[derive(Default)]
struct Kind {
    compared: usize,
    limit: f64,
    worst: f64,
    at: String,
    wrong: Vec<String>,
}

impl Report {
    /// An empty report; `title` heads its message.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            kinds: BTreeMap::new(),
        }
    }

    /// Compares two lists of numbers. `kind` groups the margins; `place` locates them.
    pub fn close<A, B>(&mut self, kind: &str, place: &str, ours: &[A], theirs: &[B], limit: Limit)
    where
        A: Copy + Into<f64>,
        B: Copy + Into<f64>,
    {
        let lengths = (ours.len(), theirs.len());
        if lengths.0 != lengths.1 {
            self.kind(kind).wrong.push(format!(
                "{place}: {} values instead of {}",
                lengths.0, lengths.1
            ));
            return;
        }
        let largest = || theirs.iter().map(|&t| t.into().abs()).fold(0.0, f64::max);
        let (limit, scale) = match limit {
            Limit::Absolute(limit) => (limit, 1.0),
            Limit::Relative(limit) => (limit, largest().max(f64::MIN_POSITIVE)),
            Limit::Mixed(limit) => (limit, largest().max(1.0)),
        };
        let mut worst = (0.0, 0);
        for (i, (&a, &b)) in ours.iter().zip(theirs).enumerate() {
            let error = (a.into() - b.into()).abs() / scale;
            // NaN counts as infinitely far off.
            let error = if error.is_nan() { f64::INFINITY } else { error };
            if error > worst.0 {
                worst = (error, i);
            }
        }
        let entry = self.kind(kind);
        entry.compared += ours.len();
        entry.limit = limit;
        let (error, i) = worst;
        if error > entry.worst {
            (entry.worst, entry.at) = (error, place.to_owned());
        }
        if error > limit {
            let (a, b): (f64, f64) = (ours[i].into(), theirs[i].into());
            entry.wrong.push(format!(
                "{place}[{i}]: {a} instead of {b}, off by {error:.2e}, allowed {limit:.0e}"
            ));
        }
    }

    /// Compares values that must be equal.
    pub fn same<T: PartialEq + Debug>(&mut self, kind: &str, place: &str, ours: &T, theirs: &T) {
        let entry = self.kind(kind);
        entry.compared += 1;
        if ours != theirs {
            entry
                .wrong
                .push(format!("{place}: {ours:?} instead of {theirs:?}"));
        }
    }

    fn kind(&mut self, kind: &str) -> &mut Kind {
        self.kinds.entry(kind.to_owned()).or_default()
    }

    /// Prints the margins.
    ///
    /// # Panics
    /// When values differed, or the test compared nothing.
    pub fn finish(self) {
        let mut message = String::new();
        for (name, kind) in &self.kinds {
            let Kind {
                compared,
                limit,
                worst,
                at,
                wrong,
            } = kind;
            println!(
                "{}: {name}: {compared} compared, off by {worst:.1e} at most ({at}), allowed {limit:.0e}",
                self.title
            );
            for line in wrong.iter().take(SHOWN) {
                message += &format!("\n{name}: {line}");
            }
            if wrong.len() > SHOWN {
                message += &format!("\n{name}: {} more", wrong.len() - SHOWN);
            }
        }
        assert!(!self.kinds.is_empty(), "{}: nothing compared", self.title);
        assert!(message.is_empty(), "{}:{message}", self.title);
    }
}
