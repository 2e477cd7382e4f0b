//! `frechet_rf`: a Frechet distance on the features of a small fixed random network. It is not FID,
//! and its values compare only with one another, on one dataset at one image side. It needs no
//! weights file and no training.

mod features;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

pub use features::FeatureMap;

/// Mean and covariance of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Means, `[dim]`.
    pub mean: DVector<f64>,
    /// Covariance with n - 1 in the denominator, `[dim, dim]`.
    pub cov: DMatrix<f64>,
}

/// Mean and covariance of features, [n, dim].
pub fn gaussian(features: &[f64], dim: usize) -> Gaussian {
    let rows = DMatrix::from_row_slice(features.len() / dim, dim, features);
    let mean = rows.row_mean();
    let mut centered = rows;
    centered.row_iter_mut().for_each(|mut row| row -= &mean);
    let cov = centered.tr_mul(&centered) / (centered.nrows().max(2) - 1) as f64;
    Gaussian {
        mean: mean.transpose(),
        cov,
    }
}

/// Rows centred and multiplied at a time.
const ROWS: usize = 1000;

/// Mean and covariance of many features in single precision.
pub fn gaussian_of(features: &[f32], dim: usize) -> Gaussian {
    let count = features.len() / dim;
    let mut mean = DVector::zeros(dim);
    for row in features.chunks_exact(dim) {
        let sum = mean.iter_mut().zip(row);
        sum.for_each(|(mean, value)| *mean += f64::from(*value));
    }
    mean /= count.max(1) as f64;
    let mut cov = DMatrix::zeros(dim, dim);
    for rows in features.chunks(ROWS * dim) {
        let centered = rows.iter().zip(mean.iter().cycle());
        let centered = centered.map(|(value, mean)| f64::from(*value) - mean);
        let columns = DMatrix::from_iterator(dim, rows.len() / dim, centered);
        cov += &columns * columns.transpose();
    }
    Gaussian {
        mean,
        cov: cov / (count.max(2) - 1) as f64,
    }
}

/// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)); NaN when the features are not finite.
pub fn frechet_distance(a: &Gaussian, b: &Gaussian) -> f64 {
    let finite = |g: &Gaussian| {
        g.mean
            .iter()
            .chain(g.cov.iter())
            .all(|value| value.is_finite())
    };
    if !finite(a) || !finite(b) {
        return f64::NAN;
    }
    // tr (S1 S2)^(1/2) is the sum of the singular values of S1^(1/2) S2^(1/2). This takes no root
    // of rounding errors.
    let cross = (root(&a.cov) * root(&b.cov)).singular_values().sum();
    ((&a.mean - &b.mean).norm_squared() + a.cov.trace() + b.cov.trace() - 2.0 * cross).max(0.0)
}

/// The symmetric square root of a covariance.
fn root(cov: &DMatrix<f64>) -> DMatrix<f64> {
    let SymmetricEigen {
        eigenvectors,
        eigenvalues,
    } = cov.clone().symmetric_eigen();
    let roots = eigenvalues.map(|value| value.max(0.0).sqrt());
    &eigenvectors * DMatrix::from_diagonal(&roots) * eigenvectors.transpose()
}

/// The Frechet distance in percent of the total variance of the real features: 0 is perfect, and a
/// generator of a single image scores more than 100.
pub fn frechet_rf(real: &Gaussian, fake: &Gaussian) -> f64 {
    100.0 * frechet_distance(real, fake) / real.cov.trace()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;

    use super::*;
    use crate::config::DataConfig;
    use crate::data::{Dataset, ImageSet, open};

    fn shapes() -> ImageSet {
        let config = DataConfig {
            source: "shapes".into(),
            side: 16,
            flip: false,
            limit: 0,
            memory: 0,
        };
        let Dataset::Images(images) = open(&config).unwrap() else {
            panic!("shapes are images")
        };
        images
    }

    /// `count` images, from `from` on, whose mode is at least `least`.
    fn pixels(images: &ImageSet, from: usize, count: usize, least: u16) -> Vec<f32> {
        let labels = images.labels.as_ref().unwrap();
        let mut out = vec![0.0; count * 768];
        let chosen = (from..images.len()).filter(|&i| labels[i] >= least);
        out.chunks_exact_mut(768)
            .zip(chosen)
            .for_each(|(out, i)| images.write(i, false, out));
        out
    }

    fn stats(pixels: &[f32]) -> Gaussian {
        let map = FeatureMap::new(3, 16);
        gaussian(&map.features(pixels, pixels.len() / 768), map.dim())
    }

    #[test]
    fn it_agrees_with_the_reference_vectors() {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/vectors");
        let folder =
            std::env::var_os("TIGHTROPE_VECTORS").map_or(PathBuf::from(fixtures), PathBuf::from);
        let Ok(text) = std::fs::read_to_string(folder.join("metrics.json")) else {
            println!("skipped: no metrics.json in {}", folder.display());
            return;
        };
        let metrics: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in metrics["frechet"].as_array().unwrap() {
            let side = |key: &str| {
                let rows: Vec<Vec<f64>> = serde_json::from_value(case[key].clone()).unwrap();
                gaussian(&rows.concat(), rows[0].len())
            };
            let (a, b) = (side("feat1"), side("feat2"));
            let mean: Vec<f64> = serde_json::from_value(case["mu1"].clone()).unwrap();
            assert!(
                a.mean
                    .iter()
                    .zip(mean)
                    .all(|(ours, theirs)| (ours - theirs).abs() < 1e-12)
            );
            let expected = case["fid"].as_f64().unwrap();
            let distance = frechet_distance(&a, &b);
            assert!(
                (distance / expected - 1.0).abs() < 1e-8,
                "{distance} is not {expected}"
            );
        }
    }

    #[test]
    fn distances_of_known_gaussians() {
        let normal = |mean: [f64; 2], sd: [f64; 2]| Gaussian {
            mean: DVector::from_row_slice(&mean),
            cov: DMatrix::from_diagonal(&DVector::from_row_slice(&sd.map(|sd| sd * sd))),
        };
        let (a, b) = (
            normal([0.0, 1.0], [1.0, 2.0]),
            normal([3.0, 1.0], [1.5, 0.0]),
        );
        assert!((frechet_distance(&a, &b) - (9.0 + 0.25 + 4.0)).abs() < 1e-12);
        assert!(frechet_distance(&a, &a) < 1e-12);
        assert!(frechet_distance(&a, &normal([f64::NAN, 0.0], [1.0, 1.0])).is_nan());
    }

    #[test]
    fn worse_images_are_further_away() {
        let images = shapes();
        let real = stats(&pixels(&images, 0, 3000, 0));
        let score = |pixels: &[f32]| frechet_rf(&real, &stats(pixels));
        let others = pixels(&images, 3000, 1000, 0);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut noisy = |sd: f32| -> Vec<f32> {
            others
                .iter()
                .map(|value| value + sd * rng.sample::<f32, _>(StandardNormal))
                .collect()
        };
        let chain =
            |scores: &[f64]| assert!(scores.is_sorted_by(|a, b| 1.5 * a < *b), "{scores:?}");
        chain(&[score(&others), score(&noisy(0.1)), score(&noisy(0.3))]);
        // Drops one, three and four of the six shapes.
        let dropped = |modes: u16| score(&pixels(&images, 2000, 1000, modes));
        chain(&[score(&others), dropped(6), dropped(18), dropped(24)]);
        let one: Vec<f32> = others[..768].repeat(1000);
        assert!(score(&others) < 1.0 && score(&one) > 100.0);
    }
}
