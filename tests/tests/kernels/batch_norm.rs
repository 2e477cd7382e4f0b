//! Batch norm with its activation.

use burn::tensor::{Device, Tensor};
use tightrope_core::kernel::batch_norm::{batch_norm, channel_stats};
use tightrope_tests::{
    devices::{host, tensor},
    naive::{Norm, wide},
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

const EPS: f32 = 1e-5;

struct Case {
    norm: Norm,
    shape: [usize; 4],
    x: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    dy: Vec<f32>,
}

impl Case {
    fn expected(&self) -> Vec<Expected> {
        let [x, gamma, beta, dy] = [&self.x, &self.gamma, &self.beta, &self.dy].map(|v| wide(v));
        let stats = self.norm.stats(&x);
        let [dx, d_gamma, d_beta] = self.norm.gradients(&x, &gamma, &beta, &dy);
        let y = self.norm.forward(&x, &gamma, &beta);
        // Terms of this size cancel in the gradient of x; over few values almost nothing remains.
        let largest = |v: &[f64]| v.iter().map(|v| v.abs()).fold(0.0, f64::max);
        let narrowest = stats[self.norm.channels..]
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min);
        let term = largest(&gamma) * largest(&dy) / (narrowest + f64::from(EPS)).sqrt();
        vec![
            Expected::new("statistics", stats, Limit::Mixed(2e-6)),
            Expected::new("output", y, Limit::Mixed(1e-5)),
            Expected::new("input gradient", dx, Limit::Absolute(1e-5 * term)),
            Expected::new("gain gradient", d_gamma, Limit::Mixed(1e-5)),
            Expected::new("bias gradient", d_beta, Limit::Mixed(1e-5)),
        ]
    }

    fn run(&self, device: &Device) -> Vec<Vec<f32>> {
        let channels = self.norm.channels;
        let x = tensor(&self.x, self.shape, device);
        let stats = channel_stats(&x);
        let x = Tensor::from_inner(x).require_grad();
        let leaf = |v: &[f32]| -> Tensor<1> {
            Tensor::from_inner(tensor(v, [channels], device)).require_grad()
        };
        let (gamma, beta) = (leaf(&self.gamma), leaf(&self.beta));
        let y = batch_norm(
            x.clone(),
            Tensor::from_inner(stats.clone()),
            gamma.clone(),
            beta.clone(),
            EPS,
            self.norm.slope as f32,
        );
        let dy = Tensor::from_inner(tensor(&self.dy, self.shape, device));
        let grads = (y.clone() * dy).sum().backward();
        vec![
            host(stats),
            host(y),
            x.grad(&grads).map(host).unwrap_or_default(),
            gamma.grad(&grads).map(host).unwrap_or_default(),
            beta.grad(&grads).map(host).unwrap_or_default(),
        ]
    }
}

#[test]
fn batch_norm_follows_its_definition() {
    let mut report = Report::new("batch norm");
    let mut random = Random::new(5);
    for shape in [
        [1, 1, 1, 1],
        [2, 3, 1, 1],
        [3, 5, 2, 2],
        [1, 17, 3, 5],
        [2, 1, 4, 4],
        [3, 2, 7, 5],
        [2, 5, 16, 16],
        [1, 3, 33, 7],
        [3, 17, 70, 2],
        [70, 33, 1, 1],
        [5, 40, 33, 16],
    ] {
        let [n, channels, h, w] = shape;
        // Far from zero, a variance computed from squares would drown in rounding.
        for (slope, centre) in [(1.0, 0.0), (0.1, 5.0), (0.0, -1.0), (0.0, 30.0)] {
            let norm = Norm {
                n,
                channels,
                area: h * w,
                eps: f64::from(EPS),
                slope,
            };
            let x = random.values(norm.inputs());
            let case = Case {
                norm,
                shape,
                x: x.into_iter().map(|v| v + centre).collect(),
                gamma: random.values(channels),
                beta: random.values(channels),
                dy: random.values(norm.inputs()),
            };
            let name = format!("{shape:?}, slope {slope}, around {centre}");
            compare(&mut report, &name, &case.expected(), |d| case.run(d));
        }
    }
    report.finish();
}
