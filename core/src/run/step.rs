//! One GAN iteration (ADAPT, Algorithms 2 and 3), in the authors' order.

use std::time::Duration;

use burn::tensor::Tensor;
use web_time::Instant;

use super::{Phase, Run, feed::Batch, mask_update, players::Latent};
use crate::{
    Error, Result,
    balance::{Overfitting, Sample, controller::Clock},
    config::{AveragingRule, Criterion, Gradients, Growth, Policy, Role},
    device::read,
    event::{Event, MaskEvent},
    net::View,
};

/// Most losses that wait on the device before they are read and checked.
const MAX_WAITING: usize = 1000;

impl Run {
    /// Runs one full iteration and returns its events.
    ///
    /// # Errors
    /// When a loss is not finite or the device fails.
    pub async fn step(&mut self) -> Result<Vec<Event>> {
        let start = Instant::now();
        let t = self.iteration + 1;
        self.watched = Duration::ZERO;
        let began = self.begin_stage(t).await?;
        let (real, d_loss) = self.critic_steps(t).await;
        let (latent, pre, g_loss) = self.generator_step(t).await;
        self.unread
            .losses
            .push(Tensor::cat(vec![d_loss, g_loss], 0));
        if self.probes_at(t) {
            self.probe(t, latent, pre, real).await;
        }
        self.count_flops(t);
        let changed = self.update_masks(t).await?;
        self.iteration = t;
        self.cost.images += (self.config.batch_d * self.config.n_critic) as u64;
        if !changed.is_empty() {
            self.cost.forward = self.forward_costs();
        }
        let mut events = began;
        events.extend(changed);
        let logged = self.log().await?;
        // The log waits for work that a GPU has only queued. Time spent on watching and on samples
        // is not training.
        self.cost.seconds += start.elapsed().saturating_sub(self.watched).as_secs_f64();
        if logged {
            events.extend(self.balance_events());
        }
        events.extend(self.look().await?);
        Ok(events)
    }

    /// Runs only the discriminator's part of an iteration; the iteration count stays.
    ///
    /// # Errors
    /// When a loss is not finite or the device fails.
    pub async fn step_d(&mut self) -> Result<Vec<Event>> {
        self.read_losses().await?;
        let (_, d_loss) = self.critic_steps(self.iteration + 1).await;
        let loss = read(d_loss).await?;
        self.check("the discriminator's loss", loss[0])?;
        self.latest[0] = loss[0];
        Ok(vec![Event::Stats(self.stats())])
    }

    /// Runs only the generator's part of an iteration; the iteration count stays.
    ///
    /// # Errors
    /// When a loss is not finite or the device fails.
    pub async fn step_g(&mut self) -> Result<Vec<Event>> {
        self.read_losses().await?;
        let (_, _, g_loss) = self.generator_step(self.iteration + 1).await;
        let loss = read(g_loss).await?;
        self.check("the generator's loss", loss[0])?;
        self.latest[1] = loss[0];
        if self.mask_due(Role::G, self.iteration + 1) {
            self.average();
        }
        Ok(vec![Event::Stats(self.stats())])
    }

    /// Runs n_critic discriminator steps; returns the last real batch as D saw it, and the last
    /// loss `[1]`.
    async fn critic_steps(&mut self, t: u64) -> (Batch, Tensor<1>) {
        let loss = self.config.loss;
        let augment = self.augment(t);
        let mut last = None;
        for step in 1..=self.config.n_critic {
            let grow = step == self.config.n_critic && self.grows_by_gradient_at(Role::D, t);
            let dense_grad = grow || self.config.gradients == Gradients::Dense;
            let d = self
                .d
                .net
                .leaves(View::Tracked)
                .with_dense_gradients(dense_grad);
            let real = self.next_real(&augment);
            let [real_scores, fake_scores] = self.critic_scores(&d, &real, &augment);
            self.tell(Phase::RealScores, &real_scores).await;
            self.tell(Phase::FakeScores, &fake_scores).await;
            let loss = loss.critic(real_scores, fake_scores);
            self.tell(Phase::CriticLoss, &loss).await;
            let grads = loss.backward();
            let grad = d.gradients(&self.d.net, &grads);
            self.tell(Phase::CriticGradient, &grad).await;
            self.d.gradient = grow.then(|| grad.clone());
            self.d.net.adam(
                grad,
                &self.config.discriminator,
                &self.config,
                (AveragingRule::None, 0.0),
            );
            last = Some((real, loss.inner()));
        }
        match last {
            Some(last) => last,
            None => unreachable!("validate() refuses n_critic = 0"),
        }
    }

    /// Runs the generator's step; returns its latent, the mean score of its fakes `[1]` before the
    /// update, and the loss `[1]`.
    async fn generator_step(&mut self, t: u64) -> (Latent, Tensor<1>, Tensor<1>) {
        let grow = self.grows_by_gradient_at(Role::G, t);
        let dense_grad = grow || self.config.gradients == Gradients::Dense;
        let g = self
            .g
            .net
            .leaves(View::Tracked)
            .with_dense_gradients(dense_grad);
        let d = self.d.net.leaves(View::Constant);
        let latent = self.next_latent(Role::G);
        let fakes = self.fakes(&g, &latent, &self.augment(t));
        let scores = self.scores_of(&d, fakes, latent.classes.as_ref());
        self.tell(Phase::GeneratorScores, &scores).await;
        let pre = scores.clone().inner().mean();
        let loss = self.config.loss.generator(scores);
        self.tell(Phase::GeneratorLoss, &loss).await;
        let grads = loss.backward();
        let grad = g.gradients(&self.g.net, &grads);
        self.tell(Phase::GeneratorGradient, &grad).await;
        self.g.gradient = grow.then(|| grad.clone());
        // The average must see the new mask, so it waits for a mask update that is due.
        let averaging = if self.mask_due(Role::G, t) {
            AveragingRule::None
        } else {
            self.config.averaging.rule
        };
        let decay = self.decay(t);
        self.g.net.adam(
            grad,
            &self.config.generator,
            &self.config,
            (averaging, decay),
        );
        (latent, pre, loss.inner())
    }

    /// Scores the same latent after the generator's update, and the last real batch (ADAPT). This
    /// runs in training mode, as in the authors' code: spectral norm's vectors and batch norm's
    /// running statistics move on.
    async fn probe(&mut self, t: u64, latent: Latent, pre: Tensor<1>, real: Batch) {
        let g = self.g.net.leaves(View::Plain);
        let d = self.d.net.leaves(View::Plain);
        let fakes = self.fakes(&g, &latent, &self.augment(t));
        let post = self.scores_of(&d, fakes, latent.classes.as_ref());
        let real = self.scores_of(&d, real.samples, real.classes.as_ref());
        self.tell(Phase::ProbeFake, &post).await;
        self.tell(Phase::ProbeReal, &real).await;
        let mut means = vec![post.mean(), pre, real.clone().mean()];
        if self.config.balance.criterion != Criterion::Br {
            means.push(real.sign().mean());
        }
        if self.config.balance.criterion == Criterion::RV {
            let held_out = self.held_out(&self.augment(t));
            let scores = self.scores_of(&d, held_out.samples, held_out.classes.as_ref());
            means.push(scores.mean());
        }
        self.unread.probes.push(Tensor::cat(means, 0));
    }

    /// Reads waiting probes into the window. The authors trim it at the end of every iteration,
    /// after the discriminator's update. An update on a probe's own iteration (`deciding`) thus
    /// sees one sample more.
    pub(super) async fn collect_probes(&mut self, deciding: bool) -> Result<()> {
        let window = self.config.balance.window;
        if !self.unread.probes.is_empty() {
            let each = self.unread.probes[0].dims()[0];
            let scores = read(Tensor::cat(std::mem::take(&mut self.unread.probes), 0)).await?;
            for s in scores.chunks_exact(each) {
                self.window.trim(window);
                for &score in s {
                    self.check("a probe's mean score", score)?;
                }
                let [post, pre, real] = [s[0], s[1], s[2]].map(f64::from);
                let sample = Sample { post, pre, real };
                self.inverted += u64::from(sample.is_inverted());
                match s[3..] {
                    [] => self.window.push(sample),
                    [sign, ref held_out @ ..] => {
                        let held_out = held_out.first().copied().map(f64::from);
                        let sign = f64::from(sign);
                        self.window
                            .push_with(sample, Overfitting { sign, held_out });
                    }
                }
            }
        }
        if !deciding {
            self.window.trim(window);
        }
        Ok(())
    }

    /// Whether the balance ratio is measured at `iteration`.
    pub fn probes_at(&self, iteration: u64) -> bool {
        let every = self.config.balance.probe_interval;
        every > 0 && iteration.is_multiple_of(every)
    }

    /// Makes the mask updates that are due: the generator's first, then the discriminator's.
    async fn update_masks(&mut self, t: u64) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        for role in [Role::G, Role::D] {
            if !self.mask_due(role, t) {
                continue;
            }
            if let Some(event) = self.update_mask(role, t).await? {
                self.happened(t, format!("{role}'s mask update at iteration {t}"));
                let mask = self.player(role).net.mask.clone();
                self.tell(Phase::Mask(role), &mask).await;
                events.push(Event::Mask(event));
            }
            if role == Role::G {
                self.average();
            }
        }
        Ok(events)
    }

    async fn update_mask(&mut self, role: Role, t: u64) -> Result<Option<MaskEvent>> {
        let own = self.config.net(role).clone();
        let steers = matches!(own.policy, Policy::Relax | Policy::Strict);
        if steers {
            self.collect_probes(self.probes_at(t)).await?;
        }
        let ratio = self.window.ratio(&self.config.balance);
        let clock = Clock {
            iteration: t,
            iterations: self.config.iterations,
        };
        let pending = if role == Role::D {
            self.pending_density.take()
        } else {
            None
        };
        let balance = self.config.balance.clone();
        let window = self.window.clone();
        let is_dense = self.config.gradients == Gradients::Dense;
        let player = self.player_mut(role);
        let realised = player.net.density();
        let plan = match pending {
            Some(density) => Some(player.controller.set_density(density, realised)),
            None => player.controller.decide(clock, &own, &balance, &window),
        };
        let Some(plan) = plan else { return Ok(None) };
        let plan = match player.growth_rule {
            Some(_) => plan.by_rank(),
            None => plan,
        };
        let by_gradient = plan.growth() == Some(Growth::Gradient);
        let gradient = player.gradient.take().filter(|_| by_gradient);
        let scores = player.growth_scores(&plan, gradient.as_ref(), t);
        let before = player.net.mask.clone();
        let delta =
            mask_update::apply(&mut player.net, &plan, own.min_layer_density, scores).await?;
        if delta.is_some() && plan.growth().is_some() && !is_dense {
            let grown = player.net.mask.clone() * (1.0 - before);
            player.net.warm_moments(grown, gradient, own.beta2);
        }
        player.is_mask_new |= delta.is_some();
        let br = ratio.filter(|r| steers && r.is_finite());
        Ok(delta.map(|delta| mask_update::event(&player.net, &plan, delta, t, br)))
    }

    /// Steps the average on iterations whose mask may have changed (elsewhere it is fused into
    /// Adam).
    fn average(&mut self) {
        let (rule, decay) = (self.config.averaging.rule, self.decay(self.iteration + 1));
        self.g.net.average(rule, decay);
    }

    fn decay(&self, t: u64) -> f64 {
        let averaging = &self.config.averaging;
        if t < averaging.start {
            0.0
        } else {
            averaging.decay
        }
    }

    fn is_due(&self, every: u64) -> bool {
        every > 0
            && (self.config.ends_stage(self.iteration) || self.iteration.is_multiple_of(every))
    }

    /// Reads losses and probes back when a log line or a checkpoint is due, or when too many losses
    /// wait. Returns whether a log line or a checkpoint is due.
    async fn log(&mut self) -> Result<bool> {
        let record = &self.config.record;
        let due = self.config.ends_stage(self.iteration)
            || self.is_due(record.log_every)
            || self.is_due(record.checkpoint_every);
        if due || self.unread.losses.len() >= MAX_WAITING {
            self.read_losses().await?;
            self.collect_probes(false).await?;
        }
        Ok(due)
    }

    /// The run's statistics, and the verdict if it changed.
    fn balance_events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let verdict = self.window.verdict(&self.config.balance);
        if verdict != self.verdict {
            self.verdict = verdict;
            let iteration = self.iteration;
            events.extend(verdict.map(|verdict| Event::Balance { iteration, verdict }));
        }
        events.push(Event::Stats(self.stats()));
        events
    }

    /// Samples with the networks' state, and their quality, if they are due.
    async fn look(&mut self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        if self.is_due(self.config.record.sample_every) {
            events.extend(self.samples_now().await?);
            events.extend(self.new_masks().await?);
        }
        if self.is_due(self.config.record.quality_every) {
            events.push(self.quality_event().await?);
        }
        Ok(events)
    }

    /// Reads the losses of all iterations since the last call and refuses the first that is not
    /// finite or far too large.
    pub(super) async fn read_losses(&mut self) -> Result<()> {
        if self.unread.losses.is_empty() {
            return Ok(());
        }
        let waiting = self.unread.losses.len() as u64;
        let losses = read(Tensor::cat(std::mem::take(&mut self.unread.losses), 0)).await?;
        let end = self.iteration;
        for (i, pair) in losses.chunks_exact(2).enumerate() {
            self.iteration = end + 1 + i as u64 - waiting;
            self.check("the discriminator's loss", pair[0])?;
            self.check("the generator's loss", pair[1])?;
            self.latest = [pair[0], pair[1]];
        }
        self.iteration = end;
        let old = self.happened.len().saturating_sub(1);
        self.happened.drain(..old);
        Ok(())
    }

    pub(super) fn check(&self, what: &'static str, value: f32) -> Result<()> {
        /// Beyond it, steps of a single precision number are too large for any loss to fall.
        const LIMIT: f32 = 1e12;
        if value.abs() <= LIMIT {
            return Ok(());
        }
        // A loss is computed before its own iteration's events.
        let earlier = self
            .happened
            .iter()
            .rev()
            .find(|(at, _)| *at < self.iteration);
        let after = earlier.map_or_else(|| "the start".to_owned(), |(_, what)| what.clone());
        Err(Error::Diverged {
            iteration: self.iteration,
            what,
            value,
            after,
        })
    }

    /// Remembers an event that could explain a failure, until all losses before it have been
    /// checked.
    pub fn happened(&mut self, iteration: u64, what: String) {
        self.happened.push((iteration, what));
    }
}
