//! Turns a run into a checkpoint and back: all state that decides how it continues.

mod nets;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::nets::{load, load_flat, store, store_flat};
use super::{Run, feed::Cursor, stages::Best};
use crate::{
    Error, Result,
    balance::{Controller, Window},
    config::{Role, RunConfig},
    event::{Event, Quality, Verdict},
    net::Net,
    record::{Checkpoint, HostTensor},
    rng::Stream,
};

/// Place of the kept generator's parameters in a checkpoint, beside `G/weight` for the live ones.
const BEST: &str = "G/best";

/// All state that is not a tensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    config: RunConfig,
    iteration: u64,
    seconds: f64,
    images: u64,
    flops: f64,
    flops_paper: f64,
    /// Absent in checkpoints from before every pass was counted; such runs continue in their own
    /// count.
    #[serde(default)]
    flops_stu: Option<f64>,
    latest: [f32; 2],
    verdict: Option<Verdict>,
    pending_density: Option<f64>,
    happened: Vec<(u64, String)>,
    z_d: Stream,
    z_g: Stream,
    /// Absent, like `labels_g`, in checkpoints from before runs could learn classes.
    #[serde(default)]
    labels_d: Option<Stream>,
    #[serde(default)]
    labels_g: Option<Stream>,
    cursor: Cursor,
    window: Window,
    /// Absent in checkpoints from before inverted samples were counted.
    #[serde(default)]
    inverted: u64,
    /// Quality of the generator kept for a later stage, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    best: Option<Quality>,
    /// Optimiser steps of both networks at that time, G's first, if the networks are kept too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    best_steps: Option<[u64; 2]>,
    g: PlayerState,
    d: PlayerState,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PlayerState {
    controller: Controller,
    growth: Stream,
    steps: u64,
    /// Absent in checkpoints from before masks were recorded.
    #[serde(default = "yes")]
    is_mask_new: bool,
}

/// Place of a kept network in a checkpoint.
fn best_place(role: Role) -> String {
    format!("best/{role}")
}

fn yes() -> bool {
    true
}

fn state_of(checkpoint: &Checkpoint) -> Result<State> {
    /// No run counts as far; a number beyond it would overflow on the way.
    const LIMIT: u64 = 1 << 53;
    let state: State = checkpoint.meta_as()?;
    let best = state.best_steps.unwrap_or_default();
    let counts = [state.images, state.g.steps, state.d.steps, state.inverted];
    if state.iteration > state.config.total_iterations()
        || counts.into_iter().chain(best).any(|count| count > LIMIT)
    {
        return Err(Error::Record(format!(
            "the checkpoint is of iteration {} of {}, which no run reaches; use an earlier one",
            state.iteration,
            state.config.total_iterations()
        )));
    }
    Ok(state)
}

impl Run {
    /// Saves all state that decides how the run continues.
    ///
    /// # Errors
    /// When a waiting loss or a weight is not finite, or the device fails.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.read_losses().await?;
        self.collect_probes(false).await?;
        let player = |p: &super::Player| PlayerState {
            controller: p.controller.clone(),
            growth: p.growth.clone(),
            steps: p.net.steps,
            is_mask_new: p.is_mask_new,
        };
        let best_nets = self.best.as_ref().and_then(|best| best.nets.as_deref());
        let state = State {
            config: self.config.clone(),
            iteration: self.iteration,
            seconds: self.cost.seconds,
            images: self.cost.images,
            flops: self.cost.flops,
            flops_paper: self.cost.flops_paper,
            flops_stu: self.cost.flops_stu,
            latest: self.latest,
            verdict: self.verdict,
            pending_density: self.pending_density,
            happened: self.happened.clone(),
            z_d: self.streams.z_d.clone(),
            z_g: self.streams.z_g.clone(),
            labels_d: Some(self.streams.labels_d.clone()),
            labels_g: Some(self.streams.labels_g.clone()),
            cursor: self.feed.cursor().clone(),
            window: self.window.clone(),
            inverted: self.inverted,
            best: self.best.as_ref().map(|best| best.quality.clone()),
            best_steps: best_nets.map(|nets| nets.each_ref().map(|net| net.steps)),
            g: player(&self.g),
            d: player(&self.d),
        };
        let meta = serde_json::to_value(&state)
            .map_err(|e| Error::Record(format!("the run's state: {e}")))?;
        let mut tensors = BTreeMap::new();
        for player in [&self.g, &self.d] {
            let place = player.net.role.to_string();
            store(&player.net, &place, &mut tensors).await?;
        }
        if let Some(best) = &self.best {
            store_flat(&self.g.net, BEST, &best.weight, &mut tensors).await?;
            for net in best.nets.iter().flat_map(|nets| nets.iter()) {
                store(net, &best_place(net.role), &mut tensors).await?;
            }
        }
        self.check_weights(&tensors)?;
        Ok(Checkpoint::new(meta, tensors))
    }

    /// Losses lag one update behind: weights may already be NaN or infinite, and such a checkpoint
    /// must not replace a good one.
    fn check_weights(&self, tensors: &BTreeMap<String, HostTensor>) -> Result<()> {
        for (name, tensor) in tensors {
            let HostTensor::F32 { data, .. } = tensor else {
                continue;
            };
            for role in [Role::G, Role::D] {
                if name.starts_with(&format!("{role}/weight/"))
                    && let Some(&value) = data.iter().find(|v| !v.is_finite())
                {
                    self.check("a weight", value)?;
                }
            }
        }
        Ok(())
    }

    /// Continues from a checkpoint of a run with the same architecture. Settings are the
    /// checkpoint's, except those that the caller has changed in `self.config` on purpose.
    ///
    /// # Errors
    /// When the checkpoint does not hold a run of this shape.
    pub async fn restore(&mut self, checkpoint: &Checkpoint) -> Result<Event> {
        let state = state_of(checkpoint)?;
        self.check_stages(&state)?;
        self.feed.restore(state.cursor)?;
        self.restore_nets(checkpoint).await?;
        for (player, stored) in [(&mut self.g, state.g), (&mut self.d, state.d)] {
            player.controller = stored.controller;
            player.growth = stored.growth;
            player.gradient = None;
            player.net.steps = stored.steps;
            player.is_mask_new = stored.is_mask_new;
        }
        self.iteration = state.iteration;
        self.cost.seconds = state.seconds;
        self.cost.images = state.images;
        self.cost.flops = state.flops;
        self.cost.flops_paper = state.flops_paper;
        self.cost.flops_stu = state.flops_stu;
        self.latest = state.latest;
        self.verdict = state.verdict;
        self.pending_density = state.pending_density;
        self.happened = state.happened;
        self.streams.z_d = state.z_d;
        self.streams.z_g = state.z_g;
        if let (Some(d), Some(g)) = (state.labels_d, state.labels_g) {
            (self.streams.labels_d, self.streams.labels_g) = (d, g);
        }
        self.best = match state.best {
            Some(quality) => Some(Best {
                weight: load_flat(&self.g.net, BEST, checkpoint)?,
                quality,
                nets: match state.best_steps {
                    Some(steps) => Some(Box::new(self.load_best(steps, checkpoint).await?)),
                    None => None,
                },
            }),
            None => None,
        };
        self.window = state.window;
        self.inverted = state.inverted;
        self.unread.probes.clear();
        self.unread.losses.clear();
        self.cost.forward = self.forward_costs();
        Ok(Event::Resumed {
            iteration: self.iteration,
        })
    }

    async fn load_best(&self, steps: [u64; 2], checkpoint: &Checkpoint) -> Result<[Net; 2]> {
        let mut nets = [self.g.net.clone(), self.d.net.clone()];
        for (net, steps) in nets.iter_mut().zip(steps) {
            load(net, &best_place(net.role), checkpoint)?;
            net.steps = steps;
            net.count().await?;
            net.reindex();
        }
        Ok(nets)
    }

    /// Checks that the stages before the current one keep their lengths, which are history.
    fn check_stages(&self, state: &State) -> Result<()> {
        let (new, old) = (&self.config, &state.config);
        let stage = old.stage_of(state.iteration);
        if (0..stage).all(|stage| new.last_of(stage) == old.last_of(stage)) {
            return Ok(());
        }
        Err(Error::setting(
            "iterations",
            format!(
                "{}: the run was pruned after {} and trains stage {stage} now; only runs that have not been \
             pruned can be lengthened",
                new.iterations, old.iterations
            ),
        ))
    }

    /// Takes over a checkpoint's two networks and nothing else. This is enough to generate, and
    /// needs no data.
    ///
    /// # Errors
    /// When the checkpoint's networks are of another shape, or the device fails.
    pub async fn restore_nets(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        for player in [&mut self.g, &mut self.d] {
            let place = player.net.role.to_string();
            load(&mut player.net, &place, checkpoint)?;
            player.net.count().await?;
            player.net.reindex();
        }
        Ok(())
    }
}
