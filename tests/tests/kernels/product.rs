//! The matrix product and its gradients, with either side transposed.

use burn::tensor::{Device, Tensor};
use tightrope_core::kernel::product::product;
use tightrope_tests::{
    devices::{host, tensor},
    naive::wide,
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

const LIMIT: Limit = Limit::Mixed(1e-5);

/// Matrices, one after another in memory order.
#[derive(Clone)]
struct Matrices {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrices {
    fn turned(&self) -> Self {
        let area = self.rows * self.columns;
        let value = |at: usize| {
            let (row, column) = (at % area / self.rows, at % area % self.rows);
            self.values[at / area * area + column * self.columns + row]
        };
        Self {
            rows: self.columns,
            columns: self.rows,
            values: (0..self.values.len()).map(value).collect(),
        }
    }

    fn times(&self, other: &Self) -> Self {
        let (m, k, p) = (self.rows, self.columns, other.columns);
        let n = self.values.len() / (m * k);
        let value = |at: usize| {
            let (i, row, column) = (at / (m * p), at / p % m, at % p);
            let term = |inner| {
                self.values[(i * m + row) * k + inner] * other.values[(i * k + inner) * p + column]
            };
            (0..k).map(term).sum()
        };
        Self {
            rows: m,
            columns: p,
            values: (0..n * m * p).map(value).collect(),
        }
    }

    fn lying(&self, turned: bool) -> Self {
        if turned { self.turned() } else { self.clone() }
    }
}

/// Product and gradients.
fn run(
    sides: [(&[f32], [usize; 3]); 2],
    turned: [bool; 2],
    dc: &[f32],
    device: &Device,
) -> Vec<Vec<f32>> {
    let [a, b] = sides.map(|(values, shape)| {
        Tensor::<3>::from_inner(tensor(values, shape, device)).require_grad()
    });
    let c = product(a.clone(), b.clone(), turned);
    let dc = Tensor::from_inner(tensor(dc, c.dims(), device));
    let grads = (c.clone() * dc).sum().backward();
    let grad = |side: &Tensor<3>| side.grad(&grads).map(host).unwrap_or_default();
    vec![host(c), grad(&a), grad(&b)]
}

#[test]
fn products_and_their_gradients_are_right_whichever_way_their_sides_lie() {
    let mut report = Report::new("product");
    let mut random = Random::new(8);
    for [n, m, k, p] in [
        [1, 1, 1, 1],
        [3, 5, 7, 2],
        [2, 16, 16, 16],
        [2, 33, 17, 40],
        [1, 3, 70, 18],
    ] {
        for turned in [[false, false], [true, false], [false, true], [true, true]] {
            let shapes = [[n, m, k], [n, k, p]];
            let lies = |at: usize| match (turned[at], shapes[at]) {
                (true, [n, rows, columns]) => [n, columns, rows],
                (false, shape) => shape,
            };
            let (a, b) = (random.values(n * m * k), random.values(n * k * p));
            let dc = random.values(n * m * p);
            // The matrices as the product sees them, transposed or not.
            let seen = |values: &[f32], at: usize| {
                let [_, rows, columns] = lies(at);
                Matrices {
                    rows,
                    columns,
                    values: wide(values),
                }
                .lying(turned[at])
            };
            let (left, right) = (seen(&a, 0), seen(&b, 1));
            let back = Matrices {
                rows: m,
                columns: p,
                values: wide(&dc),
            };
            let da = back.times(&right.turned()).lying(turned[0]);
            let db = left.turned().times(&back).lying(turned[1]);
            let expected = [
                Expected::new("output", left.times(&right).values, LIMIT),
                Expected::new("left gradient", da.values, LIMIT),
                Expected::new("right gradient", db.values, LIMIT),
            ];
            compare(
                &mut report,
                &format!("{n} x {m} x {k} x {p}, {turned:?}"),
                &expected,
                |device| run([(&a, lies(0)), (&b, lies(1))], turned, &dc, device),
            );
        }
    }
    report.finish();
}
