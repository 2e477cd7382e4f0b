//! Runs networks on the CPU: each thread takes a few images through the whole network.

mod conv;
mod pool;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use rayon::prelude::*;

use super::{
    Bytes, Resize,
    input::Input,
    network::{Layers, Network},
    plan::{Conv, Engine},
    weights::Weights,
};
use crate::{Result, progress::Progress};
use conv::Packed;

/// Images that a thread takes at once, so that a layer's weights are not read anew for each.
const IMAGES: usize = 4;

/// A batch of maps, channel by channel.
#[derive(Clone, Debug)]
pub struct Maps {
    channels: usize,
    n: usize,
    h: usize,
    w: usize,
    /// `[channels, n, h, w]`, then as many more as kernels read beyond the end.
    values: Vec<f32>,
}

impl Maps {
    /// Maps of zeros.
    fn new(channels: usize, n: usize, h: usize, w: usize) -> Self {
        Self {
            channels,
            n,
            h,
            w,
            values: vec![0.0; channels * n * h * w + conv::SLACK],
        }
    }

    /// Values of one channel.
    fn plane(&self) -> usize {
        self.n * self.h * self.w
    }

    /// All values, without the slack behind them.
    fn all(&self) -> &[f32] {
        &self.values[..self.channels * self.plane()]
    }

    fn all_mut(&mut self) -> &mut [f32] {
        let len = self.channels * self.plane();
        &mut self.values[..len]
    }
}

/// A network's weights, packed.
pub struct Host {
    layers: HashMap<String, Packed>,
}

impl Host {
    /// Takes the layers' tensors.
    ///
    /// # Errors
    /// When one is missing or of another shape.
    pub fn new(layers: &Layers, weights: &mut Weights) -> Result<Self> {
        let mut packed = HashMap::new();
        for layer in &layers.layers {
            let folded = layers.fold(layer, weights)?;
            let conv = Packed::new(
                layer.conv.clone(),
                layer.inputs,
                &folded.weight,
                folded.bias,
            );
            packed.insert(layer.conv.name.clone(), conv);
        }
        Ok(Self { layers: packed })
    }

    /// Computes features `[n, dim]` of images.
    ///
    /// # Errors
    /// When `progress` cancels.
    pub fn features(
        &self,
        network: Network,
        images: Bytes,
        resize: Resize,
        progress: &dyn Progress,
    ) -> Result<Vec<f32>> {
        let input = Input::new(network, resize, images.side);
        let (total, done) = (images.len(), AtomicUsize::new(0));
        let mut features = vec![0.0; total * network.dim()];
        progress.at(0, total)?;
        features
            .par_chunks_mut(IMAGES * network.dim())
            .enumerate()
            .try_for_each(|(chunk, out)| {
                let n = out.len() / network.dim();
                let mut x = Maps::new(3, n, network.side(), network.side());
                for (plane, out) in x
                    .all_mut()
                    .chunks_exact_mut(network.side().pow(2))
                    .enumerate()
                {
                    input.write(&images, chunk * IMAGES + plane % n, plane / n, out);
                }
                let y = network.forward(&mut &*self, &x);
                for (channel, values) in y.all().chunks_exact(n).enumerate() {
                    for (image, value) in values.iter().enumerate() {
                        out[image * network.dim() + channel] = *value;
                    }
                }
                progress.at(done.fetch_add(n, Ordering::Relaxed) + n, total)
            })?;
        Ok(features)
    }
}

impl Engine for &Host {
    type Maps = Maps;

    fn conv(&mut self, conv: Conv, x: &Maps) -> Maps {
        conv::apply(&self.layers[&conv.name], x)
    }

    fn max_pool(&mut self, x: &Maps, stride: usize, pad: usize) -> Maps {
        pool::max(x, stride, pad)
    }

    fn mean_pool(&mut self, x: &Maps) -> Maps {
        pool::mean(x)
    }

    fn concat(&mut self, parts: Vec<Maps>) -> Maps {
        let channels = parts.iter().map(|part| part.channels).sum();
        let Some(first) = parts.first() else {
            return Maps::new(0, 0, 0, 0);
        };
        let mut values = Vec::with_capacity(channels * first.plane() + conv::SLACK);
        parts
            .iter()
            .for_each(|part| values.extend_from_slice(part.all()));
        values.resize(values.len() + conv::SLACK, 0.0);
        Maps {
            channels,
            values,
            ..*first
        }
    }

    fn add_relu(&mut self, a: &Maps, b: &Maps) -> Maps {
        let mut sum = a.clone();
        sum.values
            .iter_mut()
            .zip(&b.values)
            .for_each(|(a, b)| *a = (*a + b).max(0.0));
        sum
    }

    fn shortcut(&mut self, x: &Maps, channels: usize) -> Maps {
        let mut y = Maps::new(channels, x.n, x.h.div_ceil(2), x.w.div_ceil(2));
        let before = (channels - x.channels) / 2 * y.n * y.h;
        let width = y.w;
        let rows = y.all_mut().chunks_exact_mut(width).skip(before);
        let from = x
            .all()
            .chunks_exact(x.h * x.w)
            .flat_map(|image| image.chunks_exact(x.w).step_by(2));
        for (row, from) in rows.zip(from) {
            row.iter_mut()
                .zip(from.iter().step_by(2))
                .for_each(|(to, from)| *to = *from);
        }
        y
    }

    fn mean(&mut self, x: &Maps) -> Maps {
        let mut y = Maps::new(x.channels, x.n, 1, 1);
        let area = x.h * x.w;
        for (mean, pixels) in y.all_mut().iter_mut().zip(x.all().chunks_exact(area)) {
            *mean = pixels.iter().sum::<f32>() / area as f32;
        }
        y
    }
}
