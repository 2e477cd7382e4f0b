//! Mixtures of Gaussians in the plane, whose modes can be counted.

use std::f32::consts::PI;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{Dataset, Request};
use crate::error::Result;

/// An equal mixture of round Gaussians.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// `ring`, `grid` or `spiral`.
    pub name: &'static str,
    /// Centers of the modes, (x, y).
    pub centers: Vec<[f32; 2]>,
    /// Standard deviation of each mode, per axis.
    pub sd: f32,
    /// Distance from a center within which a sample counts as one of its mode.
    pub radius: f32,
}

impl Mixture {
    /// 8 modes on a circle of radius 2.
    pub fn ring() -> Self {
        let centers = (0..8).map(|k| polar(2.0, k as f32 * PI / 4.0)).collect();
        Self {
            name: "ring",
            centers,
            sd: 0.05,
            radius: 0.2,
        }
    }

    /// 5 x 5 modes, 1 apart.
    pub fn grid() -> Self {
        let centers = (0..25)
            .map(|k| [(k / 5) as f32 - 2.0, (k % 5) as f32 - 2.0])
            .collect();
        Self {
            name: "grid",
            centers,
            sd: 0.05,
            radius: 0.2,
        }
    }

    /// 24 modes along two turns of a spiral; near the middle they overlap.
    pub fn spiral() -> Self {
        let center = |k: usize| {
            let t = (0.15 + 0.85 * k as f32 / 23.0).sqrt();
            polar(2.0 * t, 4.0 * PI * t)
        };
        Self {
            name: "spiral",
            centers: (0..24).map(center).collect(),
            sd: 0.06,
            radius: 0.2,
        }
    }

    /// Draws points into `out`, [n, 2].
    pub fn sample(&self, rng: &mut impl Rng, out: &mut [f32]) {
        for point in out.chunks_exact_mut(2) {
            // Drawn as u32: a usize would consume the stream differently on wasm32.
            let mode = rng.random_range(0..self.centers.len() as u32);
            for (out, center) in point.iter_mut().zip(self.centers[mode as usize]) {
                let noise: f32 = rng.sample(StandardNormal);
                *out = center + self.sd * noise;
            }
        }
    }
}

fn polar(radius: f32, angle: f32) -> [f32; 2] {
    [radius * angle.cos(), radius * angle.sin()]
}

pub(super) fn open(request: &Request) -> Result<Dataset> {
    Ok(Dataset::Mixture(match request.name {
        "ring" => Mixture::ring(),
        "grid" => Mixture::grid(),
        _ => Mixture::spiral(),
    }))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn samples_lie_around_every_center() {
        for mixture in [Mixture::ring(), Mixture::grid(), Mixture::spiral()] {
            let mut points = vec![0.0; 2 * 5000];
            mixture.sample(&mut ChaCha8Rng::seed_from_u64(1), &mut points);
            let (mut sum, mut hits) = (0.0, vec![0; mixture.centers.len()]);
            for p in points.chunks_exact(2) {
                let squares = mixture
                    .centers
                    .iter()
                    .map(|c| (p[0] - c[0]).powi(2) + (p[1] - c[1]).powi(2));
                let (k, square) = squares
                    .enumerate()
                    .min_by(|a, b| a.1.total_cmp(&b.1))
                    .unwrap();
                hits[k] += 1;
                sum += f64::from(square);
            }
            let sd = (sum / 2.0 / 5000.0).sqrt();
            assert!(
                (sd / f64::from(mixture.sd) - 1.0).abs() < 0.05,
                "{}: sd {sd}",
                mixture.name
            );
            assert!(
                hits.iter().all(|&n| n > 5000 / hits.len() * 3 / 4),
                "{}: {hits:?}",
                mixture.name
            );
        }
    }

    #[test]
    fn a_seed_fixes_the_samples() {
        let draw = || {
            let mut points = [0.0; 64];
            Mixture::spiral().sample(&mut ChaCha8Rng::seed_from_u64(7), &mut points);
            points
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn the_spiral_starts_and_ends_where_it_should() {
        let spiral = Mixture::spiral();
        let [x, y] = spiral.centers[23];
        assert!((x - 2.0).abs() < 1e-4 && y.abs() < 1e-4);
        let [x, y] = spiral.centers[0];
        assert!((x.hypot(y) - 2.0 * 0.15_f32.sqrt()).abs() < 1e-5);
    }
}
