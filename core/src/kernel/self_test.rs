//! Compares every kernel with its plain definition on any device, for `tightrope doctor`.

mod convolution;
mod norm;
mod plain;
mod product;
mod spectral;
mod weights;

use burn::tensor::{Device, Tensor, TensorData};
use tightrope_shaders::{self as shaders, Kernel};

use crate::{Result, device::read, rng::Stream};

/// Share of a result's largest value up to which an error is rounding.
pub const TOLERANCE: f64 = 1e-4;

/// One check of the self-test.
pub struct Case {
    /// Name of the case.
    pub name: &'static str,
    /// WGSL kernels under test; on the CPU, their twins.
    pub kernels: &'static [Kernel],
    run: fn(&Device) -> Vec<Pair>,
}

/// Result of a kernel, and the values of its definition.
struct Pair {
    made: Tensor<1>,
    wanted: Vec<f64>,
}

impl Case {
    /// The largest error of any value, as a share of the largest value of its result. The kernel
    /// works if it is at most [`TOLERANCE`].
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

/// All cases; together they run every kernel of the registry.
pub static CASES: &[Case] = &[
    Case {
        name: "convolution",
        kernels: &[
            shaders::CONV2D_PACK,
            shaders::CONV2D_ENTRIES,
            shaders::CONV2D_SPARSE,
            shaders::CONV2D_DENSE,
            shaders::CONV2D_NARROW,
        ],
        run: convolution::forward,
    },
    Case {
        name: "convolution, gradient of the input",
        kernels: &[
            shaders::CONV2D_SPARSE,
            shaders::CONV2D_DENSE,
            shaders::CONV2D_NARROW,
        ],
        run: convolution::input,
    },
    Case {
        name: "convolution, gradient of the weight",
        kernels: &[
            shaders::CONV2D_SPARSE_GRAD,
            shaders::CONV2D_SHORT_GRAD,
            shaders::CONV2D_DENSE_GRAD,
            shaders::CONV2D_COLLECT,
        ],
        run: convolution::weight,
    },
    Case {
        name: "convolution, gradient of the bias",
        kernels: &[shaders::CHANNEL_SUMS],
        run: convolution::bias,
    },
    Case {
        name: "batch norm, statistics",
        kernels: &[shaders::CHANNEL_STATS],
        run: norm::statistics,
    },
    Case {
        name: "batch norm",
        kernels: &[shaders::BATCH_NORM_FORWARD],
        run: norm::forward,
    },
    Case {
        name: "batch norm, gradients of gain and bias",
        kernels: &[shaders::BATCH_NORM_SUMS],
        run: norm::sums,
    },
    Case {
        name: "batch norm, gradient of the input",
        kernels: &[shaders::BATCH_NORM_INPUT_GRAD],
        run: norm::input,
    },
    Case {
        name: "spectral norm",
        kernels: &[
            shaders::SPECTRAL_COLUMNS,
            shaders::SPECTRAL_ROWS,
            shaders::SPECTRAL_DIVIDE,
        ],
        run: spectral::forward,
    },
    Case {
        name: "spectral norm, gradient",
        kernels: &[shaders::SPECTRAL_PRODUCTS, shaders::SPECTRAL_GRAD],
        run: spectral::gradient,
    },
    Case {
        name: "product of matrices",
        kernels: &[shaders::PRODUCT],
        run: product::forward,
    },
    Case {
        name: "enlarging by two",
        kernels: &[shaders::UPSAMPLE],
        run: weights::enlarging,
    },
    Case {
        name: "pooling by two",
        kernels: &[shaders::DOWNSAMPLE],
        run: weights::pooling,
    },
    Case {
        name: "Adam, mask and average",
        kernels: &[shaders::ADAM],
        run: weights::adam,
    },
    Case {
        name: "top-k",
        kernels: &[
            shaders::TOPK_HISTOGRAM,
            shaders::TOPK_PICK,
            shaders::TOPK_TIE_COUNT,
            shaders::TOPK_SELECT,
        ],
        run: weights::selection,
    },
    Case {
        name: "sparse index",
        kernels: &[
            shaders::INDEX_COUNT,
            shaders::PREFIX_SUM,
            shaders::INDEX_FILL,
        ],
        run: weights::index,
    },
    Case {
        name: "mask",
        kernels: &[shaders::MASK_APPLY],
        run: weights::masking,
    },
];

/// Infinite if a value is missing or not a number, so that no failure looks small.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{self, DeviceChoice};

    #[test]
    fn every_kernel_of_the_registry_is_checked() {
        let mut checked: Vec<&str> = CASES
            .iter()
            .flat_map(|case| case.kernels.iter().map(|kernel| kernel.name))
            .collect();
        let mut all: Vec<&str> = shaders::KERNELS.iter().map(|kernel| kernel.name).collect();
        checked.sort_unstable();
        checked.dedup();
        all.sort_unstable();
        assert_eq!(checked, all);
    }

    /// Unit tests cut dispatches after very little work.
    #[test]
    fn parts_of_a_dispatch_make_the_whole() {
        let chosen = match pollster::block_on(device::open(DeviceChoice::Gpu(None))) {
            Ok(chosen) => chosen,
            Err(why) => {
                println!("skipped: no WGSL adapter ({why})");
                return;
            }
        };
        for case in CASES {
            let error = pollster::block_on(case.error(&chosen.device));
            let error = error.unwrap_or_else(|e| panic!("{}: {e}", case.name));
            assert!(error <= TOLERANCE, "{}: off by {error:.1e}", case.name);
        }
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
