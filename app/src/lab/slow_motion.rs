//! Slow motion: shows every stage of an iteration as it happens, for a while.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tightrope_core::{
    balance::Sample,
    config::Role,
    device::read,
    run::{Phase, Watcher},
};

use super::{Host, Lab, Pacing, Reply, Request, RunKey};

/// A stage of an iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepPhase {
    /// D scores a real batch.
    RealBatch,
    /// D scores a fake batch.
    FakeBatch,
    /// D learns from both.
    UpdateD,
    /// G learns from D's scores of its batch.
    UpdateG,
    /// D scores the same fakes again: one sample of the balance ratio.
    Probe,
    /// A network's mask changed.
    DropGrow(Role),
}

/// A stage of an iteration in progress.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Still {
    /// Generator iteration, counted from 1.
    pub iteration: u64,
    /// The stage.
    pub stage: StepPhase,
    /// The critic step within the iteration, counted from 1.
    pub critic_step: usize,
    /// The number known by now: the mean score of a batch, the loss of an update, the BR sample of
    /// a probe (not finite where real and fake have no gap), the density after a mask change.
    pub value: f64,
}

impl Request {
    /// Whether the request may wait until an iteration in slow motion ends. Panels send such
    /// requests by themselves.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::Inspect(_) | Self::SampleClass(_))
    }
}

impl Lab {
    /// In slow motion, shows the next iteration of every run stage by stage.
    pub(super) fn watch(&mut self) {
        let Pacing::SlowMotion(time) = self.pacing else {
            return;
        };
        for (id, &key) in self.trained_by.iter().enumerate() {
            if let Some(run) = self.training.run_mut(id) {
                let iteration = run.iteration() + 1;
                run.watch(watcher(Arc::clone(&self.host), key, iteration, time));
            }
        }
    }

    /// Ends slow motion, if it is on.
    pub(super) fn end_slow_motion(&mut self) {
        if self.pacing.is_slow_motion() {
            self.pacing = Pacing::Full;
            for id in 0..self.trained_by.len() {
                if let Some(run) = self.training.run_mut(id) {
                    run.unwatch();
                }
            }
        }
    }
}

/// Shows the stages of one iteration of a run. A stage spans several phases of the engine, and
/// shows once its number is known.
fn watcher(host: Arc<dyn Host>, key: RunKey, iteration: u64, time: Duration) -> Watcher {
    let mut critic_step = 0;
    // Mean scores of the generator's batch, before and after its update.
    let (mut pre, mut post) = (None, None);
    Box::new(move |phase, tensor| {
        let mean = tensor.mean();
        let stage = match phase {
            Phase::RealScores => {
                critic_step += 1;
                Some(StepPhase::RealBatch)
            }
            Phase::FakeScores => Some(StepPhase::FakeBatch),
            Phase::CriticLoss => Some(StepPhase::UpdateD),
            Phase::GeneratorLoss => Some(StepPhase::UpdateG),
            Phase::ProbeReal => Some(StepPhase::Probe),
            Phase::Mask(role) => Some(StepPhase::DropGrow(role)),
            Phase::GeneratorScores => {
                pre = Some(mean.clone());
                None
            }
            Phase::ProbeFake => {
                post = Some(mean.clone());
                None
            }
            Phase::CriticGradient | Phase::GeneratorGradient => None,
        };
        let Some(stage) = stage else {
            return Box::pin(async {});
        };
        let known = match stage {
            StepPhase::Probe => pre.take().into_iter().chain(post.take()).collect(),
            _ => Vec::new(),
        };
        let host = Arc::clone(&host);
        Box::pin(async move {
            let mut values = Vec::new();
            for tensor in known.into_iter().chain([mean]) {
                // A device that fails here fails the run too, which reports it.
                let Ok(value) = read(tensor).await else {
                    return;
                };
                values.extend(value.into_iter().map(f64::from));
            }
            let value = match values[..] {
                [pre, post, real] => Sample { post, pre, real }.ratio(),
                [value] => value,
                _ => return,
            };
            let still = Still {
                iteration,
                stage,
                critic_step,
                value,
            };
            host.show(Reply::Still(key, still), time).await;
        })
    })
}

#[cfg(test)]
mod tests;
