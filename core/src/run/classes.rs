//! Classes of generated samples.
//!
//! Batch norm uses the statistics of each generated batch. Every batch is therefore a mixture of
//! classes as in training, even for samples of one class.

use crate::{config::SAMPLE_BATCH, rng::Stream};

/// Classes of generated samples; ignored by a run that learns none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classes {
    /// Uniformly at random.
    Random,
    /// One class per row of a picture with `columns` columns, the classes spread evenly over the
    /// rows.
    Rows {
        /// Samples in a row.
        columns: usize,
    },
    /// One class only.
    Only(usize),
}

/// Rows in the samples that a run shows.
pub const ROWS: usize = 10;

/// Class names of the rows in the samples that a run shows, given the names of its classes.
pub fn row_names(classes: &[String]) -> Vec<&str> {
    let rows = if classes.is_empty() { 0 } else { ROWS };
    let names = (0..rows).map(|row| classes[row * classes.len() / ROWS].as_str());
    names.collect()
}

/// Batches to take samples from.
#[derive(Debug)]
pub(super) struct Batches {
    /// Labels of every batch.
    pub labels: Vec<[usize; SAMPLE_BATCH]>,
    /// Place of every sample among the images of all batches.
    pub places: Vec<usize>,
}

impl Classes {
    /// Batches for `count` samples of `classes` classes; `stream` draws the labels that fill them
    /// up.
    pub(super) fn batches(self, count: usize, classes: usize, stream: &mut Stream) -> Batches {
        let share = match self {
            Self::Only(_) => (SAMPLE_BATCH / classes).clamp(5, SAMPLE_BATCH),
            Self::Random | Self::Rows { .. } => SAMPLE_BATCH,
        };
        let batches = count.div_ceil(share);
        let mut labels: Vec<_> = (0..batches)
            .map(|_| [(); SAMPLE_BATCH].map(|()| stream.below(classes)))
            .collect();
        // Dealt out one by one, so that each batch has samples of every row.
        let place = |i: usize| (i % batches, i / batches);
        let columns = match self {
            Self::Rows { columns } => columns.max(1),
            _ => 1,
        };
        let rows = count.div_ceil(columns);
        for i in 0..count {
            let (batch, slot) = place(i);
            match self {
                Self::Random => {}
                Self::Rows { .. } => labels[batch][slot] = i / columns * classes / rows,
                Self::Only(class) => labels[batch][slot] = class,
            }
        }
        let places = (0..count).map(place);
        Batches {
            places: places
                .map(|(batch, slot)| batch * SAMPLE_BATCH + slot)
                .collect(),
            labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(wanted: Classes, count: usize, classes: usize) -> (Vec<usize>, Batches) {
        let batches = wanted.batches(count, classes, &mut Stream::new(5, "labels"));
        let all = batches.labels.as_flattened();
        let own = batches.places.iter().map(|&place| all[place]).collect();
        (own, batches)
    }

    #[test]
    fn rows_have_a_class_each() {
        let (rows, _) = labels(Classes::Rows { columns: 10 }, 100, 10);
        assert!(rows.iter().enumerate().all(|(i, &class)| class == i / 10));
        let (few, _) = labels(Classes::Rows { columns: 2 }, 8, 2);
        assert_eq!(few, [0, 0, 0, 0, 1, 1, 1, 1]);
        let (many, batches) = labels(Classes::Rows { columns: 20 }, 400, 200);
        assert_eq!((many[19], many[20], many[399]), (0, 10, 190));
        for batch in batches.labels {
            let first = batch.iter().filter(|&&class| class < 100).count();
            assert!((40..=60).contains(&first), "{first} of the lower half");
        }
    }

    #[test]
    fn one_class_comes_among_others() {
        let (own, batches) = labels(Classes::Only(3), 64, 10);
        assert!(own.iter().all(|&class| class == 3));
        assert_eq!(batches.labels.len(), 7);
        for batch in batches.labels {
            assert!(batch.iter().filter(|&&class| class == 3).count() < 40);
        }
        let (own, batches) = labels(Classes::Only(0), 7, 1);
        assert_eq!((own.len(), batches.labels.len()), (7, 1));
    }

    #[test]
    fn random_classes_are_all_there_and_places_differ() {
        let (own, mut batches) = labels(Classes::Random, 250, 10);
        assert!((0..10).all(|class| own.contains(&class)));
        batches.places.sort_unstable();
        batches.places.dedup();
        assert_eq!(batches.places.len(), 250);
    }
}
