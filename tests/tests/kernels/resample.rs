//! Enlarging and mean pooling by two, each the other's gradient.

use burn::tensor::{Device, Tensor};
use tightrope_core::kernel::resample::{mean_pool2, upsample2};
use tightrope_tests::{
    devices::{host, tensor},
    naive::{self, triples, wide},
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

const LIMIT: Limit = Limit::Mixed(1e-6);

/// Output and input gradient of a layer without weights.
fn run(
    layer: fn(Tensor<4>) -> Tensor<4>,
    x: &[f32],
    shape: [usize; 4],
    dy: &[f32],
    device: &Device,
) -> Vec<Vec<f32>> {
    let x = Tensor::from_inner(tensor(x, shape, device)).require_grad();
    let y = layer(x.clone());
    let dy = Tensor::from_inner(tensor(dy, y.dims(), device));
    let grads = (y.clone() * dy).sum().backward();
    vec![host(y), x.grad(&grads).map(host).unwrap_or_default()]
}

const SHAPES: [[usize; 4]; 9] = [
    [1, 1, 2, 2],
    [2, 3, 3, 5],
    [3, 1, 5, 2],
    [1, 17, 4, 7],
    [2, 5, 7, 4],
    [1, 2, 16, 16],
    [3, 2, 33, 3],
    [1, 3, 2, 70],
    [2, 17, 33, 16],
];

#[test]
fn enlarging_repeats_pixels() {
    let mut report = Report::new("upsample2");
    let mut random = Random::new(6);
    for shape in SHAPES.into_iter().chain([[1, 1, 1, 1], [2, 3, 1, 7]]) {
        let [n, c, h, w] = shape;
        let x = random.values(n * c * h * w);
        let dy = random.values(4 * x.len());
        let wide_dy = wide(&dy);
        let dx = triples(n * c, h, w).map(|(plane, y, at)| {
            let row = (plane * 2 * h + 2 * y) * 2 * w + 2 * at;
            let below = row + 2 * w;
            [row, row + 1, below, below + 1]
                .map(|i| wide_dy[i])
                .iter()
                .sum()
        });
        let expected = [
            Expected::new("output", naive::upsample2(&wide(&x), n * c, h, w), LIMIT),
            Expected::new("input gradient", dx.collect(), LIMIT),
        ];
        compare(&mut report, &format!("{shape:?}"), &expected, |device| {
            run(upsample2, &x, shape, &dy, device)
        });
    }
    report.finish();
}

#[test]
fn pooling_takes_means_and_drops_an_odd_edge() {
    let mut report = Report::new("mean_pool2");
    let mut random = Random::new(7);
    for shape in SHAPES {
        let [n, c, h, w] = shape;
        let x = random.values(n * c * h * w);
        let dy = random.values(n * c * (h / 2) * (w / 2));
        let wide_dy = wide(&dy);
        let dx = triples(n * c, h, w).map(|(plane, y, at)| {
            if y / 2 < h / 2 && at / 2 < w / 2 {
                wide_dy[(plane * (h / 2) + y / 2) * (w / 2) + at / 2] / 4.0
            } else {
                0.0
            }
        });
        let expected = [
            Expected::new("output", naive::mean_pool2(&wide(&x), n * c, h, w), LIMIT),
            Expected::new("input gradient", dx.collect(), LIMIT),
        ];
        compare(&mut report, &format!("{shape:?}"), &expected, |device| {
            run(mean_pool2, &x, shape, &dy, device)
        });
    }
    report.finish();
}
