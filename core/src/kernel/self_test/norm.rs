//! Cases of batch norm.

use burn::{
    backend::Dispatch,
    tensor::{Device, Tensor},
};

use super::{Pair, flat, normal, plain, tensor};
use crate::kernel::{
    batch_norm::{BatchNormOps, batch_norm, channel_stats},
    cpu::batch_norm::Maps,
};

/// Epsilon added to variances.
pub const EPS: f32 = 1e-5;
/// Slope of the leaky ReLU behind the norm.
pub const SLOPE: f32 = 0.1;
const MAPS: Maps = Maps {
    n: 3,
    channels: 5,
    area: 7 * 6,
};

/// Batch norm with all inputs of its four kernels.
struct Norm {
    x: Vec<f32>,
    dy: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    stats: Vec<f64>,
    y: Vec<f64>,
    sums: Vec<f64>,
}

impl Norm {
    fn new() -> Self {
        let values = MAPS.n * MAPS.channels * MAPS.area;
        // Values far from zero, where a careless variance cancels.
        let x: Vec<f32> = normal(values, "x").into_iter().map(|v| v + 3.0).collect();
        let (dy, gamma) = (normal(values, "dy"), normal(MAPS.channels, "gamma"));
        let beta = normal(MAPS.channels, "beta");
        let stats = plain::statistics(MAPS, &x);
        let y = plain::norm(MAPS, &x, &stats, &gamma, &beta);
        let sums = plain::norm_sums(MAPS, &x, &y, &dy, &stats);
        Self {
            x,
            dy,
            gamma,
            beta,
            stats,
            y,
            sums,
        }
    }

    fn maps(values: &[f32], device: &Device) -> Tensor<4> {
        tensor(values, [MAPS.n, MAPS.channels, 7, 6], device)
    }

    fn rows(values: &[f64], device: &Device) -> Tensor<2> {
        tensor(&single(values), [2, MAPS.channels], device)
    }
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

pub fn statistics(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    vec![Pair {
        made: flat(channel_stats(&Norm::maps(&norm.x, device))),
        wanted: norm.stats,
    }]
}

pub fn forward(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = batch_norm(
        Norm::maps(&norm.x, device),
        Norm::rows(&norm.stats, device),
        tensor(&norm.gamma, [MAPS.channels], device),
        tensor(&norm.beta, [MAPS.channels], device),
        EPS,
        SLOPE,
    );
    vec![Pair {
        made: flat(made),
        wanted: norm.y,
    }]
}

pub fn sums(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = Tensor::<2>::from_dispatch(Dispatch::batch_norm_sums(
        Norm::maps(&norm.x, device).into_dispatch(),
        Norm::maps(&single(&norm.y), device).into_dispatch(),
        Norm::maps(&norm.dy, device).into_dispatch(),
        Norm::rows(&norm.stats, device).into_dispatch(),
        EPS,
        SLOPE,
    ));
    vec![Pair {
        made: flat(made),
        wanted: norm.sums,
    }]
}

pub fn input(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = Tensor::<4>::from_dispatch(Dispatch::batch_norm_input_grad(
        Norm::maps(&norm.x, device).into_dispatch(),
        Norm::maps(&single(&norm.y), device).into_dispatch(),
        Norm::maps(&norm.dy, device).into_dispatch(),
        Norm::rows(&norm.stats, device).into_dispatch(),
        tensor(&norm.gamma, [MAPS.channels], device).into_dispatch(),
        Norm::rows(&norm.sums, device).into_dispatch(),
        EPS,
        SLOPE,
    ));
    let wanted = plain::norm_input(
        MAPS,
        &norm.x,
        &norm.y,
        &norm.dy,
        &norm.stats,
        &norm.gamma,
        &norm.sums,
    );
    vec![Pair {
        made: flat(made),
        wanted,
    }]
}
