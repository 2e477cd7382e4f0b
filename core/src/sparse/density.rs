//! Initial densities of the layers, Erdos-Renyi-Kernel or uniform, and the mask drawn from them.

use rand::{Rng, RngExt};

use crate::config::{Distribution, MaskSampling};

/// Densities of layers with the given weight `shapes` (PyTorch layout) for a net-wide `density`.
pub fn densities<S: AsRef<[usize]>>(
    distribution: Distribution,
    shapes: &[S],
    density: f64,
) -> Vec<f64> {
    match distribution {
        Distribution::Erk => erk(shapes, density),
        Distribution::Uniform => uniform(shapes.len(), density),
    }
}

/// The same density in every one of `layers` layers.
pub fn uniform(layers: usize, density: f64) -> Vec<f64> {
    vec![density; layers]
}

/// Erdos-Renyi-Kernel densities (RigL, appendix; ADAPT, appendix B.1): in proportion to
/// `sum(shape) / prod(shape)`, scaled so that the net as a whole has the given `density`. Layers
/// that would exceed 1 become dense, all with the same raw score at once, and the rest share the
/// remainder.
pub fn erk<S: AsRef<[usize]>>(shapes: &[S], density: f64) -> Vec<f64> {
    let layers: Vec<Layer> = shapes
        .iter()
        .map(|shape| Layer::new(shape.as_ref()))
        .collect();
    let mut dense = vec![false; layers.len()];
    loop {
        let (mut budget, mut free_score, mut highest) = (0.0, 0.0, 0.0_f64);
        for (layer, _) in layers.iter().zip(&dense).filter(|(_, dense)| !**dense) {
            budget += layer.size * density;
            free_score += layer.raw * layer.size;
            highest = highest.max(layer.raw);
        }
        for (layer, _) in layers.iter().zip(&dense).filter(|(_, dense)| **dense) {
            budget -= layer.size * (1.0 - density);
        }
        if free_score == 0.0 {
            return vec![1.0; layers.len()];
        }
        let scale = budget / free_score;
        if scale * highest <= 1.0 {
            return layers
                .iter()
                .zip(&dense)
                .map(|(layer, &dense)| if dense { 1.0 } else { scale * layer.raw })
                .collect();
        }
        for (layer, dense) in layers.iter().zip(&mut dense) {
            *dense |= layer.raw == highest;
        }
    }
}

struct Layer {
    size: f64,
    raw: f64,
}

impl Layer {
    fn new(shape: &[usize]) -> Self {
        let size = shape.iter().product::<usize>() as f64;
        let raw = if size > 0.0 {
            shape.iter().sum::<usize>() as f64 / size
        } else {
            0.0
        };
        Self { size, raw }
    }
}

/// Draws a mask of `n` weights, 1 where active. At least one weight is active, since a layer
/// without any would have spectral norm 0.
pub fn sample_mask(sampling: MaskSampling, density: f64, n: usize, rng: &mut impl Rng) -> Vec<u8> {
    let mut mask = vec![0; n];
    if n == 0 {
        return mask;
    }
    match sampling {
        MaskSampling::Bernoulli => {
            for active in &mut mask {
                *active = u8::from(rng.random::<f64>() < density);
            }
            if !mask.contains(&1) {
                mask[rng.random_range(0..n)] = 1;
            }
        }
        MaskSampling::Exact => {
            let mut missing = ((density * n as f64).round() as usize).clamp(1, n);
            for (position, active) in mask.iter_mut().enumerate() {
                if rng.random_range(0..n - position) < missing {
                    *active = 1;
                    missing -= 1;
                }
            }
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn realised(shapes: &[Vec<usize>], densities: &[f64]) -> f64 {
        let sizes = shapes.iter().map(|s| s.iter().product::<usize>() as f64);
        let total: f64 = sizes.clone().sum();
        sizes.zip(densities).map(|(n, d)| n * d).sum::<f64>() / total
    }

    #[test]
    fn erk_keeps_the_net_wide_density() {
        let shapes = vec![vec![64, 2], vec![64, 64], vec![64, 64, 3, 3], vec![1, 64]];
        for density in [0.05, 0.1, 0.3, 0.5, 0.9] {
            let layers = erk(&shapes, density);
            assert!(
                (realised(&shapes, &layers) - density).abs() < 1e-12,
                "{layers:?}"
            );
            assert!(layers.iter().all(|&d| d > 0.0 && d <= 1.0), "{layers:?}");
        }
    }

    #[test]
    fn erk_of_one_is_dense() {
        let shapes = vec![vec![64, 2], vec![3, 3, 1, 1]];
        assert_eq!(erk(&shapes, 1.0), [1.0, 1.0]);
        assert!(erk::<Vec<usize>>(&[], 0.5).is_empty());
    }

    #[test]
    fn a_layer_is_the_denser_the_more_its_sides_outweigh_its_size() {
        let shapes = [[2, 2], [4, 4]];
        for (density, expected) in [(0.3, [0.5, 0.25]), (0.8, [1.0, 0.75])] {
            let found = densities(Distribution::Erk, &shapes, density);
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
            assert_eq!(found.len(), 2);
            assert!(found.iter().zip(&expected).all(close), "{found:?}");
        }
        assert_eq!(densities(Distribution::Uniform, &shapes, 0.3), [0.3, 0.3]);
    }

    #[test]
    fn an_empty_layer_leaves_the_others_their_density() {
        let layers = erk(&[[0, 5], [10, 10]], 0.5);
        assert_eq!(layers[0], 0.0);
        assert!((layers[1] - 0.5).abs() < 1e-12, "{layers:?}");
    }

    #[test]
    fn exact_masks_have_exact_counts() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (density, n, count) in [(0.1, 100, 10), (1e-6, 50, 1), (1.0, 7, 7), (0.5, 1, 1)] {
            let mask = sample_mask(MaskSampling::Exact, density, n, &mut rng);
            assert_eq!(mask.iter().filter(|&&m| m == 1).count(), count);
            assert_eq!(mask.len(), n);
        }
    }

    #[test]
    fn bernoulli_masks_fluctuate_around_the_density() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mask = sample_mask(MaskSampling::Bernoulli, 0.2, 100_000, &mut rng);
        let active = mask.iter().filter(|&&m| m == 1).count();
        assert!((19_000..21_000).contains(&active), "{active}");
        let hardly = sample_mask(MaskSampling::Bernoulli, 0.0, 10, &mut rng);
        assert_eq!(hardly.iter().filter(|&&m| m == 1).count(), 1);
    }
}
