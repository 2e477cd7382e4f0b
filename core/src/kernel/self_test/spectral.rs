//! Cases of spectral norm.

use burn::{
    backend::Dispatch,
    tensor::{Device, Tensor},
};

use super::{Pair, coins, flat, normal, plain, tensor};
use crate::kernel::spectral::{EPS, SpectralOps, spectral_norm};

const ROWS: usize = 70;
const COLUMNS: usize = 9 * 31;

/// A weight, half of it masked.
fn weight() -> Vec<f32> {
    let values = normal(ROWS * COLUMNS, "weight").into_iter();
    let mask = coins(ROWS * COLUMNS, 0.5, "mask");
    values.zip(mask).map(|(w, m)| w * m).collect()
}

pub fn forward(device: &Device) -> Vec<Pair> {
    let (w, u) = (weight(), normal(ROWS, "u"));
    let made = spectral_norm(
        tensor(&w, [ROWS, COLUMNS], device),
        tensor(&u, [ROWS, 1], device),
        Tensor::zeros([COLUMNS, 1], device),
        true,
        EPS,
    );
    let wanted = plain::spectral(&w, &u, COLUMNS);
    made.into_iter()
        .zip(wanted)
        .map(|(made, wanted)| Pair {
            made: flat(made),
            wanted,
        })
        .collect()
}

pub fn gradient(device: &Device) -> Vec<Pair> {
    let (dy, w) = (normal(ROWS * COLUMNS, "dy"), weight());
    let [_, u, v] = plain::spectral(&w, &normal(ROWS, "u"), COLUMNS);
    let sigma = plain::spectral_value(&w, &u, &v);
    let single = |values: &[f64]| -> Vec<f32> { values.iter().map(|&v| v as f32).collect() };
    let made = Tensor::<2>::from_dispatch(Dispatch::spectral_grad(
        tensor(&dy, [ROWS, COLUMNS], device).into_dispatch(),
        tensor(&w, [ROWS, COLUMNS], device).into_dispatch(),
        tensor(&single(&u), [ROWS, 1], device).into_dispatch(),
        tensor(&single(&v), [COLUMNS, 1], device).into_dispatch(),
        tensor(&[sigma as f32], [1], device).into_dispatch(),
        EPS,
    ));
    vec![Pair {
        made: flat(made),
        wanted: plain::spectral_grad(&dy, &w, &u, &v),
    }]
}
