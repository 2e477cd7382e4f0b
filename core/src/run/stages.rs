//! Stages of a run: networks trained dense are pruned and train on (ADAPT's post-hoc baseline, PF,
//! GAN tickets).

use burn::tensor::Tensor;

use super::{Run, mask_update};
use crate::{
    Result,
    balance::{Controller, Window},
    config::{Role, StageWeights},
    event::{Event, Quality, StageEvent},
    model,
    net::Net,
    sparse::plan::MaskPlan,
};

/// The generator at its best quality.
pub(super) struct Best {
    /// Measurement that made it the best.
    pub quality: Quality,
    /// Parameters of that generator, averaged if the run averages: `[parameters]`, flat.
    pub weight: Tensor<1>,
    /// Both networks at that time, G first, if a stage begins with their live weights.
    pub nets: Option<Box<[Net; 2]>>,
}

impl Run {
    /// Prunes the networks if iteration `t` is the first of a later stage; returns the events.
    ///
    /// # Errors
    /// When the device fails.
    pub(super) async fn begin_stage(&mut self, t: u64) -> Result<Vec<Event>> {
        let stage = self.config.stage_of(t);
        let Some(pruning) = self.config.pruning.clone() else {
            return Ok(Vec::new());
        };
        if t != self.config.last_of(stage.saturating_sub(1)) + 1 || stage == 0 {
            return Ok(Vec::new());
        }
        let mut taken = self.iteration;
        let best = self.best.take();
        match (pruning.weights, best) {
            (StageWeights::BestAverage, Some(best)) => {
                taken = best.quality.iteration;
                self.g.net.flat.weight = best.weight;
            }
            (StageWeights::BestAverage, None) if self.has_average() => {
                self.g.net.flat.weight = self.g.net.flat.average.clone();
            }
            (StageWeights::Best, Some(best)) => {
                taken = best.quality.iteration;
                if let Some(nets) = best.nets {
                    [self.g.net, self.d.net] = *nets;
                }
            }
            _ => {}
        }
        let mut events = vec![Event::Stage(StageEvent {
            iteration: t,
            stage,
            weights: pruning.weights,
            taken,
        })];
        for role in [Role::G, Role::D] {
            if self.config.prunes(role) {
                events.extend(self.prune(role, stage, t).await?);
            }
        }
        if pruning.weights == StageWeights::Initial {
            self.rewind().await?;
        }
        // The average restarts from the stage's first weights.
        if self.has_average() {
            self.g.net.flat.average = self.g.net.flat.weight.clone();
        }
        self.window = Window::default();
        self.unread.probes.clear();
        self.cost.forward = self.forward_costs();
        self.happened(t, format!("stage {stage} began at iteration {t}"));
        Ok(events)
    }

    async fn prune(&mut self, role: Role, stage: u64, t: u64) -> Result<Option<Event>> {
        let density = self.config.density_of(role, stage);
        let scope = self.config.pruning.as_ref().map(|p| p.scope);
        let plan = MaskPlan::Prune {
            density,
            scope: scope.unwrap_or_default(),
        };
        let floor = self.config.net(role).min_layer_density;
        let player = self.player_mut(role);
        player.controller = Controller::new(density);
        let delta = mask_update::apply(&mut player.net, &plan, floor, None).await?;
        player.is_mask_new |= delta.is_some();
        Ok(delta.map(|delta| Event::Mask(mask_update::event(&player.net, &plan, delta, t, None))))
    }

    /// Resets both networks to their initial state, except for their masks.
    async fn rewind(&mut self) -> Result<()> {
        let (channels, _) = self.feed.shape();
        for role in [Role::G, Role::D] {
            let (_, blueprint) = model::build(&self.config, role, channels);
            let first = Net::new(role, blueprint, &self.config, &self.device);
            let player = self.player_mut(role);
            player.net.rewind(first);
            player.net.count().await?;
            player.net.reindex();
            player.gradient = None;
        }
        Ok(())
    }

    /// Keeps the generator if it is the best so far and a later stage will begin with the best.
    pub(super) fn keep_best(&mut self, quality: &Quality) {
        let c = &self.config;
        let weights = c.pruning.as_ref().map(|p| p.weights);
        let begins_with_best = matches!(
            weights,
            Some(StageWeights::Best | StageWeights::BestAverage)
        );
        let wanted = begins_with_best && c.stage_of(self.iteration) + 1 < c.stages();
        let is_better = |best: &Best| quality.is_better_than(&best.quality);
        if wanted && self.best.as_ref().is_none_or(is_better) {
            let flat = &self.g.net.flat;
            let weight = if self.has_average() {
                &flat.average
            } else {
                &flat.weight
            };
            self.best = Some(Best {
                quality: quality.clone(),
                weight: weight.clone(),
                nets: (weights == Some(StageWeights::Best))
                    .then(|| Box::new([self.g.net.clone(), self.d.net.clone()])),
            });
        }
    }
}
