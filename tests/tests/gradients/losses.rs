//! The adversarial losses.

use burn::tensor::Tensor;
use tightrope_core::config::Loss;
use tightrope_tests::{
    devices::{self, host, tensor},
    naive::wide,
    random::Random,
    report::{Limit, Report},
};

use super::differences;

const LIMIT: Limit = Limit::Mixed(1e-6);

fn mean(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    values.iter().map(|&v| term(v)).sum::<f64>() / values.len() as f64
}

/// log(1 + e^x)
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The discriminator's loss, as its paper states it.
fn critic(loss: Loss, real: &[f64], fake: &[f64]) -> f64 {
    match loss {
        Loss::Hinge => mean(real, |r| (1.0 - r).max(0.0)) + mean(fake, |f| (1.0 + f).max(0.0)),
        Loss::Bce => mean(real, |r| softplus(-r)) + mean(fake, softplus),
        Loss::Wasserstein => mean(fake, |f| f) - mean(real, |r| r),
    }
}

/// The generator's loss.
fn generator(loss: Loss, fake: &[f64]) -> f64 {
    match loss {
        Loss::Hinge | Loss::Wasserstein => -mean(fake, |f| f),
        Loss::Bce => mean(fake, |f| softplus(-f)),
    }
}

#[test]
fn losses_follow_their_definitions() {
    let mut report = Report::new("losses");
    let mut random = Random::new(10);
    for loss in [Loss::Hinge, Loss::Bce, Loss::Wasserstein] {
        // Scores of ordinary size, and so large that an exponential would overflow.
        for (batch, size) in [(1, 3.0), (7, 3.0), (65, 300.0)] {
            let mut scores = || -> Vec<f32> {
                let scores = random.values(batch).into_iter().map(|s| s * size);
                scores.collect()
            };
            let (real, fake) = (scores(), scores());
            let (wide_real, wide_fake) = (wide(&real), wide(&fake));
            let real_slopes = differences(|r| critic(loss, r, &wide_fake), &wide_real);
            let fake_slopes = differences(|f| critic(loss, &wide_real, f), &wide_fake);
            let g_slopes = differences(|f| generator(loss, f), &wide_fake);
            for (on, device) in devices::all() {
                let place = format!("{loss:?}, batch {batch}, scores to {size} on {on}");
                let leaf = |v: &[f32]| -> Tensor<1> {
                    Tensor::from_inner(tensor(v, [batch], &device)).require_grad()
                };
                let (r, f) = (leaf(&real), leaf(&fake));
                let value = loss.critic(r.clone(), f.clone());
                let grads = value.backward();
                let grad = |t: &Tensor<1>| t.grad(&grads).map(host).unwrap_or_default();
                let expected = [critic(loss, &wide_real, &wide_fake)];
                report.close("critic's loss", &place, &host(value), &expected, LIMIT);
                report.close("for reals", &place, &grad(&r), &real_slopes, LIMIT);
                report.close("for fakes", &place, &grad(&f), &fake_slopes, LIMIT);

                let f = leaf(&fake);
                let value = loss.generator(f.clone());
                let grads = value.backward();
                let slopes = f.grad(&grads).map(host).unwrap_or_default();
                let expected = [generator(loss, &wide_fake)];
                report.close("generator's loss", &place, &host(value), &expected, LIMIT);
                report.close("for the generator", &place, &slopes, &g_slopes, LIMIT);
            }
        }
    }
    report.finish();
}
