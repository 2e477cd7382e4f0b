//! Settings of the training data.

use serde::{Deserialize, Serialize};

use crate::memory;

/// The training data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// `name` or `name:path`, as `tightrope datasets` lists them.
    pub source: String,
    /// Image side in pixels; ignored by 2-D data.
    pub side: usize,
    /// Random horizontal flips.
    pub flip: bool,
    /// Most images to keep, drawn from all independently of the seed; 0 keeps all.
    pub limit: usize,
    /// Most memory for reading the data, in MiB; 0 allows a quarter of what is free.
    #[serde(default)]
    pub memory: u64,
}

impl DataConfig {
    /// Most memory for reading the data, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        match self.memory {
            0 => memory::share(),
            mib => mib.saturating_mul(1 << 20),
        }
    }

    /// Channels of the source's samples: 2 for points, 1 for the digit and fashion sets, else 3.
    pub fn channels(&self) -> usize {
        match self.source.split(':').next().unwrap_or_default() {
            "ring" | "grid" | "spiral" => 2,
            "mnist" | "fashion-mnist" => 1,
            _ => 3,
        }
    }
}
