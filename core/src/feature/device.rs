//! Runs networks on a burn device, such as a GPU, with burn's own operations.

use std::collections::HashMap;

use burn::tensor::{
    Device, Tensor, TensorData,
    activation::relu,
    module::{avg_pool2d, conv2d, max_pool2d},
    ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
};

use super::{
    Bytes, Resize,
    input::Input,
    network::{Layers, Network},
    plan::{Conv, Engine},
    weights::Weights,
};
use crate::{Result, device::read, progress::Progress};

/// Images in one pass: few enough that the largest maps fit into 128 MiB, which every adapter
/// binds.
const IMAGES: usize = 16;

/// A network's weights on a device.
pub struct OnDevice {
    device: Device,
    layers: HashMap<String, (Tensor<4>, Tensor<1>)>,
}

impl OnDevice {
    /// Takes the layers' tensors.
    ///
    /// # Errors
    /// When one is missing or of another shape.
    pub fn new(layers: &Layers, weights: &mut Weights, device: &Device) -> Result<Self> {
        let mut there = HashMap::new();
        for layer in &layers.layers {
            let folded = layers.fold(layer, weights)?;
            let [kh, kw] = layer.conv.kernel;
            let shape = [layer.conv.outputs, layer.inputs, kh, kw];
            let weight = Tensor::from_data(TensorData::new(folded.weight, shape), device);
            let bias = Tensor::from_data(TensorData::new(folded.bias, [shape[0]]), device);
            there.insert(layer.conv.name.clone(), (weight, bias));
        }
        Ok(Self {
            device: device.clone(),
            layers: there,
        })
    }

    /// Computes features `[n, dim]` of images.
    ///
    /// # Errors
    /// When the device fails, or `progress` cancels.
    pub async fn features(
        &self,
        network: Network,
        images: Bytes<'_>,
        resize: Resize,
        progress: &dyn Progress,
    ) -> Result<Vec<f32>> {
        let input = Input::new(network, resize, images.side);
        let (total, side) = (images.len(), network.side());
        let mut features = Vec::with_capacity(total * network.dim());
        for first in (0..total).step_by(IMAGES) {
            progress.at(first, total)?;
            let n = IMAGES.min(total - first);
            let mut values = vec![0.0; n * 3 * side * side];
            for (plane, out) in values.chunks_exact_mut(side * side).enumerate() {
                input.write(&images, first + plane / 3, plane % 3, out);
            }
            let x = Tensor::from_data(TensorData::new(values, [n, 3, side, side]), &self.device);
            features.extend(read(network.forward(&mut &*self, &x)).await?);
        }
        progress.at(total, total)?;
        Ok(features)
    }
}

impl Engine for &OnDevice {
    type Maps = Tensor<4>;

    fn conv(&mut self, conv: Conv, x: &Tensor<4>) -> Tensor<4> {
        let (weight, bias) = self.layers[&conv.name].clone();
        let options = ConvOptions::new([conv.stride; 2], conv.pad, [1, 1], 1);
        let y = conv2d(x.clone(), weight, Some(bias), options);
        if conv.relu { relu(y) } else { y }
    }

    fn max_pool(&mut self, x: &Tensor<4>, stride: usize, pad: usize) -> Tensor<4> {
        let options = MaxPoolOptions::new([3, 3])
            .with_stride([stride; 2])
            .with_padding([pad; 2]);
        max_pool2d(x.clone(), options)
    }

    fn mean_pool(&mut self, x: &Tensor<4>) -> Tensor<4> {
        let options = AvgPoolOptions::new([3, 3])
            .with_stride([1, 1])
            .with_padding([1, 1])
            .with_count_include_pad(false);
        avg_pool2d(x.clone(), options)
    }

    fn concat(&mut self, parts: Vec<Tensor<4>>) -> Tensor<4> {
        Tensor::cat(parts, 1)
    }

    fn add_relu(&mut self, a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
        relu(a.clone() + b.clone())
    }

    fn shortcut(&mut self, x: &Tensor<4>, channels: usize) -> Tensor<4> {
        let [n, own, h, w] = x.dims();
        let x = x
            .clone()
            .slice_dim(2, burn::tensor::Slice::new(0, Some(h as isize), 2));
        let x = x.slice_dim(3, burn::tensor::Slice::new(0, Some(w as isize), 2));
        let before = (channels - own) / 2;
        let zeros = |count| Tensor::zeros([n, count, h.div_ceil(2), w.div_ceil(2)], &self.device);
        Tensor::cat(vec![zeros(before), x, zeros(channels - own - before)], 1)
    }

    fn mean(&mut self, x: &Tensor<4>) -> Tensor<4> {
        x.clone().mean_dim(2).mean_dim(3)
    }
}
