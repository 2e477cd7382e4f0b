//! Numbers over seeds: the median, the least and the greatest.

/// A number per seed, by rising seed; `None` where a seed has none.
pub type BySeed = Vec<Option<f64>>;

/// A number of several runs that differ in their seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverSeeds {
    /// The middle value, or the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// Number of runs that have a value.
    pub known: usize,
}

impl OverSeeds {
    /// Summarises the seeds that have a value.
    pub fn of_seeds(values: &[Option<f64>]) -> Option<Self> {
        Self::of(values.iter().copied().flatten())
    }

    /// Summarises the finite values; `None` if none is finite.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (least, greatest) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self {
            // Halves avoid overflow: a balance ratio without a gap is as large as a number can be.
            median: 0.5 * low + 0.5 * high,
            least,
            greatest,
            known: sorted.len(),
        })
    }
}

/// The course of a number over seeds: for each of `parts` stretches up to `end`, each run's median
/// and their summary.
pub fn course(runs: &[Vec<(f64, f64)>], end: f64, parts: usize) -> Vec<(f64, OverSeeds)> {
    let stretch = end / parts.max(1) as f64;
    let part = |x: f64| ((x / stretch).ceil() as usize).min(parts);
    let of_part = |number: usize| {
        let inside: Vec<Vec<(f64, f64)>> = runs
            .iter()
            .map(|run| {
                let points = run.iter().filter(|point| part(point.0) == number);
                points.copied().collect()
            })
            .collect();
        let medians = inside
            .iter()
            .filter_map(|points| OverSeeds::of(points.iter().map(|p| p.1)));
        let at = OverSeeds::of(inside.iter().flatten().map(|p| p.0))?;
        Some((at.median, OverSeeds::of(medians.map(|run| run.median))?))
    };
    (0..=parts).filter_map(of_part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_ends_of_what_is_known() {
        let over = OverSeeds::of([3.0, f64::NAN, 1.0, 8.0]).unwrap();
        assert_eq!(
            (over.median, over.least, over.greatest, over.known),
            (3.0, 1.0, 8.0, 3)
        );
        assert_eq!(OverSeeds::of([1.0, 4.0]).unwrap().median, 2.5);
        assert!(OverSeeds::of([f64::MAX; 2]).unwrap().median > 1e300);
        assert_eq!(OverSeeds::of([f64::NAN]), None);
    }

    #[test]
    fn a_course_keeps_its_points_where_they_are_few() {
        let run = |add: f64| (1..=10).map(move |i| (f64::from(i) * 10.0, f64::from(i) + add));
        let course = course(
            &[run(0.0).collect(), run(2.0).collect(), run(1.0).collect()],
            100.0,
            50,
        );
        assert_eq!(course.len(), 10);
        let (at, over) = course[3];
        assert_eq!(
            (at, over.median, over.least, over.greatest),
            (40.0, 5.0, 4.0, 6.0)
        );
    }

    #[test]
    fn many_points_become_medians_of_stretches() {
        let run: Vec<(f64, f64)> = (1..=1000)
            .map(|i| (f64::from(i), if i == 55 { 1e9 } else { 2.0 }))
            .collect();
        let course = course(&[run], 1000.0, 20);
        assert_eq!(course.len(), 20);
        assert!(course.iter().all(|(_, over)| over.median == 2.0));
        assert_eq!(course[0].0, 25.5);
    }
}
