//! Single layers: the float64 definitions that the kernel tests use agree with finite differences,
//! and so does spectral norm.

use burn::tensor::Tensor;
use tightrope_core::{
    config::{MlpConfig, ModelConfig, Role},
    model,
    net::{Net, View},
    preset,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    naive::{Conv, Norm, Spectral, wide},
    random::Random,
    report::{Limit, Report},
};

use super::{differences, dot};

#[test]
fn definitions_agree_with_differences() {
    let mut report = Report::new("definitions");
    let mut random = Random::new(11);
    for (h, w, k) in [(4, 5, 3), (2, 3, 5), (1, 1, 1)] {
        let conv = Conv {
            n: 2,
            c_in: 3,
            c_out: 2,
            h,
            w,
            k,
        };
        let mut draw = |n| wide(&random.values(n));
        let (x, weight, bias) = (draw(conv.inputs()), draw(conv.weights()), draw(conv.c_out));
        let dy = draw(conv.outputs());
        let loss =
            |x: &[f64], weight: &[f64], bias: &[f64]| dot(&conv.forward(x, weight, bias), &dy);
        let place = format!("{conv:?}");
        let mut close = |what, analytic: &[f64], slopes: &[f64]| {
            report.close(what, &place, analytic, slopes, Limit::Mixed(1e-7));
        };
        close(
            "convolution's input",
            &conv.input_grad(&dy, &weight),
            &differences(|x| loss(x, &weight, &bias), &x),
        );
        close(
            "convolution's weight",
            &conv.weight_grad(&x, &dy),
            &differences(|weight| loss(&x, weight, &bias), &weight),
        );
        close(
            "convolution's bias",
            &conv.bias_grad(&dy),
            &differences(|bias| loss(&x, &weight, bias), &bias),
        );
    }
    for slope in [1.0, 0.1, 0.0] {
        let norm = Norm {
            n: 3,
            channels: 4,
            area: 5,
            eps: 1e-5,
            slope,
        };
        let mut draw = |n| wide(&random.values(n));
        let (x, gamma, beta) = (draw(norm.inputs()), draw(4), draw(4));
        let dy = draw(norm.inputs());
        let loss = |x: &[f64], gamma: &[f64], beta: &[f64]| dot(&norm.forward(x, gamma, beta), &dy);
        let slopes = [
            differences(|x| loss(x, &gamma, &beta), &x),
            differences(|gamma| loss(&x, gamma, &beta), &gamma),
            differences(|beta| loss(&x, &gamma, beta), &beta),
        ];
        let analytic = norm.gradients(&x, &gamma, &beta, &dy);
        for (i, what) in ["input", "gain", "bias"].into_iter().enumerate() {
            let kind = format!("batch norm's {what}");
            let place = format!("slope {slope}");
            report.close(&kind, &place, &analytic[i], &slopes[i], Limit::Mixed(1e-6));
        }
    }
    for (rows, columns) in [(4, 6), (1, 5), (5, 1)] {
        let spectral = Spectral {
            rows,
            columns,
            eps: 1e-12,
        };
        let mut draw = |n| wide(&random.values(n));
        let (w, dy) = (draw(rows * columns), draw(rows * columns));
        let [u, v] = spectral.iterate(&w, &draw(rows));
        let analytic = spectral.gradient(&w, &u, &v, &dy);
        let slopes = differences(|w| dot(&spectral.forward(w, &u, &v), &dy), &w);
        let place = format!("{rows} x {columns}");
        let limit = Limit::Mixed(1e-7);
        report.close("spectral norm's weight", &place, &analytic, &slopes, limit);
    }
    report.finish();
}

/// Two linear layers under spectral norm with a leaky ReLU between them, in float64. u and v are
/// constants.
struct SpectralPair<'a> {
    widths: [usize; 3],
    leak: f64,
    /// u and v of both layers.
    vectors: &'a [[Vec<f64>; 2]; 2],
}

impl SpectralPair<'_> {
    fn layer(&self, i: usize, weight: &[f64], bias: &[f64], x: &[f64]) -> Vec<f64> {
        let [u, v] = &self.vectors[i];
        let (inputs, outputs) = (self.widths[i], self.widths[i + 1]);
        let row = |o: usize| &weight[o * inputs..(o + 1) * inputs];
        let sigma: f64 = (0..outputs).map(|o| u[o] * dot(row(o), v)).sum();
        let images = x.chunks_exact(inputs);
        images
            .flat_map(|x| (0..outputs).map(move |o| dot(row(o), x) / sigma + bias[o]))
            .collect()
    }

    /// `parameters`: weight and bias of the first layer, then of the second.
    fn scores(&self, parameters: &[f64], x: &[f64]) -> Vec<f64> {
        let [a, b, c] = self.widths;
        let (first, second) = parameters.split_at(a * b + b);
        let (weight, bias) = first.split_at(a * b);
        let hidden = self.layer(0, weight, bias, x);
        let hidden: Vec<f64> = hidden
            .into_iter()
            .map(|h| if h > 0.0 { h } else { h * self.leak })
            .collect();
        let (weight, bias) = second.split_at(b * c);
        self.layer(1, weight, bias, &hidden)
    }
}

#[test]
fn spectral_norm_agrees_with_differences() {
    let mut report = Report::new("spectral norm");
    for (on, device) in devices::all() {
        for density in [1.0, 0.5] {
            let mut config = (preset::find("ring").unwrap_or_else(|e| panic!("{e}")).build)();
            config.model = ModelConfig::Mlp(MlpConfig {
                g_hidden: vec![4],
                d_hidden: vec![7],
                g_batch_norm: false,
                d_spectral_norm: true,
                g_leak: 0.0,
                d_leak: 0.2,
            });
            config.discriminator.density = density;
            let (model, blueprint) = model::build(&config, Role::D, 2);
            let mut net = Net::new(Role::D, blueprint, &config, &device);
            pollster::block_on(net.count()).unwrap_or_else(|e| panic!("{e}"));
            net.reindex();

            let mut random = Random::new(12);
            let (x, dy) = (random.values(2 * 9), random.values(9));
            let leaves = net.leaves(View::Tracked).with_dense_gradients(true);
            let input: Tensor<4> = Tensor::from_inner(tensor(&x, [9, 2, 1, 1], &device));
            let scores = model.forward(&mut net, &leaves, input, None);
            let cotangent = Tensor::from_inner(tensor(&dy, [9, 1, 1, 1], &device));
            let grads = (scores.clone() * cotangent).sum().backward();
            let flat = host(leaves.gradients(&net, &grads));

            let weights = wide(&host(net.flat.weight.clone()));
            let masks = wide(&host(net.mask.clone()));
            let vectors = [0, 1].map(|i| {
                let s = &net.spectral[i];
                [&s.u, &s.v].map(|v| wide(&host(v.clone())))
            });
            // The flat order has the weights first; the definition has each layer's bias after its
            // weight.
            let order: Vec<usize> = net
                .params
                .iter()
                .flat_map(|p| p.offset..p.offset + p.len())
                .collect();
            let pair = SpectralPair {
                widths: [2, 7, 1],
                leak: f64::from(0.2_f32),
                vectors: &vectors,
            };
            let at: Vec<f64> = order.iter().map(|&i| weights[i]).collect();
            let (wide_x, wide_dy) = (wide(&x), wide(&dy));
            let slopes = differences(|p| dot(&pair.scores(p, &wide_x), &wide_dy), &at);
            let place = format!("density {density}");
            let ours: Vec<f32> = order.iter().map(|&i| flat[i]).collect();
            let scores_kind = format!("scores on {on}");
            report.close(
                &scores_kind,
                &place,
                &host(scores),
                &pair.scores(&at, &wide_x),
                Limit::Mixed(1e-5),
            );
            // Inactive weights count too: growth ranks by their gradient.
            assert!(density == 1.0 || masks.contains(&0.0));
            let kind = format!("gradients on {on}");
            report.close(&kind, &place, &ours, &slopes, Limit::Mixed(1e-5));
        }
    }
    report.finish();
}
