//! Spectral norm and its gradient.

use burn::tensor::{Device, Tensor};
use tightrope_core::kernel::spectral::{EPS, spectral_norm};
use tightrope_tests::{
    devices::{host, tensor},
    naive::{Spectral, wide},
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

struct Case {
    spectral: Spectral,
    iterate: bool,
    w: Vec<f32>,
    u: Vec<f32>,
    v: Vec<f32>,
    dy: Vec<f32>,
}

impl Case {
    fn expected(&self) -> Vec<Expected> {
        let [w, mut u, mut v, dy] = [&self.w, &self.u, &self.v, &self.dy].map(|v| wide(v));
        if self.iterate {
            [u, v] = self.spectral.iterate(&w, &u);
        }
        let y = self.spectral.forward(&w, &u, &v);
        let dw = self.spectral.gradient(&w, &u, &v, &dy);
        // A relative limit compares vanishing weights and vectors as closely as others.
        let close = |what, values| Expected::new(what, values, Limit::Relative(1e-5));
        vec![
            close("weight", y),
            close("left vector", u),
            close("right vector", v),
            close("gradient", dw),
        ]
    }

    fn run(&self, device: &Device) -> Vec<Vec<f32>> {
        let Spectral { rows, columns, .. } = self.spectral;
        let lift = |v: &[f32], shape| Tensor::<2>::from_inner(tensor(v, shape, device));
        let w = lift(&self.w, [rows, columns]).require_grad();
        let (u, v) = (lift(&self.u, [rows, 1]), lift(&self.v, [columns, 1]));
        let [y, u, v] = spectral_norm(w.clone(), u, v, self.iterate, self.spectral.eps as f32);
        let dy = lift(&self.dy, [rows, columns]);
        let grads = (y.clone() * dy).sum().backward();
        vec![
            host(y),
            host(u),
            host(v),
            w.grad(&grads).map(host).unwrap_or_default(),
        ]
    }
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

#[test]
fn spectral_norm_follows_its_definition() {
    let mut report = Report::new("spectral norm");
    let mut random = Random::new(6);
    let sizes = [
        [1, 1],
        [1, 7],
        [7, 1],
        [3, 27],
        [31, 33],
        [32, 32],
        [33, 255],
        [65, 257],
        [1, 600],
        [600, 1],
        [257, 31],
        [64, 1024],
        [130, 1153],
        // More spans than a workgroup has invocations to add them up.
        [601, 1801],
    ];
    for ([rows, columns], eps) in sizes.into_iter().zip([EPS, 1e-6].into_iter().cycle()) {
        let spectral = Spectral {
            rows,
            columns,
            eps: f64::from(eps),
        };
        let n = rows * columns;
        let mut w = random.values(n);
        for (w, live) in w.iter_mut().zip(random.mask(n, 0.5)) {
            *w *= live;
        }
        // Even the smallest weight keeps an active value.
        w[n / 2] = 0.75;
        let u = random.values(rows);
        let [left, right] = spectral.iterate(&wide(&w), &wide(&u));
        let (left, right) = (single(&left), single(&right));
        let opposite = left.iter().map(|u| -u).collect();
        let left_again = left.clone();
        for (kind, iterate, scale, u, v) in [
            ("iterating", true, 1.0, u.clone(), random.values(columns)),
            ("frozen", false, 1.0, left, right.clone()),
            ("of no weight", true, 0.0, u.clone(), right.clone()),
            ("vanishing", true, 1e-16, u, right.clone()),
            ("negative", false, 1.0, opposite, right.clone()),
            ("clamped", false, 1e-16, left_again, right),
        ] {
            let case = Case {
                spectral,
                iterate,
                w: w.iter().map(|w| w * scale).collect(),
                u,
                v,
                dy: random.values(n),
            };
            let name = format!("{rows} x {columns}, {kind}");
            compare(&mut report, &name, &case.expected(), |d| case.run(d));
        }
    }
    report.finish();
}
