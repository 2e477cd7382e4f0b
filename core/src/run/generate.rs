//! Generates samples on the host. Training is not disturbed.

use super::{
    Classes, Run,
    classes::Batches,
    feed::{latent, one_hot},
    host_samples,
};
use crate::{
    Error, Result, config::SAMPLE_BATCH, device::read, event::SampleData, layer::NormStatistics,
    net::Leaves, rng::Stream,
};

/// Description of the samples to draw.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    /// Classes of the samples; ignored by a run that learns none.
    pub classes: Classes,
    /// Number of samples.
    pub count: usize,
    /// Stream of their z.
    pub stream: &'a str,
    /// Whether the averaged generator makes them, if the run keeps one.
    pub averaged: bool,
    /// Statistics that batch norm uses.
    pub norm: NormStatistics,
}

impl Run {
    /// Generates samples of z from stream `stream`, live or averaged. If the run learns classes,
    /// they are random.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn generate(
        &mut self,
        count: usize,
        stream: &str,
        averaged: bool,
    ) -> Result<SampleData> {
        self.generate_of(Classes::Random, count, stream, averaged)
            .await
    }

    /// As [`generate`](Self::generate), with chosen classes.
    ///
    /// # Errors
    /// When a class does not exist, or the device fails.
    pub async fn generate_of(
        &mut self,
        classes: Classes,
        count: usize,
        stream: &str,
        averaged: bool,
    ) -> Result<SampleData> {
        self.draw(Draw {
            classes,
            count,
            stream,
            averaged,
            norm: NormStatistics::Batch,
        })
        .await
    }

    /// As [`generate_of`](Self::generate_of), with either statistics of batch norm. z, classes and
    /// batches do not depend on the choice.
    ///
    /// # Errors
    /// When a class does not exist, or the device fails.
    pub async fn draw(&mut self, draw: Draw<'_>) -> Result<SampleData> {
        let all = self.config.model.classes();
        if all == 0 {
            return self.draw_any(draw).await;
        }
        if let Classes::Only(class) = draw.classes
            && class >= all
        {
            return Err(Error::setting(
                "class",
                format!("{class}: there are {all} classes; 0 to {}", all - 1),
            ));
        }
        let mut labels = Stream::new(self.config.seed, &format!("{}.labels", draw.stream));
        let batches = draw.classes.batches(draw.count, all, &mut labels);
        self.draw_batches(&batches, draw).await
    }

    async fn draw_batches(&mut self, batches: &Batches, draw: Draw<'_>) -> Result<SampleData> {
        let (channels, side) = self.feed.shape();
        let mut z = Stream::new(self.config.seed, draw.stream);
        let leaves = self.leaves_for(&draw);
        let image = channels * side * side;
        let mut all = Vec::with_capacity(batches.labels.len() * SAMPLE_BATCH * image);
        for labels in &batches.labels {
            let input = latent(&mut z, None, SAMPLE_BATCH, self.config.z_dim, &self.device);
            let classes = one_hot(labels, self.config.model.classes(), &self.device);
            let part = self.config.norm_batch.min(SAMPLE_BATCH);
            for start in (0..SAMPLE_BATCH).step_by(part) {
                let input = input.clone().narrow(0, start, part);
                let classes = classes.clone().narrow(0, start, part);
                let model = &self.g.model;
                let fakes = model.forward(&mut self.g.net, &leaves, input, Some(&classes));
                all.extend(read(fakes).await?);
            }
        }
        let values = batches
            .places
            .iter()
            .flat_map(|place| &all[place * image..(place + 1) * image]);
        let values = values.copied().collect();
        Ok(host_samples(values, batches.places.len(), channels, side))
    }

    fn leaves_for(&self, draw: &Draw<'_>) -> Leaves {
        let (net, view) = (&self.g.net, draw.norm.view());
        match draw.averaged {
            true => net.averaged_leaves(view),
            false => net.leaves(view),
        }
    }

    async fn draw_any(&mut self, draw: Draw<'_>) -> Result<SampleData> {
        let (channels, side) = self.feed.shape();
        let mut z = Stream::new(self.config.seed, draw.stream);
        let leaves = self.leaves_for(&draw);
        let batch = if side == 1 {
            draw.count
        } else {
            self.config.norm_batch
        };
        let mut values = Vec::with_capacity(draw.count * channels * side * side);
        let mut left = draw.count;
        while left > 0 {
            let n = left.min(batch);
            // Whole batches only, since a short one would be normalised by statistics of its own.
            let input = latent(&mut z, None, batch, self.config.z_dim, &self.device);
            let fakes = self.g.model.forward(&mut self.g.net, &leaves, input, None);
            let host = read(fakes).await?;
            values.extend_from_slice(&host[..n * channels * side * side]);
            left -= n;
        }
        Ok(host_samples(values, draw.count, channels, side))
    }
}
