//! Times the masked convolution direction by direction and density by density, for
//! `tightrope bench kernels`.

use burn::{
    backend::Dispatch,
    tensor::{Device, Tensor, TensorData},
};
use serde::Serialize;
use web_time::Instant;

use super::{
    choice::{Choice, Kernel},
    conv2d::{Conv2dOps, masked_conv2d},
    index::{LayerSlice, SparseIndex, build_index},
};
use crate::{
    Result,
    config::{Crossover, LayerClass, NEVER},
    device::read,
    rng::Stream,
};

/// A pass through a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The layer's output.
    Forward,
    /// Gradient of its input.
    InputGradient,
    /// Gradient of its active weights.
    WeightGradient,
}

/// Every direction.
pub const DIRECTIONS: [Direction; 3] = [
    Direction::Forward,
    Direction::InputGradient,
    Direction::WeightGradient,
];

/// A layer with its batch; a linear layer is a convolution of one pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Images.
    pub batch: usize,
    /// Input channels or features.
    pub inputs: usize,
    /// Output channels or features.
    pub outputs: usize,
    /// Side of the images in pixels.
    pub side: usize,
    /// Side of the kernel in pixels.
    pub kernel: usize,
}

impl Layer {
    const fn new(batch: usize, inputs: usize, outputs: usize, side: usize, kernel: usize) -> Self {
        Self {
            batch,
            inputs,
            outputs,
            side,
            kernel,
        }
    }

    /// Multiplications and additions of one pass over `active` weights.
    pub fn flops(&self, active: usize) -> f64 {
        2.0 * (active * self.batch * self.side * self.side) as f64
    }
}

/// Layers of the SNGAN family, from the small presets to the papers' size, and its widest linear
/// layer.
pub const LAYERS: [Layer; 6] = [
    Layer::new(32, 32, 32, 16, 3),
    Layer::new(16, 64, 64, 16, 3),
    Layer::new(16, 128, 128, 16, 3),
    Layer::new(8, 256, 256, 32, 3),
    Layer::new(8, 256, 256, 32, 1),
    Layer::new(64, 128, 4096, 1, 1),
];

/// Densities at which the sparse kernels are timed.
pub const DENSITIES: [f64; 5] = [1.0, 0.5, 0.2, 0.1, 0.05];

/// One measurement.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Timing {
    /// Active weights.
    pub active: usize,
    /// Median seconds of one pass.
    pub seconds: f64,
    /// Shortest time of one pass, in seconds.
    pub least: f64,
    /// Useful work, of active weights only, in 10^9 operations a second.
    pub gflops: f64,
}

const FEWEST: usize = 3;

/// A layer ready to be timed at one density.
pub struct Prepared {
    layer: Layer,
    x: Tensor<4>,
    dy: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    index: SparseIndex,
}

impl Prepared {
    /// Puts random values and a random mask on the device.
    pub fn new(layer: Layer, density: f64, device: &Device) -> Self {
        let mut stream = Stream::new(1, "measure");
        let mut maps = |channels: usize| {
            let shape = [layer.batch, channels, layer.side, layer.side];
            let values = stream.normal(shape.iter().product());
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        let (x, dy) = (maps(layer.inputs), maps(layer.outputs));
        let shape = [layer.outputs, layer.inputs, layer.kernel, layer.kernel];
        let size = shape.iter().product();
        let chance = density as f32;
        let mask: Vec<f32> = stream
            .uniform(size)
            .into_iter()
            .map(|u| f32::from(u < chance))
            .collect();
        let active = mask.iter().filter(|m| **m > 0.0).count();
        let mask = Tensor::<1>::from_data(TensorData::new(mask, [size]), device);
        let slice = LayerSlice {
            start: 0,
            out: layer.outputs,
            inputs: layer.inputs,
            taps: layer.kernel * layer.kernel,
        };
        Self {
            layer,
            x,
            dy,
            index: build_index(mask.clone(), slice, active),
            weight: mask.reshape(shape) * 0.1,
            bias: Tensor::zeros([layer.outputs], device),
        }
    }

    /// Useful multiply-adds of one pass.
    pub fn multiply_adds(&self) -> u64 {
        (self.layer.flops(self.index.nnz) / 2.0) as u64
    }

    /// Times one direction with one kernel, repeatedly for `patience` seconds.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn time(
        &self,
        direction: Direction,
        kernel: Kernel,
        patience: f64,
    ) -> Result<Timing> {
        // The first pass compiles the kernel.
        self.pass(direction, kernel).await?;
        let mut seconds = Vec::new();
        while seconds.len() < FEWEST || seconds.iter().sum::<f64>() < patience {
            let start = Instant::now();
            self.pass(direction, kernel).await?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        Ok(Timing {
            active: self.index.nnz,
            seconds: median,
            least: seconds[0],
            gflops: self.layer.flops(self.index.nnz) / median / 1e9,
        })
    }

    /// Runs one pass and waits for it.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn pass(&self, direction: Direction, kernel: Kernel) -> Result<()> {
        let (x, dy, weight) = (self.x.clone(), self.dy.clone(), self.weight.clone());
        let index = self.index.clone();
        let result = match direction {
            Direction::Forward => {
                masked_conv2d(x, weight, self.bias.clone(), &index, Choice::all(kernel))
            }
            Direction::InputGradient => Tensor::from_dispatch(Dispatch::conv2d_input_grad(
                dy.into_dispatch(),
                weight.into_dispatch(),
                index.col_ptr.into_dispatch(),
                index.col_pos.into_dispatch(),
                kernel,
            )),
            Direction::WeightGradient => Tensor::from_dispatch(Dispatch::conv2d_weight_grad(
                x.into_dispatch(),
                dy.into_dispatch(),
                index.row_ptr.into_dispatch(),
                index.row_pos.into_dispatch(),
                self.layer.kernel,
                kernel,
            )),
        };
        // Reads one value back, which waits for the whole pass.
        read(result.slice([0..1, 0..1, 0..1, 0..1])).await?;
        Ok(())
    }
}

/// A typical layer of each class.
const TYPICAL: [(LayerClass, Layer); 3] = [
    (LayerClass::Conv, Layer::new(16, 64, 64, 16, 3)),
    (LayerClass::Pointwise, Layer::new(16, 64, 64, 16, 1)),
    (LayerClass::Linear, Layer::new(64, 128, 512, 1, 1)),
];

/// Densities between which the time of a sparse kernel is taken to be linear.
const ENDS: [f64; 2] = [0.2, 0.8];

/// Seconds of timing per kernel.
const GLANCE: f64 = 0.02;

/// Measures the densities at which a device's dense kernels overtake its sparse ones: about a
/// second of work.
///
/// # Errors
/// When the device fails.
pub async fn crossover(device: &Device) -> Result<Crossover> {
    let mut found = Crossover::typical(false);
    for (class, layer) in TYPICAL {
        let [few, many] = ENDS.map(|density| Prepared::new(layer, density, device));
        let of = found.of_mut(class);
        for (direction, density) in [
            (Direction::Forward, &mut of.forward),
            (Direction::InputGradient, &mut of.input_grad),
            (Direction::WeightGradient, &mut of.weight_grad),
        ] {
            let dense = many.time(direction, Kernel::Dense, GLANCE).await?;
            let sparse = [
                few.time(direction, Kernel::Sparse, GLANCE).await?.least,
                many.time(direction, Kernel::Sparse, GLANCE).await?.least,
            ];
            *density = meeting(sparse, dense.least);
        }
    }
    Ok(found)
}

/// The density at which a sparse kernel, with times of `sparse` seconds at [`ENDS`], takes as long
/// as the dense one.
fn meeting(sparse: [f64; 2], dense: f64) -> f64 {
    let slope = (sparse[1] - sparse[0]) / (ENDS[1] - ENDS[0]);
    let density = if slope > 0.0 {
        ENDS[0] + (dense - sparse[0]) / slope
    } else if dense < sparse[0] {
        0.0
    } else {
        NEVER
    };
    // Two digits, so that the recorded value is the one in use.
    (density.clamp(0.0, NEVER) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_where_both_kernels_take_as_long() {
        assert_eq!(meeting([0.2, 0.8], 0.5), 0.5);
        assert_eq!(meeting([0.2, 0.8], 0.9), 0.9);
        assert_eq!(meeting([0.2, 0.8], 5.0), NEVER);
        assert_eq!(meeting([0.5, 0.8], 0.1), 0.0);
        assert_eq!(meeting([0.5, 0.5], 0.1), 0.0);
        assert_eq!(meeting([0.5, 0.5], 0.9), NEVER);
    }
}
