//! One run: two networks, their data and all state that changes while they train.

mod classes;
mod cost;
mod feed;
mod field;
mod generate;
mod growth;
mod inspect;
pub mod mask_update;
mod masks;
mod placeholder;
mod players;
mod quality;
mod stages;
mod state;
mod step;
mod tell;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use burn::tensor::{Device, Tensor};
use web_time::Instant;

use crate::{
    Error, Result,
    balance::{Controller, Window},
    config::{Policy, Role, RunConfig},
    data::Dataset,
    device::Chosen,
    event::{Event, Verdict},
    metric::flops::{self, FlopLayer},
    model::{self, Model},
    net::Net,
    rng::Stream,
};
pub use classes::{Classes, row_names};
use cost::Cost;
pub use feed::{Batch, Feed, Script, host_samples};
pub use generate::Draw;
pub use growth::{Growing, GrowthRule};
pub use inspect::LayerState;
pub use placeholder::placeholder_data;
use quality::Judge;
use stages::Best;

/// A moment within an iteration, with the tensor just computed there.
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
    /// A network's mask after it has changed `[maskable]`.
    Mask(Role),
}

/// Called at every phase; the run waits for the returned future.
pub type Watcher = Box<dyn FnMut(Phase, Tensor<1>) -> Watching + Send>;

/// A watcher's work on a phase.
pub type Watching = Pin<Box<dyn Future<Output = ()>>>;

/// A network with its forward pass and its density controller.
pub struct Player {
    /// Parameters and masks.
    pub net: Net,
    model: Box<dyn Model>,
    controller: Controller,
    growth: Stream,
    /// The caller's rule, in place of the method's growth.
    growth_rule: Option<GrowthRule>,
    layers: Vec<FlopLayer>,
    /// Gradient of the latest step `[parameters]`, kept while growth may need it.
    gradient: Option<Tensor<1>>,
    /// Whether its mask has changed since it was last recorded.
    is_mask_new: bool,
}

/// Random streams of the fakes.
struct Streams {
    z_d: Stream,
    z_g: Stream,
    /// Classes of fakes in D's steps.
    labels_d: Stream,
    /// Classes of fakes in G's steps.
    labels_g: Stream,
}

impl Streams {
    fn new(seed: u64) -> Self {
        Self {
            z_d: Stream::new(seed, "z.D"),
            z_g: Stream::new(seed, "z.G"),
            labels_d: Stream::new(seed, "labels.D"),
            labels_g: Stream::new(seed, "labels.G"),
        }
    }
}

/// Numbers that wait on the device until they are due to be read.
#[derive(Default)]
struct Unread {
    /// Scores of each probe: `[post, pre, real]`, then those of overfitting.
    probes: Vec<Tensor<1>>,
    /// `[d_loss, g_loss]` of each iteration.
    losses: Vec<Tensor<1>>,
}

/// One training run.
pub struct Run {
    /// Settings of the run; live ones may change.
    pub config: RunConfig,
    /// The generator.
    pub g: Player,
    /// The discriminator.
    pub d: Player,
    device: Device,
    device_name: String,
    feed: Feed,
    streams: Streams,
    window: Window,
    unread: Unread,
    /// Probes so far at which D ranked fakes above reals.
    inverted: u64,
    /// The latest losses that were read.
    latest: [f32; 2],
    iteration: u64,
    cost: Cost,
    verdict: Option<Verdict>,
    /// Density asked for by command, applied after the next iteration's steps.
    pending_density: Option<f64>,
    /// Latest events that could explain a failure: iteration and description.
    happened: Vec<(u64, String)>,
    judge: Option<Judge>,
    /// The generator at its best quality, kept if a later stage begins with it.
    best: Option<Best>,
    watcher: Option<Watcher>,
    /// Time that the watcher took in this iteration.
    watched: Duration,
}

impl Run {
    /// Builds a run, with weights, masks and streams from the seed. Nothing is trained yet.
    ///
    /// # Errors
    /// When settings are wrong, the data do not fit them, or the device fails.
    pub async fn new(
        mut config: RunConfig,
        dataset: Arc<Dataset>,
        chosen: &Chosen,
    ) -> Result<Self> {
        config.validate_running()?;
        let crossover = *config.crossover.get_or_insert(chosen.crossover);
        let feed = Feed::new(&config, dataset);
        feed.check(&config)?;
        let (channels, side) = feed.shape();
        let mut players = Vec::new();
        for role in [Role::G, Role::D] {
            let (model, blueprint) = model::build(&config, role, channels);
            let mut net = Net::new(role, blueprint, &config, &chosen.device);
            net.crossover = crossover;
            net.count().await?;
            net.reindex();
            players.push(Player {
                net,
                model,
                controller: Controller::new(config.density_of(role, 0)),
                growth: Stream::new(config.seed, &format!("growth.{role}")),
                growth_rule: None,
                layers: flops::layers(&config.model, role, config.z_dim, channels, side),
                gradient: None,
                is_mask_new: true,
            });
        }
        let (Some(d), Some(g)) = (players.pop(), players.pop()) else {
            unreachable!("two players were pushed")
        };
        let mut run = Self {
            streams: Streams::new(config.seed),
            g,
            d,
            device: chosen.device.clone(),
            device_name: chosen.name.clone(),
            feed,
            window: Window::default(),
            unread: Unread::default(),
            inverted: 0,
            latest: [0.0; 2],
            iteration: 0,
            cost: Cost::default(),
            verdict: None,
            pending_density: None,
            happened: Vec::new(),
            judge: None,
            best: None,
            watcher: None,
            watched: Duration::ZERO,
            config,
        };
        run.cost.forward = run.forward_costs();
        Ok(run)
    }

    /// Generator iterations finished.
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Whether all iterations are done.
    pub fn is_finished(&self) -> bool {
        self.iteration >= self.config.total_iterations()
    }

    /// The data.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Takes the first batches from a script.
    pub fn follow(&mut self, script: Script) {
        self.feed.script = script;
    }

    /// Calls `watcher` at every phase of every iteration.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    /// Removes the watcher.
    pub fn unwatch(&mut self) {
        self.watcher = None;
    }

    async fn tell(&mut self, phase: Phase, tensor: &Tensor<1>) {
        if let Some(watcher) = &mut self.watcher {
            let start = Instant::now();
            watcher(phase, tensor.clone()).await;
            self.watched += start.elapsed();
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

    /// Asks for a discriminator density, which holds after the next iteration.
    ///
    /// # Errors
    /// When the method does not leave the density to the user, or the value is no density.
    pub fn set_density(&mut self, density: f64) -> Result<Event> {
        if self.config.discriminator.policy != Policy::Manual {
            let method = self.config.method;
            return Err(Error::setting(
                "density",
                format!(
                    "the method {method} sets the discriminator's density itself; use the method manual"
                ),
            ));
        }
        if !(density > 0.0 && density <= 1.0) {
            return Err(Error::setting(
                "density",
                format!("{density} is outside (0, 1]"),
            ));
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

    /// Whether `role`'s next mask update grows by gradient, so that its gradient is needed
    /// everywhere.
    fn grows_by_gradient_at(&self, role: Role, iteration: u64) -> bool {
        let own = self.config.net(role);
        match own.policy {
            Policy::Manual => self.pending_density.is_some(),
            _ => {
                let wants_gradient =
                    own.grows_by_gradient() || self.player(role).growth_rule.is_some();
                wants_gradient && self.mask_due(role, iteration)
            }
        }
    }

    fn mask_due(&self, role: Role, iteration: u64) -> bool {
        let own = self.config.net(role);
        match own.policy {
            Policy::Manual => self.pending_density.is_some(),
            _ => own.is_mask_due(iteration, self.config.iterations),
        }
    }
}
