//! Batch norm by batch statistics, with the activation that follows it.

use burn::tensor::Tensor;

use crate::{
    kernel::batch_norm::{batch_norm, channel_stats},
    net::{Leaves, Net},
};

const EPS: f32 = 1e-5;
const MOMENTUM: f32 = 0.1;

/// Batch norm over images and pixels; gain and shift are parameters.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Place of the gain.
    pub gain: usize,
    /// Place of the shift.
    pub shift: usize,
    /// Place of the running statistics.
    pub buffer: usize,
}

impl BatchNorm {
    /// Normalises x `[n, c, h, w]` by its own statistics, then applies a leaky ReLU (`slope` 0: ReLU).
    /// Running statistics follow with momentum 0.1, the variance unbiased.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>, slope: f32) -> Tensor<4> {
        let [n, c, h, w] = x.dims();
        let stats = channel_stats(&leaves.plain(&x));
        let (gain, shift) = (leaves.get(net, self.gain), leaves.get(net, self.shift));
        if !leaves.is_frozen() {
            self.follow(net, &stats, n * h * w, c);
        }
        batch_norm(x, leaves.lift(stats), gain, shift, EPS, slope)
    }

    fn follow(&self, net: &mut Net, stats: &Tensor<2>, count: usize, c: usize) {
        let count = count as f32;
        let unbiased = MOMENTUM * count / (count - 1.0).max(1.0);
        let mean = stats.clone().slice([0..1, 0..c]) * MOMENTUM;
        let variance = stats.clone().slice([1..2, 0..c]) * unbiased;
        let running = &mut net.running[self.buffer];
        *running = running.clone() * (1.0 - MOMENTUM) + Tensor::cat(vec![mean, variance], 0);
    }
}
