//! Counts modes: the share of known modes that samples reach, how clean they are, how evenly they
//! spread.

use crate::data::Mixture;

/// Coverage of a set of known modes by samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeReport {
    /// Modes that enough of the samples belong to.
    pub modes: usize,
    /// Number of modes.
    pub total: usize,
    /// Share of samples that clearly belong to some mode, 0 to 1.
    pub high_quality: f64,
    /// KL divergence of the histogram of nearest modes (each count plus a half) from uniform, nats.
    pub kl: f64,
}

/// Tallies samples by mode.
pub(super) struct Tally {
    samples: usize,
    nearest: Vec<usize>,
    good: Vec<usize>,
}

impl Tally {
    pub(super) fn new(modes: usize) -> Self {
        Self {
            samples: 0,
            nearest: vec![0; modes],
            good: vec![0; modes],
        }
    }

    /// Adds one sample: its nearest mode (`None` for a sample that is not finite), and whether it
    /// belongs to it.
    pub(super) fn add(&mut self, nearest: Option<usize>, good: bool) {
        self.samples += 1;
        if let Some(mode) = nearest {
            self.nearest[mode] += 1;
            self.good[mode] += usize::from(good);
        }
    }

    /// Reports the tally. A mode is covered from one in `one_in` samples on.
    pub(super) fn report(&self, one_in: usize) -> ModeReport {
        let total = self.good.len();
        ModeReport {
            modes: self
                .good
                .iter()
                .filter(|&&n| n > 0 && n * one_in >= self.samples)
                .count(),
            total,
            high_quality: self.good.iter().sum::<usize>() as f64 / self.samples.max(1) as f64,
            kl: kl_from_uniform(&self.nearest),
        }
    }
}

fn kl_from_uniform(counts: &[usize]) -> f64 {
    let smooth = counts.iter().map(|&n| n as f64 + 0.5);
    let sum: f64 = smooth.clone().sum();
    smooth
        .map(|n| n / sum)
        .map(|p| p * (p * counts.len() as f64).ln())
        .sum()
}

/// Scores points against a mixture. A mode is covered if at least 1 % of all points lie within its
/// radius.
pub fn mixture_modes(mixture: &Mixture, points: &[[f32; 2]]) -> ModeReport {
    let mut tally = Tally::new(mixture.centers.len());
    for point in points {
        let (mut nearest, mut best) = (None, f32::INFINITY);
        for (mode, center) in mixture.centers.iter().enumerate() {
            let distance = (point[0] - center[0]).hypot(point[1] - center[1]);
            if distance < best {
                (nearest, best) = (Some(mode), distance);
            }
        }
        tally.add(nearest, best < mixture.radius);
    }
    tally.report(100)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn real_points_cover_everything() {
        for mixture in [Mixture::ring(), Mixture::grid(), Mixture::spiral()] {
            let mut points = vec![[0.0; 2]; 2000];
            mixture.sample(&mut ChaCha8Rng::seed_from_u64(3), points.as_flattened_mut());
            let report = mixture_modes(&mixture, &points);
            assert_eq!(report.modes, report.total);
            assert!(report.high_quality > 0.98 && report.kl < 0.02, "{report:?}");
        }
    }

    #[test]
    fn one_mode_is_one_mode() {
        let ring = Mixture::ring();
        let report = mixture_modes(&ring, &vec![ring.centers[3]; 2000]);
        assert_eq!((report.modes, report.high_quality), (1, 1.0));
        let (p, q): (f64, f64) = (2000.5 / 2004.0, 0.5 / 2004.0);
        assert!((report.kl - (p * (8.0 * p).ln() + 7.0 * q * (8.0 * q).ln())).abs() < 1e-12);
    }

    #[test]
    fn the_covering_share_is_one_percent() {
        let ring = Mixture::ring();
        let mut points = vec![ring.centers[0]; 1980];
        points.extend(vec![ring.centers[1]; 20]);
        assert_eq!(mixture_modes(&ring, &points).modes, 2);
        points[1999] = [0.0, 0.0];
        let report = mixture_modes(&ring, &points);
        assert_eq!(report.modes, 1);
        assert!((report.high_quality - 1999.0 / 2000.0).abs() < 1e-12);
    }

    #[test]
    fn points_that_are_not_finite_belong_nowhere() {
        let report = mixture_modes(&Mixture::ring(), &[[f32::NAN, 0.0], [f32::INFINITY, 0.0]]);
        assert_eq!((report.modes, report.high_quality), (0, 0.0));
        assert_eq!(mixture_modes(&Mixture::ring(), &[]).modes, 0);
    }
}
