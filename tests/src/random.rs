//! Seeded random values for tests.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A source of test values.
pub struct Random(ChaCha8Rng);

impl Random {
    /// A source that gives equal values for equal seeds.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// `n` values from U[-1, 1).
    pub fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.0.random_range(-1.0..1.0)).collect()
    }

    /// `n` values from U[0, 1).
    pub fn draws(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.0.random()).collect()
    }

    /// A mask of `n` entries, each active with probability `density`.
    pub fn mask(&mut self, n: usize, density: f64) -> Vec<f32> {
        (0..n)
            .map(|_| f32::from(self.0.random_bool(density)))
            .collect()
    }
}
