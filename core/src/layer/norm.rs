//! Batch norm, by each batch's own statistics unless the view asks for the running ones. Its gain
//! and bias are its own, with the activation behind it, or follow a condition.

use burn::tensor::Tensor;

use super::Lookup;
use crate::{
    kernel::batch_norm::{batch_norm, channel_stats},
    net::{Leaves, Net},
};

const MOMENTUM: f32 = 0.1;

/// Statistics of a batch norm, with their running values.
#[derive(Clone, Copy, Debug)]
pub struct Statistics {
    /// Place of the running statistics.
    pub buffer: usize,
    /// Epsilon that keeps a vanishing variance from dividing by zero.
    pub eps: f32,
}

/// Batch norm over images and pixels; gain and shift are parameters.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Place of the gain.
    pub gain: usize,
    /// Place of the shift.
    pub shift: usize,
    /// Statistics of the norm.
    pub statistics: Statistics,
}

/// Batch norm whose gain and bias follow a condition (BigGAN): `norm(x) * (1 + gain) + bias`.
#[derive(Clone, Copy, Debug)]
pub struct ConditionalNorm {
    /// Map from the condition to `gain`.
    pub gain: Lookup,
    /// Map from the condition to the bias.
    pub shift: Lookup,
    /// Statistics of the norm.
    pub statistics: Statistics,
}

impl BatchNorm {
    /// Normalises x `[n, c, h, w]`, then applies a leaky ReLU (`slope` 0: ReLU).
    /// Running statistics follow with momentum 0.1, the variance unbiased.
    pub fn forward(&self, net: &mut Net, leaves: &Leaves, x: Tensor<4>, slope: f32) -> Tensor<4> {
        let stats = self.statistics.of(net, leaves, &x);
        let (gain, shift) = (leaves.get(net, self.gain), leaves.get(net, self.shift));
        batch_norm(x, stats, gain, shift, self.statistics.eps, slope)
    }
}

impl ConditionalNorm {
    /// Normalises x `[n, c, h, w]`; no activation follows. The condition `[n, inputs]` belongs to
    /// this pass.
    pub fn forward(
        &self,
        net: &mut Net,
        leaves: &Leaves,
        x: Tensor<4>,
        condition: &Tensor<2>,
    ) -> Tensor<4> {
        let [n, c, _, _] = x.dims();
        let stats = self.statistics.of(net, leaves, &x);
        let [one, zero] = [
            Tensor::ones([c], net.device()),
            Tensor::zeros([c], net.device()),
        ];
        let (one, zero) = (leaves.lift(one), leaves.lift(zero));
        let x = batch_norm(x, stats, one, zero, self.statistics.eps, 1.0);
        let gain = self.gain.forward(net, leaves, condition.clone()) + 1.0;
        let shift = self.shift.forward(net, leaves, condition.clone());
        x * gain.reshape([n, c, 1, 1]) + shift.reshape([n, c, 1, 1])
    }
}

impl Statistics {
    /// Mean and variance `[2, c]` of x `[n, c, h, w]`, as constants of this pass. The running ones
    /// are updated unless the view is frozen; a view that uses them takes them instead.
    fn of(&self, net: &mut Net, leaves: &Leaves, x: &Tensor<4>) -> Tensor<2> {
        if leaves.uses_running() {
            return leaves.lift(net.running[self.buffer].clone());
        }
        let [n, c, h, w] = x.dims();
        let stats = channel_stats(&leaves.plain(x));
        if !leaves.is_frozen() {
            self.follow(net, &stats, n * h * w, c);
        }
        leaves.lift(stats)
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
