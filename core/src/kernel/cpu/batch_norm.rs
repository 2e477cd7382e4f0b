//! Batch norm with a leaky ReLU behind it on the CPU. Sums run over one image's plane in float32 and
//! over images in float64, so that no result depends on the number of threads.

use pulp::Arch;
use rayon::prelude::*;

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

fn sum(values: impl Iterator<Item = f32> + Clone, len: usize) -> f64 {
    // Eight running sums let the compiler use vectors without reassociating a float sum.
    let mut lanes = [0.0f32; 8];
    for (i, v) in values.enumerate().take(len) {
        lanes[i % 8] += v;
    }
    lanes.iter().map(|&l| f64::from(l)).sum()
}

/// `[mean of every channel, biased variance of every channel]`.
pub fn channel_stats(m: Maps, x: &[f32]) -> Vec<f32> {
    let per_channel: Vec<(f32, f32)> = (0..m.channels)
        .into_par_iter()
        .with_min_len(8)
        .map(|c| {
            Arch::new().dispatch(|| {
                let total: f64 = (0..m.n)
                    .map(|n| sum(x[m.plane(n, c)].iter().copied(), m.area))
                    .sum();
                let mean = (total / m.count()) as f32;
                let squares: f64 = (0..m.n)
                    .map(|n| {
                        sum(
                            x[m.plane(n, c)].iter().map(|v| (v - mean) * (v - mean)),
                            m.area,
                        )
                    })
                    .sum();
                (mean, (squares / m.count()) as f32)
            })
        })
        .collect();
    per_channel
        .iter()
        .map(|s| s.0)
        .chain(per_channel.iter().map(|s| s.1))
        .collect()
}

fn chunked(m: Maps, out: &mut [f32], work: impl Fn(usize, &mut [f32]) + Sync) {
    let image = m.channels * m.area;
    if out.len() < 1 << 15 {
        out.chunks_mut(image)
            .enumerate()
            .for_each(|(n, o)| work(n, o));
    } else {
        out.par_chunks_mut(image)
            .enumerate()
            .for_each(|(n, o)| work(n, o));
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
    let mut y = vec![0.0; x.len()];
    chunked(m, &mut y, |n, image| {
        Arch::new().dispatch(|| {
            for (c, out) in image.chunks_exact_mut(m.area).enumerate() {
                let (mean, beta) = (stats[c], beta[c]);
                let scale = gamma[c] / (stats[m.channels + c] + eps).sqrt();
                for (o, v) in out.iter_mut().zip(&x[m.plane(n, c)]) {
                    let z = (v - mean) * scale + beta;
                    *o = if z > 0.0 { z } else { z * slope };
                }
            }
        });
    });
    y
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
    let per_channel: Vec<(f32, f32)> = (0..m.channels)
        .into_par_iter()
        .with_min_len(8)
        .map(|c| {
            Arch::new().dispatch(|| {
                let mean = stats[c];
                let inverse = 1.0 / (stats[m.channels + c] + eps).sqrt();
                let (mut d_beta, mut d_gamma) = (0.0, 0.0);
                for n in 0..m.n {
                    let range = m.plane(n, c);
                    let dz = y[range.clone()]
                        .iter()
                        .zip(&dy[range.clone()])
                        .map(|(&y, &dy)| if y > 0.0 { dy } else { dy * slope });
                    d_beta += sum(dz.clone(), m.area);
                    d_gamma += sum(
                        dz.zip(&x[range]).map(|(dz, x)| dz * (x - mean) * inverse),
                        m.area,
                    );
                }
                (d_beta as f32, d_gamma as f32)
            })
        })
        .collect();
    per_channel
        .iter()
        .map(|s| s.0)
        .chain(per_channel.iter().map(|s| s.1))
        .collect()
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
    let mut dx = vec![0.0; x.len()];
    let count = m.count() as f32;
    chunked(m, &mut dx, |n, image| {
        Arch::new().dispatch(|| {
            for (c, out) in image.chunks_exact_mut(m.area).enumerate() {
                let range = m.plane(n, c);
                let mean = stats[c];
                let inverse = 1.0 / (stats[m.channels + c] + eps).sqrt();
                let scale = gamma[c] * inverse;
                let (d_beta, d_gamma) = (sums[c] / count, sums[m.channels + c] / count * inverse);
                let from = x[range.clone()]
                    .iter()
                    .zip(&y[range.clone()])
                    .zip(&dy[range]);
                for (o, ((&x, &y), &dy)) in out.iter_mut().zip(from) {
                    let dz = if y > 0.0 { dy } else { dy * slope };
                    *o = scale * (dz - d_beta - (x - mean) * d_gamma);
                }
            }
        });
    });
    dx
}
