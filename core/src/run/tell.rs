//! What a run tells about itself: sizes, samples, quality, numbers and costs.

use super::classes::ROWS;
use super::{Classes, Judge, Player, Run};
use crate::config::SAMPLE_BATCH;
use crate::{
    Result,
    config::Role,
    event::{Event, LayerInfo, NetInfo, RunInfo, Samples, Stats},
    metric::flops::{self, Count, Forward, Images, Work},
};

impl Run {
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
        let [g, d] = [Role::G, Role::D].map(|role| flops::yardstick_forward(&self.config, role));
        let dense = |count| self.passes(count).flops(g, d);
        RunInfo {
            device: self.device_name.clone(),
            real_count: self.feed.dataset().len(),
            generator: net(&self.g),
            discriminator: net(&self.d),
            classes: match self.config.model.classes() {
                0 => Vec::new(),
                _ => self.feed.dataset().classes().to_vec(),
            },
            dense_flops_per_iteration: dense(Count::Full),
            dense_flops_per_iteration_paper: dense(Count::Paper),
            dense_flops_per_iteration_stu: dense(Count::Full),
        }
    }

    /// The events a fresh run begins with: what it is, and samples before training.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn opening(&mut self) -> Result<Vec<Event>> {
        let mut events = vec![Event::Started(self.info())];
        events.extend(self.samples_now().await?);
        events.extend(self.new_masks().await?);
        Ok(events)
    }

    /// Whether an average is kept beside the live generator.
    pub fn has_average(&self) -> bool {
        self.g.net.has_average()
    }

    /// How many samples of the fixed z a run shows, and of which classes: a row of ten for each, or for ten of them.
    fn shown(&self) -> (usize, Classes) {
        let count = match (self.feed.shape(), self.config.model.classes()) {
            ((_, 1), _) => self.config.record.quality_samples.max(500),
            (_, 0) => 64,
            _ => SAMPLE_BATCH,
        };
        let columns = SAMPLE_BATCH / ROWS;
        (count, Classes::Rows { columns })
    }

    /// Samples of the fixed z as `Event::Samples`: from the averaged generator where there is one, and the live one;
    /// for 2-D data, how D sees them as `Event::Field`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn samples_now(&mut self) -> Result<Vec<Event>> {
        let (count, classes) = self.shown();
        let mut events = Vec::new();
        for averaged in [true, false] {
            if averaged && !self.has_average() {
                continue;
            }
            let data = self
                .generate_of(classes, count, "samples", averaged)
                .await?;
            events.push(Event::Samples(Samples {
                iteration: self.iteration,
                averaged,
                data,
            }));
        }
        let field = self.field(&events).await?;
        events.extend(field.map(Event::Field));
        Ok(events)
    }

    pub(super) async fn quality_event(&mut self) -> Result<Event> {
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
        self.keep_best(&quality);
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
            flops_stu: self.flops_stu,
            d_loss: self.latest[0],
            g_loss: self.latest[1],
            br: latest.map(|s| s.ratio()).filter(|r| r.is_finite()),
            br_mean_of_ratios: self.window.mean_of_ratios().filter(|r| r.is_finite()),
            br_ratio_of_means: self
                .window
                .ratio_of_means(self.config.balance.gap_floor)
                .filter(|r| r.is_finite()),
            inverted_in_window: self.window.inverted(),
            inverted: self.inverted,
            r_t: self.window.r_t(),
            r_v: self.window.r_v(),
            score_real: latest.map(|s| s.real),
            score_fake: latest.map(|s| s.pre),
            verdict: self.verdict,
            density_g: self.g.net.density(),
            density_d: self.d.net.density(),
            exploration_g: self.g.net.exploration(),
            exploration_d: self.d.net.exploration(),
        }
    }

    /// Forward costs at today's densities, and of the same nets with every weight.
    pub(super) fn forward_costs(&self) -> Forward {
        let masked = |player: &Player| {
            let net = &player.net;
            flops::sparse_forward(&player.layers, |name| {
                let is_named =
                    |&p: &usize| net.params[p].name.strip_suffix(".weight") == Some(name);
                let layer = net.maskable.iter().position(is_named)?;
                let size = net.params[net.maskable[layer]].len();
                Some(net.active[layer] as f64 / size as f64)
            })
        };
        let players = [&self.g, &self.d];
        Forward {
            masked: players.map(masked),
            dense: players.map(|player| flops::dense_forward(&player.layers) as f64),
        }
    }

    /// Adds what iteration `t` has cost, before its mask updates.
    pub(super) fn count_flops(&mut self, t: u64) {
        let [g, d] = self.forward.masked;
        let plain = |count| self.passes(count).flops(g, d);
        let [corrected, paper, full] = [Count::Corrected, Count::Paper, Count::Full].map(plain);
        let growing = [Role::G, Role::D].map(|role| u64::from(self.grows_by_gradient_at(role, t)));
        let work = Work::of(&self.config, 1, u64::from(self.probes_at(t)), growing);
        self.flops_paper += paper;
        self.flops += match &mut self.flops_stu {
            Some(stu) => {
                *stu += full;
                work.flops(&self.forward)
            }
            // The record's dense yardstick is of that count too.
            None => corrected,
        };
    }

    fn passes(&self, count: Count) -> Images {
        let c = &self.config;
        Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic)
    }
}
