//! Every kernel against its plain definition, on any device: what `tightrope doctor` runs.

mod plain;

use burn::{
    backend::Dispatch,
    tensor::{Device, Int, Tensor, TensorData},
};
use tightrope_shaders::{self as shaders, Kernel};

use super::{
    adam::{AdamStep, Flat},
    batch_norm::{BatchNormOps, batch_norm, channel_stats},
    conv2d::{Conv2dOps, masked_conv2d},
    cpu::{batch_norm::Maps, conv2d::Conv2dShape},
    index::{LayerSlice, SparseIndex, build_index},
    mask::mask_apply,
    resample::{mean_pool2, upsample2},
    select::top_k,
};
use crate::{
    Result,
    config::AveragingRule,
    device::read,
    rng::Stream,
    sparse::select::{Candidates, Group},
};

/// Errors up to this share of a result's largest value are rounding.
pub const TOLERANCE: f64 = 1e-4;

/// One check of the self-test.
pub struct Case {
    /// What is checked.
    pub name: &'static str,
    /// The WGSL kernels behind it; on the CPU their twins.
    pub kernels: &'static [Kernel],
    run: fn(&Device) -> Vec<Pair>,
}

/// What a kernel made, and what its definition says.
struct Pair {
    made: Tensor<1>,
    wanted: Vec<f64>,
}

impl Case {
    /// The largest error of any value, as a share of the largest value of its result; not above [`TOLERANCE`] where
    /// the kernel works.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn error(&self, device: &Device) -> Result<f64> {
        let mut worst = 0.0_f64;
        for pair in (self.run)(device) {
            worst = worst.max(relative_error(&read(pair.made).await?, &pair.wanted));
        }
        Ok(worst)
    }
}

/// All checks; together they run every kernel of the registry.
pub static CASES: &[Case] = &[
    Case {
        name: "convolution",
        kernels: &[shaders::CONV2D_FORWARD],
        run: convolution,
    },
    Case {
        name: "convolution, gradient of the input",
        kernels: &[shaders::CONV2D_INPUT_GRAD],
        run: convolution_input,
    },
    Case {
        name: "convolution, gradient of the weight",
        kernels: &[shaders::CONV2D_WEIGHT_GRAD],
        run: convolution_weight,
    },
    Case {
        name: "batch norm, statistics",
        kernels: &[shaders::CHANNEL_STATS],
        run: norm_statistics,
    },
    Case {
        name: "batch norm",
        kernels: &[shaders::BATCH_NORM_FORWARD],
        run: norm,
    },
    Case {
        name: "batch norm, gradients of gain and bias",
        kernels: &[shaders::BATCH_NORM_SUMS],
        run: norm_sums,
    },
    Case {
        name: "batch norm, gradient of the input",
        kernels: &[shaders::BATCH_NORM_INPUT_GRAD],
        run: norm_input,
    },
    Case {
        name: "enlarging by two",
        kernels: &[shaders::UPSAMPLE],
        run: enlarging,
    },
    Case {
        name: "pooling by two",
        kernels: &[shaders::DOWNSAMPLE],
        run: pooling,
    },
    Case {
        name: "Adam, mask and average",
        kernels: &[shaders::ADAM],
        run: adam,
    },
    Case {
        name: "top-k",
        kernels: &[
            shaders::TOPK_HISTOGRAM,
            shaders::TOPK_PICK,
            shaders::TOPK_TIE_COUNT,
            shaders::TOPK_SELECT,
        ],
        run: selection,
    },
    Case {
        name: "sparse index",
        kernels: &[
            shaders::INDEX_COUNT,
            shaders::PREFIX_SUM,
            shaders::INDEX_FILL,
        ],
        run: index,
    },
    Case {
        name: "mask",
        kernels: &[shaders::MASK_APPLY],
        run: masking,
    },
];

/// Infinite where a value is missing or not a number, so that nothing wrong looks small.
fn relative_error(made: &[f32], wanted: &[f64]) -> f64 {
    if made.len() != wanted.len() {
        return f64::INFINITY;
    }
    let scale = wanted.iter().fold(1e-6_f64, |max, v| max.max(v.abs()));
    let errors = made.iter().zip(wanted).map(|(&a, b)| {
        let error = (f64::from(a) - b).abs() / scale;
        if error.is_finite() {
            error
        } else {
            f64::INFINITY
        }
    });
    errors.fold(0.0, f64::max)
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let n = tensor.shape().num_elements();
    tensor.reshape([n])
}

fn normal(n: usize, name: &str) -> Vec<f32> {
    Stream::new(1, name).normal(n)
}

fn coins(n: usize, share: f32, name: &str) -> Vec<f32> {
    let draws = Stream::new(1, name).uniform(n);
    draws.into_iter().map(|u| f32::from(u < share)).collect()
}

/// A masked convolution with everything its three kernels take.
struct Conv {
    shape: Conv2dShape,
    x: Vec<f32>,
    dy: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    mask: Vec<f32>,
    index: SparseIndex,
}

impl Conv {
    /// Odd sizes, and a linear layer: none fills its last workgroup.
    fn all(device: &Device) -> [Self; 2] {
        let image = Conv2dShape {
            n: 3,
            c_in: 5,
            c_out: 7,
            h: 9,
            w: 6,
            k: 3,
        };
        let linear = Conv2dShape {
            n: 4,
            c_in: 65,
            c_out: 33,
            h: 1,
            w: 1,
            k: 1,
        };
        [image, linear].map(|shape| Self::new(shape, device))
    }

    fn new(shape: Conv2dShape, device: &Device) -> Self {
        let s = shape;
        let (row, area) = (s.c_in * s.k * s.k, s.h * s.w);
        let mut mask = coins(s.c_out * row, 0.3, "mask");
        // An output that nothing feeds.
        mask[row..2 * row].fill(0.0);
        let mut weight = normal(mask.len(), "weight");
        weight.iter_mut().zip(&mask).for_each(|(w, m)| *w *= m);
        let layer = LayerSlice {
            start: 0,
            out: s.c_out,
            inputs: s.c_in,
            taps: s.k * s.k,
        };
        let active = mask.iter().filter(|m| **m > 0.0).count();
        Self {
            index: build_index(tensor(&mask, [mask.len()], device), layer, active),
            x: normal(s.n * s.c_in * area, "x"),
            dy: normal(s.n * s.c_out * area, "dy"),
            bias: normal(s.c_out, "bias"),
            shape,
            weight,
            mask,
        }
    }

    fn x(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.x, [s.n, s.c_in, s.h, s.w], device)
    }

    fn dy(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.dy, [s.n, s.c_out, s.h, s.w], device)
    }

    fn weight(&self, device: &Device) -> Tensor<4> {
        let s = self.shape;
        tensor(&self.weight, [s.c_out, s.c_in, s.k, s.k], device)
    }
}

fn convolution(device: &Device) -> Vec<Pair> {
    let pair = |conv: Conv| {
        let bias = tensor(&conv.bias, [conv.shape.c_out], device);
        let (x, weight) = (conv.x(device), conv.weight(device));
        Pair {
            made: flat(masked_conv2d(x, weight, bias, &conv.index, false)),
            wanted: plain::convolution(conv.shape, &conv.x, &conv.weight, &conv.bias),
        }
    };
    Conv::all(device).map(pair).into()
}

fn convolution_input(device: &Device) -> Vec<Pair> {
    let pair = |conv: Conv| {
        let made = Tensor::<4>::from_dispatch(Dispatch::conv2d_input_grad(
            conv.dy(device).into_dispatch(),
            conv.weight(device).into_dispatch(),
            conv.index.col_ptr.into_dispatch(),
            conv.index.col_pos.into_dispatch(),
        ));
        Pair {
            made: flat(made),
            wanted: plain::convolution_input(conv.shape, &conv.dy, &conv.weight),
        }
    };
    Conv::all(device).map(pair).into()
}

fn convolution_weight(device: &Device) -> Vec<Pair> {
    let pairs = |conv: Conv| {
        [false, true].map(|every| {
            let made = Tensor::<4>::from_dispatch(Dispatch::conv2d_weight_grad(
                conv.x(device).into_dispatch(),
                conv.dy(device).into_dispatch(),
                conv.index.row_ptr.clone().into_dispatch(),
                conv.index.row_pos.clone().into_dispatch(),
                conv.shape.k,
                every,
            ));
            let mut wanted = plain::convolution_weight(conv.shape, &conv.x, &conv.dy);
            if !every {
                let live = conv.mask.iter().map(|&m| f64::from(m));
                wanted.iter_mut().zip(live).for_each(|(w, m)| *w *= m);
            }
            Pair {
                made: flat(made),
                wanted,
            }
        })
    };
    Conv::all(device).into_iter().flat_map(pairs).collect()
}

const EPS: f32 = 1e-5;
const SLOPE: f32 = 0.1;
const MAPS: Maps = Maps {
    n: 3,
    channels: 5,
    area: 7 * 6,
};

/// Batch norm with everything its four kernels take.
struct Norm {
    x: Vec<f32>,
    dy: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    stats: Vec<f64>,
    y: Vec<f64>,
    sums: Vec<f64>,
}

impl Norm {
    fn new() -> Self {
        let values = MAPS.n * MAPS.channels * MAPS.area;
        // Far from zero, where a careless variance cancels.
        let x: Vec<f32> = normal(values, "x").into_iter().map(|v| v + 3.0).collect();
        let (dy, gamma) = (normal(values, "dy"), normal(MAPS.channels, "gamma"));
        let beta = normal(MAPS.channels, "beta");
        let stats = plain::statistics(MAPS, &x);
        let y = plain::norm(MAPS, &x, &stats, &gamma, &beta);
        let sums = plain::norm_sums(MAPS, &x, &y, &dy, &stats);
        Self {
            x,
            dy,
            gamma,
            beta,
            stats,
            y,
            sums,
        }
    }

    fn maps(values: &[f32], device: &Device) -> Tensor<4> {
        tensor(values, [MAPS.n, MAPS.channels, 7, 6], device)
    }

    fn rows(values: &[f64], device: &Device) -> Tensor<2> {
        tensor(&single(values), [2, MAPS.channels], device)
    }
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

fn norm_statistics(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    vec![Pair {
        made: flat(channel_stats(&Norm::maps(&norm.x, device))),
        wanted: norm.stats,
    }]
}

fn norm(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = batch_norm(
        Norm::maps(&norm.x, device),
        Norm::rows(&norm.stats, device),
        tensor(&norm.gamma, [MAPS.channels], device),
        tensor(&norm.beta, [MAPS.channels], device),
        EPS,
        SLOPE,
    );
    vec![Pair {
        made: flat(made),
        wanted: norm.y,
    }]
}

fn norm_sums(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = Tensor::<2>::from_dispatch(Dispatch::batch_norm_sums(
        Norm::maps(&norm.x, device).into_dispatch(),
        Norm::maps(&single(&norm.y), device).into_dispatch(),
        Norm::maps(&norm.dy, device).into_dispatch(),
        Norm::rows(&norm.stats, device).into_dispatch(),
        EPS,
        SLOPE,
    ));
    vec![Pair {
        made: flat(made),
        wanted: norm.sums,
    }]
}

fn norm_input(device: &Device) -> Vec<Pair> {
    let norm = Norm::new();
    let made = Tensor::<4>::from_dispatch(Dispatch::batch_norm_input_grad(
        Norm::maps(&norm.x, device).into_dispatch(),
        Norm::maps(&single(&norm.y), device).into_dispatch(),
        Norm::maps(&norm.dy, device).into_dispatch(),
        Norm::rows(&norm.stats, device).into_dispatch(),
        tensor(&norm.gamma, [MAPS.channels], device).into_dispatch(),
        Norm::rows(&norm.sums, device).into_dispatch(),
        EPS,
        SLOPE,
    ));
    let wanted = plain::norm_input(
        MAPS,
        &norm.x,
        &norm.y,
        &norm.dy,
        &norm.stats,
        &norm.gamma,
        &norm.sums,
    );
    vec![Pair {
        made: flat(made),
        wanted,
    }]
}

fn enlarging(device: &Device) -> Vec<Pair> {
    let x = normal(2 * 3 * 5 * 4, "x");
    vec![Pair {
        made: flat(upsample2(tensor(&x, [2, 3, 5, 4], device))),
        wanted: plain::enlarged(&x, 5, 4),
    }]
}

fn pooling(device: &Device) -> Vec<Pair> {
    let x = normal(2 * 3 * 7 * 6, "x");
    vec![Pair {
        made: flat(mean_pool2(tensor(&x, [2, 3, 7, 6], device))),
        wanted: plain::pooled(&x, 7, 6),
    }]
}

fn adam(device: &Device) -> Vec<Pair> {
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

fn selection(device: &Device) -> Vec<Pair> {
    const WEIGHTS: usize = 9001;
    // Coarse, so that many scores are equal.
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

fn index(device: &Device) -> Vec<Pair> {
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

fn masking(device: &Device) -> Vec<Pair> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_of_the_registry_is_checked_once() {
        let mut checked: Vec<&str> = CASES
            .iter()
            .flat_map(|case| case.kernels.iter().map(|kernel| kernel.name))
            .collect();
        let mut all: Vec<&str> = shaders::KERNELS.iter().map(|kernel| kernel.name).collect();
        checked.sort_unstable();
        all.sort_unstable();
        assert_eq!(checked, all);
    }

    #[test]
    fn an_error_is_relative_to_the_largest_value_and_never_lost() {
        assert_eq!(relative_error(&[1.0, 8.5], &[1.0, 8.0]), 0.0625);
        assert_eq!(relative_error(&[], &[]), 0.0);
        for made in [&[f32::NAN, 8.0][..], &[f32::INFINITY, 8.0], &[1.0]] {
            assert_eq!(relative_error(made, &[1.0, 8.0]), f64::INFINITY);
        }
    }
}
