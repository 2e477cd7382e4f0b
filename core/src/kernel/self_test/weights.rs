//! Cases of the kernels that work value by value or weight by weight.

use burn::tensor::{Device, Int, Tensor};

use super::{Pair, coins, flat, normal, plain, tensor};
use crate::{
    config::AveragingRule,
    kernel::{
        adam::{AdamStep, Flat},
        index::{LayerSlice, build_index},
        mask::mask_apply,
        resample::{mean_pool2, upsample2},
        select::top_k,
    },
    rng::Stream,
    sparse::select::{Candidates, Group},
};

pub fn enlarging(device: &Device) -> Vec<Pair> {
    let x = normal(2 * 3 * 5 * 4, "x");
    vec![Pair {
        made: flat(upsample2(tensor(&x, [2, 3, 5, 4], device))),
        wanted: plain::enlarged(&x, 5, 4),
    }]
}

pub fn pooling(device: &Device) -> Vec<Pair> {
    let x = normal(2 * 3 * 7 * 6, "x");
    vec![Pair {
        made: flat(mean_pool2(tensor(&x, [2, 3, 7, 6], device))),
        wanted: plain::pooled(&x, 7, 6),
    }]
}

pub fn adam(device: &Device) -> Vec<Pair> {
    const PARAMETERS: usize = 1000;
    let step = AdamStep {
        t: 3,
        lr: 0.01,
        beta1: 0.5,
        beta2: 0.9,
        eps: 1e-8,
        mask_gradient: true,
        averaging: AveragingRule::Sema,
        decay: 0.99,
    };
    let mask = coins(700, 0.5, "mask");
    let before = plain::Adam {
        weight: normal(PARAMETERS, "weight"),
        grad: normal(PARAMETERS, "grad"),
        m: normal(PARAMETERS, "m"),
        v: Stream::new(1, "v").uniform(PARAMETERS),
        average: coins(PARAMETERS, 0.7, "average"),
    };
    let vector = |values: &[f32]| tensor(values, [values.len()], device);
    let made = Flat {
        weight: vector(&before.weight),
        m: vector(&before.m),
        v: vector(&before.v),
        average: vector(&before.average),
    }
    .step(vector(&before.grad), vector(&mask), step);
    let wanted = before.step(&step, &mask);
    [made.weight, made.m, made.v, made.average]
        .into_iter()
        .zip(wanted)
        .map(|(made, wanted)| Pair { made, wanted })
        .collect()
}

pub fn selection(device: &Device) -> Vec<Pair> {
    const WEIGHTS: usize = 9001;
    // Coarse scores, so that many are equal.
    let scores = normal(WEIGHTS, "scores");
    let scores: Vec<f32> = scores.iter().map(|s| (s * 50.0).round()).collect();
    let mask = coins(WEIGHTS, 0.4, "mask");
    let half = WEIGHTS / 2;
    let group = |start, len, k| Group { start, len, k };
    let groupings = [
        vec![group(0, WEIGHTS, 1234)],
        vec![group(0, half, 77), group(half, WEIGHTS - half, 2000)],
    ];
    let mut pairs = Vec::new();
    for groups in groupings {
        for candidates in [Candidates::Active, Candidates::Inactive] {
            pairs.push(Pair {
                made: top_k(
                    tensor(&scores, [WEIGHTS], device),
                    tensor(&mask, [WEIGHTS], device),
                    candidates,
                    &groups,
                ),
                wanted: plain::selected(&scores, &mask, candidates, &groups),
            });
        }
    }
    pairs
}

pub fn index(device: &Device) -> Vec<Pair> {
    let layer = LayerSlice {
        start: 11,
        out: 6,
        inputs: 70,
        taps: 9,
    };
    let mask = coins(layer.start + layer.size() + 5, 0.2, "mask");
    let own = &mask[layer.start..layer.start + layer.size()];
    let active = own.iter().filter(|m| **m > 0.0).count();
    let made = build_index(tensor(&mask, [mask.len()], device), layer, active);
    let float = |integers: Tensor<1, Int>| integers.float();
    let made = [made.row_ptr, made.row_pos, made.col_ptr, made.col_pos].map(float);
    made.into_iter()
        .zip(plain::index(own, layer))
        .map(|(made, wanted)| Pair { made, wanted })
        .collect()
}

pub fn masking(device: &Device) -> Vec<Pair> {
    let (values, mask) = (normal(600, "values"), coins(515, 0.5, "mask"));
    let wanted = values.iter().enumerate().map(|(i, &value)| {
        let live = mask.get(i).is_none_or(|&m| m > 0.0);
        if live { f64::from(value) } else { 0.0 }
    });
    vec![Pair {
        made: mask_apply(tensor(&values, [600], device), tensor(&mask, [515], device)),
        wanted: wanted.collect(),
    }]
}
