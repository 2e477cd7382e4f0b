//! Real batches and latent vectors from the run's own streams.

use std::{collections::VecDeque, sync::Arc};

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    config::{Criterion, RunConfig},
    data::Dataset,
    event::SampleData,
    rng::Stream,
};

/// Samples `[n, channels, side, side]` and, if the run learns them, one-hot classes `[n, classes]`.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The samples.
    pub samples: Tensor<4>,
    /// Their classes.
    pub classes: Option<Tensor<2>>,
}

/// Batches from outside the streams, for comparing a run with another implementation. Each list is
/// used up from the front; then the streams take over.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Real batches `[batch_d, channels, side, side]`, one per critic step. A run that learns
    /// classes draws its own.
    pub real: VecDeque<Vec<f32>>,
    /// z of the critic steps, `[batch_d, z_dim]`.
    pub z_d: VecDeque<Vec<f32>>,
    /// z of the generator steps, `[batch_g, z_dim]`.
    pub z_g: VecDeque<Vec<f32>>,
}

/// Source of a run's real batches. Its cursor is part of a checkpoint.
#[derive(Clone, Debug)]
pub struct Feed {
    dataset: Arc<Dataset>,
    flip: bool,
    /// Number of classes that a batch is labelled with; 0 ignores labels.
    classes: usize,
    /// Images that training never sees; empty unless the criterion needs them.
    held_out: Vec<u32>,
    cursor: Cursor,
    /// Batches to use first.
    pub script: Script,
}

/// Progress of the feed through the data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor {
    stream: Stream,
    flips: Stream,
    order: Vec<u32>,
    next: usize,
    /// Stream of the held-out images; absent in older checkpoints, from before images were held
    /// out.
    #[serde(default)]
    held_out: Option<Stream>,
}

impl Feed {
    /// A feed from the start of the seed's first epoch.
    pub fn new(config: &RunConfig, dataset: Arc<Dataset>) -> Self {
        let cursor = Cursor {
            stream: Stream::new(config.seed, "batch"),
            flips: Stream::new(config.seed, "flip"),
            order: Vec::new(),
            next: 0,
            held_out: Some(Stream::new(config.seed, "held_out")),
        };
        Self {
            held_out: held_out(config, dataset.len()),
            dataset,
            flip: config.data.flip,
            classes: config.model.classes(),
            cursor,
            script: Script::default(),
        }
    }

    /// The data.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Channels and side of a sample; a 2-D point has two channels and one pixel.
    pub fn shape(&self) -> (usize, usize) {
        self.dataset.image_shape().unwrap_or((2, 1))
    }

    /// The feed's cursor.
    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Continues from a stored cursor.
    ///
    /// # Errors
    /// When the cursor belongs to other data.
    pub fn restore(&mut self, cursor: Cursor) -> Result<()> {
        let (stored, have) = (cursor.order.len(), self.training_len());
        if stored != 0 && stored != have {
            return Err(Error::Record(format!(
                "the run was trained on {stored} images, but {} has {have} now; use the same data",
                self.dataset.name()
            )));
        }
        let held_out = cursor.held_out.or(self.cursor.held_out.take());
        self.cursor = Cursor { held_out, ..cursor };
        Ok(())
    }

    /// Checks that the data have the shape and the classes that the model expects.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, config: &RunConfig) -> Result<()> {
        let (channels, side) = self.shape();
        let batch = config.batch_d;
        let count = self.training_len();
        if !self.dataset.is_empty() && count < batch {
            return Err(Error::Data(format!(
                "{}: {count} images are fewer than one batch of {batch}; lower batch_d",
                self.dataset.name()
            )));
        }
        if side > 1 && side != config.data.side {
            return Err(Error::Data(format!(
                "{}: images are {channels}x{side}x{side}, but data.side is {}",
                self.dataset.name(),
                config.data.side
            )));
        }
        let (wanted, has) = (config.model.classes(), self.dataset.classes().len());
        if wanted > 0 && wanted != has {
            let name = self.dataset.name();
            return Err(Error::Data(match has {
                0 => format!(
                    "{name}: the images have no classes, which a biggan learns; \
                     take labelled data (cifar10, mnist, fashion-mnist, a folder for each class) or an sngan preset"
                ),
                _ => format!(
                    "{name}: there are {has} classes, but model.biggan.classes is {wanted}; set it to {has}"
                ),
            }));
        }
        Ok(())
    }

    /// The next `n` real samples; a partial last batch of an epoch is dropped.
    pub fn batch(&mut self, n: usize, device: &Device) -> Batch {
        let scripted = match self.classes {
            0 => self.script.real.pop_front(),
            _ => None,
        };
        let mut labels = Vec::new();
        let values = scripted.unwrap_or_else(|| self.values(n, &mut labels));
        self.on_device(values, n, &labels, device)
    }

    /// Number of samples that training sees; 0 if they are drawn endlessly.
    fn training_len(&self) -> usize {
        self.dataset.len() - self.held_out.len()
    }

    /// `n` samples that training never sees. Points are drawn endlessly, so new ones serve.
    pub fn held_out(&mut self, n: usize, device: &Device) -> Batch {
        let mut stream = self.cursor.held_out.take().unwrap_or_else(|| {
            // An older checkpoint; its run held nothing out.
            Stream::new(0, "held_out")
        });
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        match &*self.dataset {
            Dataset::Mixture(mixture) => {
                values.resize(2 * n, 0.0);
                mixture.sample(stream.rng(), &mut values);
            }
            Dataset::Images(images) => {
                let stride = images.channels * images.side * images.side;
                values.resize(n * stride, 0.0);
                for out in values.chunks_exact_mut(stride) {
                    let image = self.held_out[stream.below(self.held_out.len())] as usize;
                    let flip = self.flip && stream.below(2) == 1;
                    images.write(image, flip, out);
                    labels.extend(images.labels.as_ref().map(|all| usize::from(all[image])));
                }
            }
        }
        self.cursor.held_out = Some(stream);
        self.on_device(values, n, &labels, device)
    }

    fn on_device(&self, values: Vec<f32>, n: usize, labels: &[usize], device: &Device) -> Batch {
        let (channels, side) = self.shape();
        Batch {
            samples: Tensor::from_data(TensorData::new(values, [n, channels, side, side]), device),
            classes: (self.classes > 0).then(|| one_hot(labels, self.classes, device)),
        }
    }

    /// Values of the next `n` samples. Their labels, if any, are pushed to `labels`.
    fn values(&mut self, n: usize, labels: &mut Vec<usize>) -> Vec<f32> {
        match &*self.dataset {
            Dataset::Mixture(mixture) => {
                let mut values = vec![0.0; 2 * n];
                mixture.sample(self.cursor.stream.rng(), &mut values);
                values
            }
            Dataset::Images(images) => {
                let c = &mut self.cursor;
                let stride = images.channels * images.side * images.side;
                let mut values = vec![0.0; n * stride];
                for (i, out) in values.chunks_exact_mut(stride).enumerate() {
                    let left = n - i;
                    if c.next >= c.order.len() || (i == 0 && left > c.order.len() - c.next) {
                        c.order = shuffled(images.len(), &self.held_out, &mut c.stream);
                        c.next = 0;
                    }
                    let flip = self.flip && c.flips.below(2) == 1;
                    let image = c.order[c.next] as usize;
                    images.write(image, flip, out);
                    if let Some(all) = &images.labels {
                        labels.push(usize::from(all[image]));
                    }
                    c.next += 1;
                }
                values
            }
        }
    }

    /// `n` real samples for display and for reference statistics; no stream moves.
    pub fn examples(&self, n: usize, seed: u64) -> SampleData {
        let mut copy = self.clone();
        copy.flip = false;
        copy.cursor.stream = Stream::new(seed, "examples");
        copy.cursor.order.clear();
        copy.cursor.next = 0;
        let (channels, side) = self.shape();
        let n = match self.dataset.len() {
            0 => n,
            all => n.min(all),
        };
        host_samples(copy.values(n, &mut Vec::new()), n, channels, side)
    }
}

/// Indices of the held-out images, rising. The draw does not depend on the run's seed, so all runs
/// of a comparison train on the same images.
fn held_out(config: &RunConfig, images: usize) -> Vec<u32> {
    if config.balance.criterion != Criterion::RV || images == 0 {
        return Vec::new();
    }
    let count = (config.balance.held_out * images as f64).round() as usize;
    let mut all = shuffled(images, &[], &mut Stream::new(0, "held_out.images"));
    all.truncate(count.clamp(1, images - 1));
    all.sort_unstable();
    all
}

/// The numbers below `n` in random order, without those in `but`, which is sorted.
fn shuffled(n: usize, but: &[u32], stream: &mut Stream) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32)
        .filter(|image| but.binary_search(image).is_err())
        .collect();
    for i in (1..order.len()).rev() {
        order.swap(i, stream.below(i + 1));
    }
    order
}

/// Values `[count, channels, side, side]` as points or images.
pub fn host_samples(values: Vec<f32>, count: usize, channels: usize, side: usize) -> SampleData {
    if side == 1 {
        SampleData::Points(values.chunks_exact(2).map(|p| [p[0], p[1]]).collect())
    } else {
        SampleData::Images {
            count,
            channels,
            side,
            pixels: values,
        }
    }
}

/// `[n, classes]`: 1 in the column of each label.
pub fn one_hot(labels: &[usize], classes: usize, device: &Device) -> Tensor<2> {
    let mut values = vec![0.0_f32; labels.len() * classes];
    for (row, &label) in values.chunks_exact_mut(classes).zip(labels) {
        row[label] = 1.0;
    }
    Tensor::from_data(TensorData::new(values, [labels.len(), classes]), device)
}

/// z `[n, z_dim, 1, 1]` from a stream, or from a script's next entry.
pub fn latent(
    stream: &mut Stream,
    script: Option<Vec<f32>>,
    n: usize,
    z_dim: usize,
    device: &Device,
) -> Tensor<4> {
    let values = script.unwrap_or_else(|| stream.normal(n * z_dim));
    Tensor::from_data(TensorData::new(values, [n, z_dim, 1, 1]), device)
}
