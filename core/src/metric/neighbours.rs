//! Nearest-neighbour figures: improved precision and recall (Kynkaanniemi et al. 2019), density and
//! coverage (Naeem et al. 2020). A sample's ball reaches to the k-th nearest other sample of its
//! own kind.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::kid::products;
use crate::{Result, progress::Progress};

/// Rank k of the neighbour that a ball reaches to, as chosen by Naeem et al.
pub const NEAREST: usize = 5;
/// Samples whose distances to all others are held in memory at once.
const BLOCK: usize = 256;

/// The four figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// Share of fakes in the ball of some real sample.
    pub precision: f64,
    /// Share of real samples in the ball of some fake.
    pub recall: f64,
    /// Number of real samples' balls around a fake, over k; may exceed 1.
    pub density: f64,
    /// Share of real samples with a fake in their ball.
    pub coverage: f64,
}

/// Measures `fake` against `real`, `[n, dim]` each, with more than `nearest` samples of either
/// kind.
///
/// # Errors
/// When `progress` cancels.
pub fn neighbours(
    real: &[f32],
    fake: &[f32],
    dim: usize,
    nearest: usize,
    progress: &dyn Progress,
) -> Result<Neighbours> {
    let real_radii = radii(real, dim, nearest, progress)?;
    let fake_radii = radii(fake, dim, nearest, progress)?;
    let fakes = fake_radii.len();
    // Each real sample counts as recalled if a fake's ball holds it, and as covered if its ball
    // holds a fake. `inside` counts the real balls that hold each fake.
    let blocks = by_block(real, fake, dim, progress, |first, rows| {
        let (mut recalled, mut covered, mut inside) = (0, 0, vec![0_u32; fakes]);
        for (row, distances) in rows.iter().enumerate() {
            let radius = real_radii[first + row];
            recalled += usize::from(
                distances
                    .iter()
                    .zip(&fake_radii)
                    .any(|(d, radius)| d < radius),
            );
            covered += usize::from(distances.iter().any(|d| *d < radius));
            let counts = inside.iter_mut().zip(distances);
            counts.for_each(|(count, d)| *count += u32::from(*d < radius));
        }
        (recalled, covered, inside)
    })?;
    let mut inside = vec![0_u32; fakes];
    let (mut recalled, mut covered) = (0, 0);
    for (block_recalled, block_covered, block) in blocks {
        recalled += block_recalled;
        covered += block_covered;
        inside
            .iter_mut()
            .zip(block)
            .for_each(|(all, own)| *all += own);
    }
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let balls: u64 = inside.iter().map(|count| u64::from(*count)).sum();
    Ok(Neighbours {
        precision: share(inside.iter().filter(|count| **count > 0).count(), fakes),
        recall: share(recalled, real_radii.len()),
        density: balls as f64 / nearest as f64 / fakes.max(1) as f64,
        coverage: share(covered, real_radii.len()),
    })
}

/// Squared distance of each sample to its `nearest`-th other one.
fn radii(values: &[f32], dim: usize, nearest: usize, progress: &dyn Progress) -> Result<Vec<f64>> {
    let blocks = by_block(values, values, dim, progress, |first, rows| {
        let radius = |(row, distances): (usize, &mut Vec<f64>)| {
            distances[first + row] = f64::INFINITY;
            let last = nearest.min(distances.len()) - 1;
            *distances.select_nth_unstable_by(last, f64::total_cmp).1
        };
        rows.iter_mut()
            .enumerate()
            .map(radius)
            .collect::<Vec<f64>>()
    })?;
    Ok(blocks.concat())
}

/// Results of `work` on the squared distances from a block of `a`, given the index of its first
/// sample, to all of `b`, in order.
fn by_block<T: Send>(
    a: &[f32],
    b: &[f32],
    dim: usize,
    progress: &dyn Progress,
    work: impl Fn(usize, &mut [Vec<f64>]) -> T + Sync,
) -> Result<Vec<T>> {
    let norms: Vec<f64> = b.chunks_exact(dim).map(norm).collect();
    a.par_chunks(BLOCK * dim)
        .enumerate()
        .map(|(block, a)| {
            // Only checks for cancellation.
            progress.at(0, 0)?;
            let products = products(a, b, dim);
            let distances = |(row, a): (usize, &[f32])| {
                let own = norm(a);
                let to = products.row(row);
                let to = to.iter().zip(&norms);
                to.map(|(product, norm)| (own + norm - 2.0 * f64::from(*product)).max(0.0))
                    .collect()
            };
            let mut rows: Vec<Vec<f64>> = a.chunks_exact(dim).enumerate().map(distances).collect();
            Ok(work(block * BLOCK, &mut rows))
        })
        .collect()
}

fn norm(row: &[f32]) -> f64 {
    row.iter().map(|value| f64::from(*value).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn modes_that_are_missed_cost_recall_and_noise_costs_precision() {
        let mut stream = Stream::new(5, "features");
        let mut cloud = |n: usize, at: f32| -> Vec<f32> {
            stream.normal(4 * n).iter().map(|v| v + at).collect()
        };
        let real = [cloud(300, 0.0), cloud(300, 20.0)].concat();
        let both = [cloud(300, 0.0), cloud(300, 20.0)].concat();
        let (one, noise) = (cloud(600, 0.0), cloud(600, 60.0));
        let measure = |fake: &[f32]| neighbours(&real, fake, 4, NEAREST, &()).unwrap();
        let (both, one, noise) = (measure(&both), measure(&one), measure(&noise));
        assert!(
            both.precision > 0.8
                && both.recall > 0.8
                && both.coverage > 0.8
                && (both.density - 1.0).abs() < 0.2
        );
        assert!(
            one.precision > 0.8 && one.recall < 0.6 && one.coverage < 0.6,
            "{one:?}"
        );
        assert_eq!(
            [noise.precision, noise.recall, noise.density, noise.coverage],
            [0.0; 4]
        );
    }
}
