//! One run: two networks, their data and everything that changes while they train.

mod feed;
mod quality;
mod state;
mod step;

use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use crate::{
    Error, Result,
    balance::{Controller, Window},
    config::{AveragingRule, Growth, Policy, Role, RunConfig},
    data::Dataset,
    device::read,
    event::{Event, LayerInfo, NetInfo, RunInfo, SampleData, Samples, Stats, Verdict},
    metric::flops::{self, Count, FlopLayer, Images},
    model::{self, Model},
    net::{Net, View},
    rng::Stream,
};
use feed::latent;
pub use feed::{Feed, Script, host_samples};
use quality::Judge;
pub use state::config_of;

/// Images generated in one forward pass when sampling: batch norm uses each batch's own statistics, so the
/// number is part of the protocol (the authors' 100).
const SAMPLE_BATCH: usize = 100;

/// A moment within an iteration, with the tensor that was just computed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Scores of a real batch `[batch_d]`.
    RealScores,
    /// Scores of a fake batch `[batch_d]`.
    FakeScores,
    /// The discriminator's loss `[1]`.
    CriticLoss,
    /// The discriminator's gradient `[parameters]`, flat.
    CriticGradient,
    /// Scores of the generator's batch `[batch_g]`.
    GeneratorScores,
    /// The generator's loss `[1]`.
    GeneratorLoss,
    /// The generator's gradient `[parameters]`, flat.
    GeneratorGradient,
    /// Scores of the same z after the generator's update `[batch_g]`.
    ProbeFake,
    /// Scores of the last real batch at a probe `[batch_d]`.
    ProbeReal,
}

/// Called at every phase.
pub type Watcher = Box<dyn FnMut(Phase, &Tensor<1>) + Send>;

/// A network with its forward pass and its density controller.
pub struct Player {
    /// Parameters and masks.
    pub net: Net,
    model: Box<dyn Model>,
    controller: Controller,
    growth: Stream,
    layers: Vec<FlopLayer>,
    /// Gradient of the latest step `[parameters]`, kept while growth may need it.
    gradient: Option<Tensor<1>>,
}

/// One training run.
pub struct Run {
    /// Its settings; live ones may change.
    pub config: RunConfig,
    /// The generator.
    pub g: Player,
    /// The discriminator.
    pub d: Player,
    device: Device,
    device_name: String,
    feed: Feed,
    z_d: Stream,
    z_g: Stream,
    window: Window,
    /// Probes whose scores are still on the device: `[post, pre, real]`.
    probes: Vec<Tensor<1>>,
    /// Losses still on the device: `[d_loss, g_loss]` of every iteration since the last read.
    losses: Vec<Tensor<1>>,
    /// The latest losses that were read.
    latest: [f32; 2],
    iteration: u64,
    seconds: f64,
    images: u64,
    flops: f64,
    flops_paper: f64,
    /// FLOPs of one iteration at today's densities: corrected, as in the paper.
    rate: [f64; 2],
    verdict: Option<Verdict>,
    /// A density asked for by command, applied after the next iteration's steps.
    pending_density: Option<f64>,
    /// Latest events that could explain trouble: iteration, words.
    happened: Vec<(u64, String)>,
    judge: Option<Judge>,
    watcher: Option<Watcher>,
}

impl Run {
    /// Builds a run: weights, masks and streams from the seed, nothing trained yet.
    ///
    /// # Errors
    /// When settings are wrong, the data do not fit them, or the device fails.
    pub async fn new(
        config: RunConfig,
        dataset: Arc<Dataset>,
        device: &Device,
        device_name: &str,
    ) -> Result<Self> {
        config.validate_running()?;
        let feed = Feed::new(&config, dataset);
        check_fit(&config, &feed)?;
        let (channels, side) = feed.shape();
        let mut players = Vec::new();
        for role in [Role::G, Role::D] {
            let (model, blueprint) = model::build(&config, role, channels);
            let mut net = Net::new(role, blueprint, &config, device);
            net.count().await?;
            net.reindex();
            players.push(Player {
                net,
                model,
                controller: Controller::new(config.net(role).density),
                growth: Stream::new(config.seed, &format!("growth.{role}")),
                layers: flops::layers(&config.model, role, config.z_dim, channels, side),
                gradient: None,
            });
        }
        let (Some(d), Some(g)) = (players.pop(), players.pop()) else {
            unreachable!("two players were pushed")
        };
        let mut run = Self {
            z_d: Stream::new(config.seed, "z.D"),
            z_g: Stream::new(config.seed, "z.G"),
            g,
            d,
            device: device.clone(),
            device_name: device_name.to_owned(),
            feed,
            window: Window::default(),
            probes: Vec::new(),
            losses: Vec::new(),
            latest: [0.0; 2],
            iteration: 0,
            seconds: 0.0,
            images: 0,
            flops: 0.0,
            flops_paper: 0.0,
            rate: [0.0; 2],
            verdict: None,
            pending_density: None,
            happened: Vec::new(),
            judge: None,
            watcher: None,
            config,
        };
        run.rate = run.flops_per_iteration();
        Ok(run)
    }

    /// Generator iterations finished.
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Whether all iterations are done.
    pub fn is_finished(&self) -> bool {
        self.iteration >= self.config.iterations
    }

    /// The data.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Lets the first batches come from outside.
    pub fn follow(&mut self, script: Script) {
        self.feed.script = script;
    }

    /// Lets somebody watch every phase of every iteration.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    fn tell(&mut self, phase: Phase, tensor: &Tensor<1>) {
        if let Some(watcher) = &mut self.watcher {
            watcher(phase, tensor);
        }
    }

    /// One of the two players.
    pub fn player(&self, role: Role) -> &Player {
        match role {
            Role::G => &self.g,
            Role::D => &self.d,
        }
    }

    fn player_mut(&mut self, role: Role) -> &mut Player {
        match role {
            Role::G => &mut self.g,
            Role::D => &mut self.d,
        }
    }

    /// What the run consists of.
    pub fn info(&self) -> RunInfo {
        let net = |player: &Player| {
            let net = &player.net;
            let layers = net
                .maskable
                .iter()
                .zip(&net.active)
                .map(|(&p, &active)| LayerInfo {
                    name: net.params[p].name.clone(),
                    shape: net.params[p].shape.clone(),
                    active,
                });
            NetInfo {
                params: net.len(),
                maskable: net.masked_len(),
                active: net.active.iter().sum(),
                layers: layers.collect(),
            }
        };
        let [corrected, paper] = self.dense_flops_per_iteration();
        RunInfo {
            device: self.device_name.clone(),
            real_count: self.feed.dataset().len(),
            generator: net(&self.g),
            discriminator: net(&self.d),
            dense_flops_per_iteration: corrected,
            dense_flops_per_iteration_paper: paper,
        }
    }

    /// The events a fresh run begins with: what it is, and samples before training.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn opening(&mut self) -> Result<Vec<Event>> {
        let mut events = vec![Event::Started(self.info())];
        events.extend(self.sample_events().await?);
        Ok(events)
    }

    /// Changes a live setting.
    ///
    /// # Errors
    /// When the key is unknown or not live, or the value does not fit.
    pub fn edit(&mut self, key: &str, value: &str) -> Result<Event> {
        let key = self.config.set_live(key, value)?;
        self.happened(self.iteration, format!("{key} was set to {value}"));
        Ok(Event::Edited {
            iteration: self.iteration,
            key,
            value: value.to_owned(),
        })
    }

    /// Asks for a discriminator density; it holds after the next iteration.
    ///
    /// # Errors
    /// When the run's method does not leave the density to the user, or the value is no density.
    pub fn set_density(&mut self, density: f64) -> Result<Event> {
        if self.config.discriminator.policy != Policy::Manual {
            let method = self.config.method;
            return Err(Error::Settings(vec![format!(
                "density: the method {method} sets the discriminator's density itself; use the method manual"
            )]));
        }
        if !(density > 0.0 && density <= 1.0) {
            return Err(Error::Settings(vec![format!(
                "density: {density} is outside (0, 1]"
            )]));
        }
        self.pending_density = Some(density);
        self.happened(
            self.iteration,
            format!("the discriminator's density was set to {density}"),
        );
        Ok(Event::Edited {
            iteration: self.iteration,
            key: "discriminator.density".into(),
            value: density.to_string(),
        })
    }

    /// Samples of z from stream `stream`, live or averaged, on the host; training is not disturbed.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn generate(
        &mut self,
        count: usize,
        stream: &str,
        averaged: bool,
    ) -> Result<SampleData> {
        let (channels, side) = self.feed.shape();
        let mut z = Stream::new(self.config.seed, stream);
        let leaves = self.g.net.leaves(View::Frozen, averaged, false);
        let batch = if side == 1 { count } else { SAMPLE_BATCH };
        let mut values = Vec::with_capacity(count * channels * side * side);
        let mut left = count;
        while left > 0 {
            let n = left.min(batch);
            // Whole batches only: a short one would be normalised by statistics of its own.
            let input = latent(&mut z, None, batch, self.config.z_dim, &self.device);
            let fakes = self.g.model.forward(&mut self.g.net, &leaves, input);
            let host = read(fakes).await?;
            values.extend_from_slice(&host[..n * channels * side * side]);
            left -= n;
        }
        Ok(host_samples(values, count, channels, side))
    }

    /// Whether an average is kept beside the live generator.
    pub fn has_average(&self) -> bool {
        self.config.averaging.rule != AveragingRule::None
    }

    async fn sample_events(&mut self) -> Result<Vec<Event>> {
        let count = if self.feed.shape().1 == 1 {
            self.config.record.quality_samples.max(500)
        } else {
            64
        };
        let mut events = Vec::new();
        for averaged in [true, false] {
            if averaged && !self.has_average() {
                continue;
            }
            let data = self.generate(count, "samples", averaged).await?;
            events.push(Event::Samples(Samples {
                iteration: self.iteration,
                averaged,
                data,
            }));
        }
        Ok(events)
    }

    async fn quality_event(&mut self) -> Result<Event> {
        let averaged = self.has_average();
        let count = self.config.record.quality_samples;
        let fakes = self.generate(count, "quality", averaged).await?;
        let judge = match self.judge.take() {
            Some(judge) => judge,
            None => Judge::new(&self.feed, self.config.seed),
        };
        let mut quality = judge.score(self.feed.dataset(), &fakes);
        self.judge = Some(judge);
        quality.iteration = self.iteration;
        quality.averaged = averaged;
        Ok(Event::Quality(quality))
    }

    /// The state of the run in numbers; reads nothing from the device.
    pub fn stats(&self) -> Stats {
        let latest = self.window.latest();
        Stats {
            iteration: self.iteration,
            seconds: self.seconds,
            images: self.images,
            flops: self.flops,
            flops_paper: self.flops_paper,
            d_loss: self.latest[0],
            g_loss: self.latest[1],
            br: latest.map(|s| s.ratio()).filter(|r| r.is_finite()),
            br_mean_of_ratios: self.window.mean_of_ratios().filter(|r| r.is_finite()),
            br_ratio_of_means: self
                .window
                .ratio_of_means(self.config.balance.gap_floor)
                .filter(|r| r.is_finite()),
            score_real: latest.map(|s| s.real),
            score_fake: latest.map(|s| s.pre),
            verdict: self.verdict,
            density_g: self.g.net.density(),
            density_d: self.d.net.density(),
            exploration_g: self.g.net.exploration(),
            exploration_d: self.d.net.exploration(),
        }
    }

    /// FLOPs of one iteration at today's densities: corrected, as in the paper.
    fn flops_per_iteration(&self) -> [f64; 2] {
        let forward = |player: &Player| {
            let net = &player.net;
            flops::sparse_forward(&player.layers, |name| {
                let is_named =
                    |&p: &usize| net.params[p].name.strip_suffix(".weight") == Some(name);
                let layer = net.maskable.iter().position(is_named)?;
                let size = net.params[net.maskable[layer]].len();
                Some(net.active[layer] as f64 / size as f64)
            })
        };
        self.both_counts(forward(&self.g), forward(&self.d))
    }

    /// The same for the dense pair that runs are compared with.
    fn dense_flops_per_iteration(&self) -> [f64; 2] {
        let c = &self.config;
        let model = c.full_model.as_ref().unwrap_or(&c.model);
        let (channels, side) = self.feed.shape();
        let [g, d] = [Role::G, Role::D].map(|role| {
            flops::dense_forward(&flops::layers(model, role, c.z_dim, channels, side)) as f64
        });
        self.both_counts(g, d)
    }

    fn both_counts(&self, g: f64, d: f64) -> [f64; 2] {
        let c = &self.config;
        [Count::Corrected, Count::Paper]
            .map(|count| Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic).flops(g, d))
    }

    /// Whether `role`'s next mask update grows by gradient, so that its gradient is needed everywhere.
    fn grows_by_gradient_at(&self, role: Role, iteration: u64) -> bool {
        let own = self.config.net(role);
        let due = self.mask_due(role, iteration);
        match own.policy {
            Policy::Static => false,
            Policy::DropGrow => due && own.growth == Growth::Gradient,
            Policy::Relax | Policy::Strict => due,
            Policy::Manual => self.pending_density.is_some(),
        }
    }

    fn mask_due(&self, role: Role, iteration: u64) -> bool {
        let own = self.config.net(role);
        match own.policy {
            Policy::Static => false,
            Policy::Manual => self.pending_density.is_some(),
            Policy::DropGrow | Policy::Relax | Policy::Strict => {
                iteration.is_multiple_of(own.mask_interval) && iteration < self.config.iterations
            }
        }
    }
}

/// Whether the data have the shape the model was set up for.
fn check_fit(config: &RunConfig, feed: &Feed) -> Result<()> {
    let (channels, side) = feed.shape();
    let batch = config.batch_d;
    let count = feed.dataset().len();
    if count > 0 && count < batch {
        return Err(Error::Data(format!(
            "{}: {count} images are fewer than one batch of {batch}; lower batch_d",
            feed.dataset().name()
        )));
    }
    if side > 1 && side != config.data.side {
        return Err(Error::Data(format!(
            "{}: images are {channels}x{side}x{side}, but data.side is {}",
            feed.dataset().name(),
            config.data.side
        )));
    }
    Ok(())
}
