//! The fused step: Adam, mask, average.

use burn::tensor::Device;
use tightrope_core::{
    config::AveragingRule,
    kernel::adam::{AdamStep, Flat},
};
use tightrope_tests::{
    devices::{self, host, tensor},
    naive::wide,
    random::Random,
    report::{Limit, Report},
};

use super::{Expected, compare};

/// Steps taken in a row.
const STEPS: usize = 3;

struct Case {
    step: AdamStep,
    weight: Vec<f32>,
    mask: Vec<f32>,
    /// Second moment at the start; negative for a weight just grown.
    v: Vec<f32>,
    average: Vec<f32>,
    grads: Vec<Vec<f32>>,
}

impl Case {
    fn new(step: AdamStep, masked: usize, all: usize, random: &mut Random) -> Self {
        let mask = random.mask(masked, 0.4);
        let mut weight = random.values(all);
        let mut average = random.values(all);
        for (i, &m) in mask.iter().enumerate() {
            weight[i] *= m;
            // Some weights are newly grown: active, but not yet in the average.
            average[i] *= if i % 3 == 0 { 0.0 } else { m };
        }
        let grown = |(i, v): (usize, f32)| if i % 4 == 1 { -v.abs() } else { 0.0 };
        Self {
            step,
            weight,
            mask,
            v: random
                .values(all)
                .into_iter()
                .enumerate()
                .map(grown)
                .collect(),
            average,
            // Large and tiny gradients: Adam divides by their size.
            grads: (0..STEPS)
                .map(|_| random.values(all).into_iter().map(|g| g.powi(9)).collect())
                .collect(),
        }
    }

    fn at(&self, i: usize) -> AdamStep {
        AdamStep {
            t: self.step.t + i as u64,
            ..self.step
        }
    }

    /// Adam (Kingma and Ba, algorithm 1), then the mask, then the average (STU-GAN, section 4.3),
    /// in float64.
    fn expected(&self) -> Vec<Expected> {
        let (mut weight, mut average) = (wide(&self.weight), wide(&self.average));
        let n = weight.len();
        let (mut m, mut v) = (vec![0.0; n], wide(&self.v));
        let (beta1, beta2) = (f64::from(self.step.beta1), f64::from(self.step.beta2));
        let decay = f64::from(self.step.decay);
        for (i, grad) in self.grads.iter().enumerate() {
            let t = self.at(i).t as f64;
            for j in 0..n {
                let live = self.mask.get(j).map_or(1.0, |&m| f64::from(m));
                let mut g = f64::from(grad[j]);
                if self.step.mask_gradient {
                    g *= live;
                }
                m[j] = beta1 * m[j] + (1.0 - beta1) * g;
                let is_new = v[j] < 0.0;
                let moment = if is_new {
                    f64::max(-v[j], g * g * (1.0 - beta2.powf(t)))
                } else {
                    beta2 * v[j] + (1.0 - beta2) * g * g
                };
                v[j] = if is_new && g == 0.0 { v[j] } else { moment };
                let first = m[j] / (1.0 - beta1.powf(t));
                let second = moment / (1.0 - beta2.powf(t));
                let change = self.step.lr * first / (second.sqrt() + f64::from(self.step.eps));
                weight[j] = (weight[j] - change) * live;
                average[j] = match self.step.averaging {
                    AveragingRule::None => average[j],
                    AveragingRule::Sema if average[j] == 0.0 => weight[j],
                    _ => decay * average[j] + (1.0 - decay) * weight[j],
                };
            }
        }
        if beta1 == 0.0 {
            m = vec![0.0];
        }
        vec![
            Expected::new("weight", weight, Limit::Mixed(1e-6)),
            Expected::new("first moment", m, Limit::Relative(1e-6)),
            Expected::new("second moment", v, Limit::Relative(1e-6)),
            Expected::new("average", average, Limit::Mixed(1e-6)),
        ]
    }

    fn run(&self, device: &Device) -> Vec<Vec<f32>> {
        let n = self.weight.len();
        let first_moment = if self.step.beta1 > 0.0 { n } else { 1 };
        let mut flat = Flat {
            weight: tensor(&self.weight, [n], device),
            m: tensor(&vec![0.0; first_moment], [first_moment], device),
            v: tensor(&self.v, [n], device),
            average: tensor(&self.average, [n], device),
        };
        let mask = tensor(&self.mask, [self.mask.len()], device);
        for (i, grad) in self.grads.iter().enumerate() {
            flat = flat.step(tensor(grad, [n], device), mask.clone(), self.at(i));
        }
        [flat.weight, flat.m, flat.v, flat.average].map(host).into()
    }
}

#[test]
fn the_fused_step_follows_its_definition() {
    let mut report = Report::new("adam");
    let mut random = Random::new(8);
    let sizes = [
        (1, 1),
        (0, 5),
        (63, 70),
        (257, 257),
        (256, 300),
        (70_000, 70_001),
    ];
    for (masked, all) in sizes {
        for (beta1, beta2) in [(0.0, 0.9), (0.5, 0.999)] {
            for mask_gradient in [false, true] {
                for averaging in [AveragingRule::None, AveragingRule::Ema, AveragingRule::Sema] {
                    for t in [1, 50_000] {
                        let step = AdamStep {
                            t,
                            lr: 2e-3,
                            beta1,
                            beta2,
                            eps: 1e-8,
                            mask_gradient,
                            averaging,
                            decay: 0.99,
                        };
                        let case = Case::new(step, masked, all, &mut random);
                        let name = format!("{masked} of {all} masked, {step:?}");
                        compare(&mut report, &name, &case.expected(), |d| case.run(d));
                    }
                }
            }
        }
    }
    report.finish();
}

/// Another owner may still use the state that a step starts from.
#[test]
fn a_step_leaves_other_owners_of_its_state_alone() {
    let mut random = Random::new(9);
    let step = AdamStep {
        t: 1,
        lr: 0.1,
        beta1: 0.5,
        beta2: 0.9,
        eps: 1e-8,
        mask_gradient: false,
        averaging: AveragingRule::Ema,
        decay: 0.5,
    };
    let values = random.values(100);
    for (on, device) in devices::all() {
        let shared = tensor(&values, [100], &device);
        let flat = Flat {
            weight: shared.clone(),
            m: shared.clone(),
            v: shared.clone().abs(),
            average: shared.clone(),
        };
        let after = flat.step(shared.clone(), tensor(&[1.0; 60], [60], &device), step);
        assert_ne!(host(after.weight), values, "{on}");
        assert_eq!(host(shared), values, "{on}");
    }
}
