//! The case of the product of matrices.

use burn::tensor::Device;

use super::{Pair, flat, normal, tensor};
use crate::kernel::product::product;

/// Sides that fill no tile, and sides that take several.
const SIZES: [[usize; 4]; 3] = [[3, 5, 7, 2], [2, 17, 33, 40], [1, 1, 1, 1]];

/// Multiplies with each side plain and turned.
pub fn forward(device: &Device) -> Vec<Pair> {
    let ways = [[false, false], [true, false], [false, true], [true, true]];
    let pair = |([n, m, k, p], [a_turned, b_turned]): ([usize; 4], [bool; 2])| {
        let (a, b) = (normal(n * m * k, "a"), normal(n * k * p, "b"));
        let a_at = |i, row, inner| match a_turned {
            true => (i * k + inner) * m + row,
            false => (i * m + row) * k + inner,
        };
        let b_at = |i, inner, column| match b_turned {
            true => (i * p + column) * k + inner,
            false => (i * k + inner) * p + column,
        };
        let value = |at: usize| {
            let (i, row, column) = (at / p / m, at / p % m, at % p);
            let terms =
                (0..k).map(|at| f64::from(a[a_at(i, row, at)]) * f64::from(b[b_at(i, at, column)]));
            terms.sum()
        };
        let a_shape = if a_turned { [n, k, m] } else { [n, m, k] };
        let b_shape = if b_turned { [n, p, k] } else { [n, k, p] };
        Pair {
            made: flat(product(
                tensor(&a, a_shape, device),
                tensor(&b, b_shape, device),
                [a_turned, b_turned],
            )),
            wanted: (0..n * m * p).map(value).collect(),
        }
    };
    let all = SIZES
        .into_iter()
        .flat_map(|size| ways.map(|way| (size, way)));
    all.map(pair).collect()
}
