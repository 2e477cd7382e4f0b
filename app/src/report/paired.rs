//! Paired tests over seeds: whether variants differ from a reference by more than chance.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{compared::Row, seeds::BySeed};

/// A mean over seeds and their spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Mean over the seeds that have a number.
    pub mean: f64,
    /// Sample standard deviation; `None` for one seed.
    pub deviation: Option<f64>,
    /// Number of seeds.
    pub known: usize,
}

/// A measure of every variant, compared with a reference.
pub struct Paired {
    /// By variant.
    pub means: Vec<Option<Spread>>,
    /// Difference from the reference over the seeds that both have; `None` for the reference
    /// itself.
    pub differences: Vec<Option<Spread>>,
    /// The p-value of a two-sided paired t-test, corrected over the rows by Holm's method. `None`
    /// for the reference, for fewer than two common seeds, and where all differences are equal.
    pub p: Vec<Option<f64>>,
}

/// Compares the numbers of all rows with those of the row `reference`.
pub fn paired(rows: &[Row], values: &[BySeed], reference: usize) -> Paired {
    let of_seed = |row: usize, seed: u64| {
        let place = rows[row].seeds.iter().position(|known| *known == seed)?;
        values[row][place].filter(|value| value.is_finite())
    };
    let difference = |row: usize| {
        let both = |&seed: &u64| Some(of_seed(row, seed)? - of_seed(reference, seed)?);
        Spread::of(rows[row].seeds.iter().filter_map(both))
    };
    let differences: Vec<Option<Spread>> = (0..rows.len())
        .map(|row| (row != reference).then(|| difference(row)).flatten())
        .collect();
    let p: Vec<Option<f64>> = differences.iter().map(|over| over.as_ref()?.p()).collect();
    Paired {
        means: values
            .iter()
            .map(|seeds| Spread::of(seeds.iter().copied().flatten()))
            .collect(),
        p: holm(&p),
        differences,
    }
}

impl Spread {
    fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let known = values.len();
        let mean = values.iter().sum::<f64>() / known as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        (known > 0).then(|| Self {
            mean,
            deviation: (known > 1).then(|| (squares / (known - 1) as f64).sqrt()),
            known,
        })
    }

    /// Formats the mean, a plus-minus sign and the deviation.
    pub fn told(&self, show: fn(f64) -> String) -> String {
        match self.deviation {
            Some(deviation) => format!("{} \u{b1} {}", show(self.mean), show(deviation)),
            None => show(self.mean),
        }
    }

    /// The p-value of a t-test against zero.
    fn p(&self) -> Option<f64> {
        let deviation = self.deviation.filter(|d| *d > 0.0)?;
        let t = self.mean / (deviation / (self.known as f64).sqrt());
        let curve = StudentsT::new(0.0, 1.0, (self.known - 1) as f64).ok()?;
        Some(2.0 * curve.cdf(-t.abs()))
    }
}

/// Holm's correction for testing several rows: bounds the chance of any false finding by the level
/// of the test.
fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p
        .iter()
        .enumerate()
        .filter_map(|(place, p)| Some((place, (*p)?)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut corrected = vec![None; p.len()];
    let mut greatest: f64 = 0.0;
    for (rank, (place, p)) in order.iter().enumerate() {
        greatest = greatest.max(((order.len() - rank) as f64 * p).min(1.0));
        corrected[*place] = Some(greatest);
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seeds: &[u64]) -> Row {
        Row {
            label: String::new(),
            seeds: seeds.to_vec(),
            troubles: Vec::new(),
        }
    }

    #[test]
    fn p_is_that_of_the_paired_t_test() {
        let rows = [row(&[1, 2, 3, 4, 5]), row(&[1, 2, 3, 4, 5])];
        let values =
            [[5.1, 4.8, 6.2, 5.5, 5.9], [4.2, 4.9, 5.0, 4.4, 5.1]].map(|v| v.map(Some).to_vec());
        let paired = paired(&rows, &values, 1);
        // t = 3.375390 with four degrees of freedom; that distribution has a closed form.
        assert!((paired.p[0].unwrap() - 0.027_904_163).abs() < 1e-7);
        let over = paired.differences[0].unwrap();
        assert!((over.mean - 0.78).abs() < 1e-12 && over.known == 5);
        assert_eq!((paired.p[1], paired.differences[1]), (None, None));
    }

    #[test]
    fn only_seeds_of_both_are_paired() {
        let rows = [row(&[1, 2, 3]), row(&[2, 3, 4])];
        let values = [
            vec![Some(9.0), Some(1.0), Some(2.0)],
            vec![Some(0.5), Some(1.0), None],
        ];
        let over = paired(&rows, &values, 1).differences[0].unwrap();
        assert_eq!((over.mean, over.known), (0.75, 2));
    }

    #[test]
    fn without_a_spread_there_is_no_p() {
        let rows = [row(&[1, 2]), row(&[1, 2])];
        let same = [vec![Some(1.0), Some(2.0)], vec![Some(0.0), Some(1.0)]];
        let paired = paired(&rows, &same, 1);
        let mean = paired.differences[0].unwrap().mean;
        assert_eq!((paired.p[0], mean), (None, 1.0));
        let two = |value: f64| format!("{value:.2}");
        assert_eq!(paired.means[0].unwrap().told(two), "1.50 \u{b1} 0.71");
        assert_eq!(Spread::of([3.0]).unwrap().told(two), "3.00");
        assert_eq!(Spread::of([f64::NAN]), None);
    }

    #[test]
    fn holm_multiplies_the_least_most_and_never_falls() {
        let corrected = holm(&[Some(0.03), None, Some(0.01), Some(0.04)]);
        assert_eq!(corrected, [Some(0.06), None, Some(0.03), Some(0.06)]);
        assert_eq!(holm(&[Some(0.7), Some(0.8)]), [Some(1.0), Some(1.0)]);
    }
}
