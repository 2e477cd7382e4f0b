//! Counts the work of the convolution kernels, so that a test can check the formula for training
//! FLOPs.

use std::sync::atomic::{AtomicU64, Ordering};

static MULTIPLY_ADDS: AtomicU64 = AtomicU64::new(0);

/// Multiply-adds of all masked convolutions and linear layers that this process has run on the CPU.
/// Every pass counts the weights it visits times output pixels times images, as if no pixel lay at
/// a border. Biases, norms and products without a mask do not count.
pub fn multiply_adds() -> u64 {
    MULTIPLY_ADDS.load(Ordering::Relaxed)
}

/// Adds one kernel call.
pub(super) fn add(weights: usize, pixels: usize) {
    MULTIPLY_ADDS.fetch_add(weights as u64 * pixels as u64, Ordering::Relaxed);
}
