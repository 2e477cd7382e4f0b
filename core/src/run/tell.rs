//! Reports of a run about itself: sizes, samples, quality, numbers and costs.

use super::{Classes, Judge, Player, Run, classes::ROWS};
use crate::{
    Result,
    config::{Role, SAMPLE_BATCH},
    event::{Event, LayerInfo, NetInfo, RunInfo, Samples, Stats},
    metric::flops::{self, Count},
};

impl Run {
    /// Description of the run.
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

    /// The first events of a fresh run: its description, and samples before training.
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

    /// Number of samples of the fixed z that a run shows, and their classes: a row of ten for each
    /// class, or for ten of them.
    fn shown(&self) -> (usize, Classes) {
        let count = match (self.feed.shape(), self.config.model.classes()) {
            ((_, 1), _) => self.config.record.quality_samples.max(500),
            (_, 0) => 64,
            _ => SAMPLE_BATCH,
        };
        let columns = SAMPLE_BATCH / ROWS;
        (count, Classes::Rows { columns })
    }

    /// Samples of the fixed z as `Event::Samples`: from the averaged generator, if the run keeps
    /// one, and from the live one. For 2-D data, also D's scores as `Event::Field`.
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

    /// The statistics of the run; reads nothing from the device.
    pub fn stats(&self) -> Stats {
        let latest = self.window.latest();
        Stats {
            iteration: self.iteration,
            seconds: self.cost.seconds,
            images: self.cost.images,
            flops: self.cost.flops,
            flops_paper: self.cost.flops_paper,
            flops_stu: self.cost.flops_stu,
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
}
