//! Thins a long record: the older it grows, the coarser it becomes.
//!
//! One rule serves states, samples on disk and samples in memory. Time is cut into stretches of
//! `width` iterations, and of every stretch the first entry stays; the last of all stays too. The
//! width is the interval of the record, doubled until as many stretches as may stay cover the run.
//! The rule looks at iterations alone, and a stretch's first entry is the first of one of the two
//! stretches that it was made of. Hence it does not matter when a record was thinned, or how often.

/// Recorded states that an ended run keeps; a running one keeps up to twice as many.
pub const KEPT_STATES: u64 = 10_000;
/// Moments with samples that the folder of an ended run keeps; that of a running one keeps up to
/// twice as many.
pub const KEPT_SAMPLES: u64 = 256;
/// Moments with samples that stay in memory; up to twice as many before it is thinned.
pub const KEPT_MOMENTS: u64 = 32;

/// The stretches of a record of which one entry each stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thinning {
    /// Iterations of a stretch.
    width: u64,
    /// Iterations between the entries of the record, at least 1.
    interval: u64,
}

impl Thinning {
    /// Keeps about `most` entries of a record that gets one every `interval` iterations and has
    /// reached iteration `latest`.
    pub fn new(interval: u64, latest: u64, most: u64) -> Self {
        let interval = interval.max(1);
        let mut width = interval;
        while latest / width > most {
            width = width.saturating_mul(2);
        }
        Self { width, interval }
    }

    /// Whether the record is so long that not all of it stays.
    pub fn is_due(self) -> bool {
        self.width > self.interval
    }

    /// Whether a new stretch has begun between two iterations.
    pub fn begins_between(self, before: u64, now: u64) -> bool {
        before / self.width != now / self.width
    }

    /// Removes entries, sorted by their iteration `at`, that do not stay.
    pub fn thin<T>(self, entries: &mut Vec<T>, at: impl Fn(&T) -> u64) {
        let count = entries.len();
        let (mut index, mut before) = (0, None);
        entries.retain(|entry| {
            let now = at(entry);
            index += 1;
            let is_first = before
                .replace(now)
                .is_none_or(|before| self.begins_between(before, now));
            is_first || index == count
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned(mut at: Vec<u64>, thinning: Thinning) -> Vec<u64> {
        thinning.thin(&mut at, |&at| at);
        at
    }

    #[test]
    fn a_short_record_stays_whole_and_a_long_one_even() {
        let whole: Vec<u64> = (0..=40).map(|i| i * 50).collect();
        let thinning = Thinning::new(50, 2000, 40);
        assert!(!thinning.is_due());
        assert_eq!(thinned(whole.clone(), thinning), whole);
        let thinning = Thinning::new(50, 2000, 10);
        assert!(thinning.is_due());
        let even: Vec<u64> = (0..=10).map(|i| i * 200).collect();
        assert_eq!(thinned(whole.clone(), thinning), even);
        let odd = thinned(whole[..40].to_vec(), thinning);
        assert_eq!(odd[8..], [1600, 1800, 1950], "the last stays");
    }

    #[test]
    fn it_does_not_matter_when_a_record_is_thinned() {
        // Uneven entries, as those of stages and of an edited interval are.
        let mut all: Vec<u64> = (0..5000).filter(|i| i % 7 == 0 || i % 100 == 3).collect();
        all.dedup();
        let at_once = |latest: u64| {
            let until = all.partition_point(|&at| at <= latest);
            thinned(all[..until].to_vec(), Thinning::new(7, latest, 50))
        };
        for often in [1, 13, 400] {
            let mut now = Vec::new();
            for (i, &at) in all.iter().enumerate() {
                now.push(at);
                if i % often == 0 {
                    now = thinned(now, Thinning::new(7, at, 50));
                }
            }
            let latest = all[all.len() - 1];
            assert_eq!(thinned(now, Thinning::new(7, latest, 50)), at_once(latest));
        }
        assert!(at_once(4999).len() <= 52);
    }

    #[test]
    fn no_interval_and_no_iteration_ends_it() {
        assert!(!Thinning::new(0, 0, 10).is_due());
        assert!(Thinning::new(0, u64::MAX, 10).is_due());
    }
}
