//! The kernels' definitions, written down plainly and in double precision.

use super::norm::{EPS, SLOPE};
use crate::{
    kernel::{
        adam::AdamStep,
        cpu::{batch_norm::Maps, conv2d::Conv2dShape},
        index::LayerSlice,
    },
    sparse::select::{Candidates, Group},
};

fn double(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// Visits every product of a convolution, as flat positions in y, x and weight.
fn products(s: Conv2dShape, mut visit: impl FnMut(usize, usize, usize)) {
    let pad = s.k / 2;
    for n in 0..s.n {
        for (o, i) in (0..s.c_out).flat_map(|o| (0..s.c_in).map(move |i| (o, i))) {
            for (y, x) in (0..s.h).flat_map(|y| (0..s.w).map(move |x| (y, x))) {
                for (dy, dx) in (0..s.k).flat_map(|dy| (0..s.k).map(move |dx| (dy, dx))) {
                    let (from_y, from_x) = (y + dy, x + dx);
                    let inside =
                        (pad..s.h + pad).contains(&from_y) && (pad..s.w + pad).contains(&from_x);
                    if inside {
                        let to = ((n * s.c_out + o) * s.h + y) * s.w + x;
                        let from = ((n * s.c_in + i) * s.h + from_y - pad) * s.w + from_x - pad;
                        visit(to, from, ((o * s.c_in + i) * s.k + dy) * s.k + dx);
                    }
                }
            }
        }
    }
}

pub fn convolution(s: Conv2dShape, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f64> {
    let area = s.h * s.w;
    let mut y: Vec<f64> = (0..s.n * s.c_out * area)
        .map(|at| f64::from(bias[at / area % s.c_out]))
        .collect();
    products(s, |to, from, at| {
        y[to] += f64::from(x[from]) * f64::from(weight[at]);
    });
    y
}

pub fn convolution_input(s: Conv2dShape, dy: &[f32], weight: &[f32]) -> Vec<f64> {
    let mut dx = vec![0.0; s.n * s.c_in * s.h * s.w];
    products(s, |to, from, at| {
        dx[from] += f64::from(dy[to]) * f64::from(weight[at]);
    });
    dx
}

pub fn convolution_bias(s: Conv2dShape, dy: &[f32]) -> Vec<f64> {
    let mut sums = vec![0.0; s.c_out];
    for (i, plane) in dy.chunks(s.h * s.w).enumerate() {
        sums[i % s.c_out] += double(plane).iter().sum::<f64>();
    }
    sums
}

pub fn convolution_weight(s: Conv2dShape, x: &[f32], dy: &[f32]) -> Vec<f64> {
    let mut dw = vec![0.0; s.c_out * s.c_in * s.k * s.k];
    products(s, |to, from, at| {
        dw[at] += f64::from(x[from]) * f64::from(dy[to]);
    });
    dw
}

/// Sums of `value(position, channel)` over images and pixels, channel by channel.
fn channel_sums(m: Maps, value: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; m.channels];
    for at in 0..m.n * m.channels * m.area {
        let channel = at / m.area % m.channels;
        sums[channel] += value(at, channel);
    }
    sums
}

pub fn statistics(m: Maps, x: &[f32]) -> Vec<f64> {
    let count = (m.n * m.area) as f64;
    let mean = channel_sums(m, |at, _| f64::from(x[at]) / count);
    let variance = channel_sums(m, |at, c| (f64::from(x[at]) - mean[c]).powi(2) / count);
    [mean, variance].concat()
}

fn normalised(m: Maps, x: &[f32], stats: &[f64], at: usize) -> f64 {
    let channel = at / m.area % m.channels;
    let deviation = (stats[m.channels + channel] + f64::from(EPS)).sqrt();
    (f64::from(x[at]) - stats[channel]) / deviation
}

pub fn norm(m: Maps, x: &[f32], stats: &[f64], gamma: &[f32], beta: &[f32]) -> Vec<f64> {
    let value = |at: usize| {
        let channel = at / m.area % m.channels;
        let z = normalised(m, x, stats, at) * f64::from(gamma[channel]) + f64::from(beta[channel]);
        if z > 0.0 { z } else { z * f64::from(SLOPE) }
    };
    (0..x.len()).map(value).collect()
}

/// The gradient before the leaky ReLU.
fn before_activation(y: &[f64], dy: &[f32], at: usize) -> f64 {
    let slope = if y[at] > 0.0 { 1.0 } else { f64::from(SLOPE) };
    f64::from(dy[at]) * slope
}

pub fn norm_sums(m: Maps, x: &[f32], y: &[f64], dy: &[f32], stats: &[f64]) -> Vec<f64> {
    let beta = channel_sums(m, |at, _| before_activation(y, dy, at));
    let gamma = channel_sums(m, |at, _| {
        before_activation(y, dy, at) * normalised(m, x, stats, at)
    });
    [beta, gamma].concat()
}

pub fn norm_input(
    m: Maps,
    x: &[f32],
    y: &[f64],
    dy: &[f32],
    stats: &[f64],
    gamma: &[f32],
    sums: &[f64],
) -> Vec<f64> {
    let count = (m.n * m.area) as f64;
    let value = |at: usize| {
        let c = at / m.area % m.channels;
        let scale = f64::from(gamma[c]) / (stats[m.channels + c] + f64::from(EPS)).sqrt();
        let along = normalised(m, x, stats, at) * sums[m.channels + c];
        scale * (before_activation(y, dy, at) - (sums[c] + along) / count)
    };
    (0..x.len()).map(value).collect()
}

/// `u^T w v` of a weight with `v.len()` columns.
pub fn spectral_value(w: &[f32], u: &[f64], v: &[f64]) -> f64 {
    let terms = w.iter().enumerate();
    terms
        .map(|(at, &w)| u[at / v.len()] * f64::from(w) * v[at % v.len()])
        .sum()
}

/// The weight divided by its spectral norm, u and v after one power iteration.
pub fn spectral(w: &[f32], u: &[f32], columns: usize) -> [Vec<f64>; 3] {
    let unit = |vector: Vec<f64>| -> Vec<f64> {
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.into_iter().map(|v| v / length).collect()
    };
    let (mut right, mut left) = (vec![0.0; columns], vec![0.0; u.len()]);
    for (at, &w) in w.iter().enumerate() {
        right[at % columns] += f64::from(w) * f64::from(u[at / columns]);
    }
    let v = unit(right);
    for (at, &w) in w.iter().enumerate() {
        left[at / columns] += f64::from(w) * v[at % columns];
    }
    let u = unit(left);
    let sigma = spectral_value(w, &u, &v);
    let y = w.iter().map(|&w| f64::from(w) / sigma).collect();
    [y, u, v]
}

pub fn spectral_grad(dy: &[f32], w: &[f32], u: &[f64], v: &[f64]) -> Vec<f64> {
    let sigma = spectral_value(w, u, v);
    let products = dy.iter().zip(w).map(|(&a, &b)| f64::from(a) * f64::from(b));
    let along = products.sum::<f64>() / sigma;
    let value = |(at, &dy): (usize, &f32)| {
        let outer = u[at / v.len()] * v[at % v.len()];
        (f64::from(dy) - outer * along) / sigma
    };
    dy.iter().enumerate().map(value).collect()
}

pub fn enlarged(x: &[f32], h: usize, w: usize) -> Vec<f64> {
    let mut y = Vec::new();
    for plane in x.chunks_exact(h * w) {
        for (row, column) in (0..2 * h).flat_map(|r| (0..2 * w).map(move |c| (r, c))) {
            y.push(f64::from(plane[row / 2 * w + column / 2]));
        }
    }
    y
}

pub fn pooled(x: &[f32], h: usize, w: usize) -> Vec<f64> {
    let mut y = Vec::new();
    for plane in x.chunks_exact(h * w) {
        for (row, column) in (0..h / 2).flat_map(|r| (0..w / 2).map(move |c| (r, c))) {
            let corner = 2 * row * w + 2 * column;
            let block = [corner, corner + 1, corner + w, corner + w + 1];
            y.push(block.iter().map(|&at| f64::from(plane[at])).sum::<f64>() / 4.0);
        }
    }
    y
}

/// State of the optimiser before a step, and the gradient.
pub struct Adam {
    pub weight: Vec<f32>,
    pub grad: Vec<f32>,
    pub m: Vec<f32>,
    pub v: Vec<f32>,
    pub average: Vec<f32>,
}

impl Adam {
    /// Weight, first moment, second moment and SEMA after the step; the mask covers the first
    /// parameters.
    pub fn step(&self, p: &AdamStep, mask: &[f32]) -> [Vec<f64>; 4] {
        let [mut weight, grad, mut m, mut v, mut average] =
            [&self.weight, &self.grad, &self.m, &self.v, &self.average].map(|v| double(v));
        let (beta1, beta2) = (f64::from(p.beta1), f64::from(p.beta2));
        let decay = f64::from(p.decay);
        for at in 0..weight.len() {
            let live = mask.get(at).map_or(1.0, |&m| f64::from(m));
            let g = grad[at] * live;
            m[at] = beta1 * m[at] + (1.0 - beta1) * g;
            v[at] = beta2 * v[at] + (1.0 - beta2) * g * g;
            let first = m[at] / (1.0 - beta1.powf(p.t as f64));
            let second = v[at] / (1.0 - beta2.powf(p.t as f64));
            weight[at] = (weight[at] - p.lr * first / (second.sqrt() + f64::from(p.eps))) * live;
            average[at] = if average[at] == 0.0 {
                weight[at]
            } else {
                (decay * average[at] + (1.0 - decay) * weight[at]) * live
            };
        }
        [weight, m, v, average]
    }
}

pub fn selected(
    scores: &[f32],
    mask: &[f32],
    candidates: Candidates,
    groups: &[Group],
) -> Vec<f64> {
    let mut selected = vec![0.0; scores.len()];
    for group in groups {
        let mut order: Vec<usize> = (group.start..group.start + group.len)
            .filter(|&at| candidates.admits(mask[at]))
            .collect();
        order.sort_by(|&a, &b| scores[b].abs().total_cmp(&scores[a].abs()).then(a.cmp(&b)));
        order
            .iter()
            .take(group.k)
            .for_each(|&at| selected[at] = 1.0);
    }
    selected
}

/// Row pointers and positions, then column pointers and positions, of a layer's own mask.
pub fn index(mask: &[f32], layer: LayerSlice) -> [Vec<f64>; 4] {
    let line = |at: usize| {
        let (o, i) = (
            at / (layer.inputs * layer.taps),
            at / layer.taps % layer.inputs,
        );
        [o, i]
    };
    let active: Vec<usize> = (0..mask.len()).filter(|&at| mask[at] > 0.0).collect();
    let lists = |along: usize, lines: usize| {
        let mut positions = active.clone();
        positions.sort_by_key(|&at| (line(at)[along], at));
        let pointers =
            (0..=lines).map(|l| active.iter().filter(|&&at| line(at)[along] < l).count() as f64);
        let positions = positions.iter().map(|&at| at as f64);
        (pointers.collect(), positions.collect())
    };
    let (row_ptr, row_pos) = lists(0, layer.out);
    let (col_ptr, col_pos) = lists(1, layer.inputs);
    [row_ptr, row_pos, col_ptr, col_pos]
}
