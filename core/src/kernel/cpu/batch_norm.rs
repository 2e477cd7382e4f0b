//! Batch norm with a leaky ReLU behind it on the CPU. Sums run over one image's plane in float32
//! and over images in float64, so no result depends on the number of threads.

use rayon::prelude::*;

use super::{
    fill::{MIN_SHARED, filled},
    sum::sum,
};

/// Layout of a batch of feature maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Maps {
    /// Images.
    pub n: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels of one channel.
    pub area: usize,
}

impl Maps {
    fn plane(&self, n: usize, c: usize) -> std::ops::Range<usize> {
        let start = (n * self.channels + c) * self.area;
        start..start + self.area
    }

    fn count(&self) -> f64 {
        (self.n * self.area) as f64
    }
}

/// `[mean of every channel, biased variance of every channel]`.
pub fn channel_stats(m: Maps, x: &[f32]) -> Vec<f32> {
    per_channel(m, |c| stats_of(m, x, c))
}

vectorised! {
    fn stats_of(m: Maps, x: &[f32], c: usize) -> [f32; 2] {
        let plane = |n| &x[m.plane(n, c)][..m.area];
        let total: f64 = (0..m.n).map(plane).map(|x| sum(m.area, |i| x[i])).sum();
        let mean = (total / m.count()) as f32;
        let square = |x: &[f32], i: usize| (x[i] - mean) * (x[i] - mean);
        let squares: f64 = (0..m.n).map(plane).map(|x| sum(m.area, |i| square(x, i))).sum();
        [mean, (squares / m.count()) as f32]
    }
}

/// `leaky_relu((x - mean) / sqrt(variance + eps) * gamma + beta, slope)`.
pub fn forward(
    m: Maps,
    x: &[f32],
    stats: &[f32],
    gamma: &[f32],
    beta: &[f32],
    eps: f32,
    slope: f32,
) -> Vec<f32> {
    per_plane(m, |plane, c, out| {
        let scale = gamma[c] / (stats[m.channels + c] + eps).sqrt();
        normalise(&x[plane], out, [stats[c], scale, beta[c], slope]);
    })
}

vectorised! {
    fn normalise(x: &[f32], out: &mut [f32], terms: [f32; 4]) -> () {
        let [mean, scale, beta, slope] = terms;
        for (o, v) in out.iter_mut().zip(x) {
            let z = (v - mean) * scale + beta;
            *o = if z > 0.0 { z } else { z * slope };
        }
    }
}

/// `[d_beta of every channel, d_gamma of every channel]`.
pub fn sums(
    m: Maps,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    stats: &[f32],
    eps: f32,
    slope: f32,
) -> Vec<f32> {
    per_channel(m, |c| {
        let inverse = 1.0 / (stats[m.channels + c] + eps).sqrt();
        sums_of(m, c, [x, y, dy], [stats[c], inverse, slope])
    })
}

vectorised! {
    fn sums_of(m: Maps, c: usize, maps: [&[f32]; 3], terms: [f32; 3]) -> [f32; 2] {
        let [mean, inverse, slope] = terms;
        let (mut d_beta, mut d_gamma) = (0.0, 0.0);
        for n in 0..m.n {
            let [x, y, dy] = maps.map(|t| &t[m.plane(n, c)][..m.area]);
            let dz = |i: usize| if y[i] > 0.0 { dy[i] } else { dy[i] * slope };
            d_beta += sum(m.area, dz);
            d_gamma += sum(m.area, |i| dz(i) * (x[i] - mean) * inverse);
        }
        [d_beta as f32, d_gamma as f32]
    }
}

/// Gradient of the input.
#[allow(
    clippy::too_many_arguments,
    reason = "the buffers of the WGSL kernel, in its order"
)]
pub fn input_grad(
    m: Maps,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    stats: &[f32],
    gamma: &[f32],
    sums: &[f32],
    eps: f32,
    slope: f32,
) -> Vec<f32> {
    let count = m.count() as f32;
    per_plane(m, |plane, c, out| {
        let inverse = 1.0 / (stats[m.channels + c] + eps).sqrt();
        let (d_beta, d_gamma) = (sums[c] / count, sums[m.channels + c] / count * inverse);
        let maps = [&x[plane.clone()], &y[plane.clone()], &dy[plane]];
        pull_back(
            maps,
            out,
            [stats[c], gamma[c] * inverse, d_beta, d_gamma, slope],
        );
    })
}

vectorised! {
    fn pull_back(maps: [&[f32]; 3], out: &mut [f32], terms: [f32; 5]) -> () {
        let [x, y, dy] = maps;
        let [mean, scale, d_beta, d_gamma, slope] = terms;
        for (o, ((&x, &y), &dy)) in out.iter_mut().zip(x.iter().zip(y).zip(dy)) {
            let dz = if y > 0.0 { dy } else { dy * slope };
            *o = scale * (dz - d_beta - (x - mean) * d_gamma);
        }
    }
}

/// Two numbers per channel: all first ones, then all second ones.
fn per_channel(m: Maps, work: impl Fn(usize) -> [f32; 2] + Sync + Send) -> Vec<f32> {
    let pairs: Vec<[f32; 2]> = if m.n * m.channels * m.area < MIN_SHARED {
        (0..m.channels).map(work).collect()
    } else {
        (0..m.channels).into_par_iter().map(work).collect()
    };
    pairs
        .iter()
        .map(|p| p[0])
        .chain(pairs.iter().map(|p| p[1]))
        .collect()
}

/// A new tensor, filled one plane at a time, given the plane's number and channel.
fn per_plane(
    m: Maps,
    work: impl Fn(std::ops::Range<usize>, usize, &mut [f32]) + Sync + Send,
) -> Vec<f32> {
    let image = m.channels * m.area;
    let len = m.n * image;
    filled(len, image, len >= MIN_SHARED, |n, image| {
        for (c, plane) in image.chunks_exact_mut(m.area).enumerate() {
            work(m.plane(n, c), c, plane);
        }
    })
}
