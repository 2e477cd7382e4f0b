//! The Kernel Inception Distance (Binkowski et al. 2018): the squared maximum mean discrepancy of
//! features under the kernel `(x . y / dim + 1)^3`, without bias, over random subsets. Unlike FID,
//! its mean does not depend on the number of samples.

use nalgebra::{DMatrix, DMatrixView};
use rayon::prelude::*;

use super::inception_score::Spread;
use crate::{Result, progress::Progress, rng::Stream};

/// Number of subsets, as in torch-fidelity.
pub const SUBSETS: usize = 100;
/// Samples of either kind in a subset, if there are enough.
pub const SUBSET_SIZE: usize = 1000;

/// Mean and deviation over `subsets` of `size` samples each. `real` and `fake` are `[n, dim]`.
///
/// # Errors
/// When `progress` cancels.
pub fn kid(
    real: &[f32],
    fake: &[f32],
    dim: usize,
    [subsets, size]: [usize; 2],
    seed: u64,
    progress: &dyn Progress,
) -> Result<Spread> {
    let distances: Vec<f64> = (0..subsets)
        .into_par_iter()
        .map(|subset| {
            // Subsets finish in any order, so none is counted; the call only checks for
            // cancellation.
            progress.at(0, 0)?;
            let mut stream = Stream::new(seed, &format!("kid.{subset}"));
            let real = chosen(real, dim, &draw(real.len() / dim, size, &mut stream));
            let fake = chosen(fake, dim, &draw(fake.len() / dim, size, &mut stream));
            Ok(mmd2(&real, &fake, dim))
        })
        .collect::<Result<_>>()?;
    Ok(Spread::of(&distances))
}

/// `size` distinct numbers below `count`.
fn draw(count: usize, size: usize, stream: &mut Stream) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    for i in 0..size.min(count) {
        let other = i + stream.below(count - i);
        all.swap(i, other);
    }
    all.truncate(size);
    all
}

fn chosen(values: &[f32], dim: usize, rows: &[usize]) -> Vec<f32> {
    rows.iter()
        .flat_map(|row| &values[row * dim..][..dim])
        .copied()
        .collect()
}

/// The squared discrepancy without bias of equally many `a` and `b`, `[n, dim]` each.
pub fn mmd2(a: &[f32], b: &[f32], dim: usize) -> f64 {
    let n = a.len() / dim;
    let (all_aa, own_a) = kernel_sums(a, a, dim);
    let (all_bb, own_b) = kernel_sums(b, b, dim);
    let (all_ab, _) = kernel_sums(a, b, dim);
    let n = n as f64;
    (all_aa - own_a + all_bb - own_b) / (n * (n - 1.0)) - 2.0 * all_ab / (n * n)
}

/// The kernel's sum over all pairs, and over pairs with the same index.
fn kernel_sums(a: &[f32], b: &[f32], dim: usize) -> (f64, f64) {
    let products = products(a, b, dim);
    let kernel = |product: &f32| (f64::from(*product) / dim as f64 + 1.0).powi(3);
    (
        products.iter().map(kernel).sum(),
        products.diagonal().iter().map(kernel).sum(),
    )
}

/// Scalar products of every row of `a` with every row of `b`: `[rows of a, rows of b]`.
pub(super) fn products(a: &[f32], b: &[f32], dim: usize) -> DMatrix<f32> {
    // Rows one after the other are columns to nalgebra.
    let columns = |values: &[f32]| (dim, values.len() / dim);
    let ((rows, n), (_, m)) = (columns(a), columns(b));
    DMatrixView::from_slice(a, rows, n).transpose() * DMatrixView::from_slice(b, rows, m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_have_no_sample_twice() {
        let mut drawn = draw(50, 20, &mut Stream::new(1, "kid"));
        assert!(drawn.len() == 20 && drawn.iter().all(|i| *i < 50));
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 20);
    }

    #[test]
    fn one_distribution_is_at_no_distance_and_another_is() {
        let mut stream = Stream::new(3, "features");
        let (a, b) = (stream.normal(600 * 8), stream.normal(600 * 8));
        let far: Vec<f32> = b.iter().map(|value| value + 1.0).collect();
        let near = kid(&a, &b, 8, [20, 300], 1, &()).unwrap();
        let far = kid(&a, &far, 8, [20, 300], 1, &()).unwrap();
        assert!(
            near.mean.abs() < 4.0 * near.deviation && far.mean > 20.0 * near.mean.abs(),
            "{near:?} {far:?}"
        );
    }
}
