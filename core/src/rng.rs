//! Seeded, named random streams. The engine never draws from a global generator, so equal seeds
//! give equal runs, and runs that advance side by side cannot disturb each other.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// One stream; its state is part of a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `name` of a run with this seed.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a over the name, so that a stream does not depend on the existence of others.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&hash.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// `n` values of N(0, 1).
    pub fn normal(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.0.sample(StandardNormal)).collect()
    }

    /// `n` values of U[0, 1).
    pub fn uniform(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.0.random()).collect()
    }

    /// A random number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    /// The underlying generator.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_alone() {
        assert_eq!(Stream::new(1, "z").normal(8), Stream::new(1, "z").normal(8));
        assert_ne!(Stream::new(1, "z").normal(8), Stream::new(2, "z").normal(8));
        assert_ne!(Stream::new(1, "z").normal(8), Stream::new(1, "y").normal(8));
    }

    #[test]
    fn a_stored_stream_goes_on_where_it_was() {
        let mut stream = Stream::new(7, "batch");
        stream.uniform(13);
        let text = serde_json::to_string(&stream).expect("serialises");
        let mut copy: Stream = serde_json::from_str(&text).expect("deserialises");
        assert_eq!(stream.normal(100), copy.normal(100));
    }
}
