//! Training in stages: dense training, then rounds of pruning, each with training of its own.

use serde::{Deserialize, Serialize};

use super::{Role, RunConfig, Scope};

/// Stages after the first training (ADAPT's post-hoc baseline, STU-GAN's PF, GAN tickets).
///
/// A run trains `RunConfig::iterations` iterations without masks. Then come `rounds` stages: each
/// prunes by magnitude and trains `iterations` more with fixed masks. Where rounds, rate or
/// iterations are 0, the method decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PruningConfig {
    /// Networks that are pruned; the other one stays dense.
    pub nets: Pruned,
    /// Whether weights compete within the whole net or within their layer.
    pub scope: Scope,
    /// Weights that a stage begins with.
    pub weights: StageWeights,
    /// Rounds of pruning, one per stage.
    pub rounds: u64,
    /// Share of the remaining weights that a round prunes, though never beyond the net's density; 1
    /// prunes to it at once.
    pub rate: f64,
    /// Iterations of each stage after the first.
    pub iterations: u64,
}

/// Networks that are pruned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pruned {
    /// The generator.
    #[default]
    G,
    /// Generator and discriminator.
    Both,
}

/// Weights that a stage begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageWeights {
    /// The averaged generator at its best quality so far, pruned; D and the optimisers continue
    /// unchanged (ADAPT).
    BestAverage,
    /// The live weights of both networks at the best quality so far, with their optimisers
    /// (STU-GAN's PF on BigGAN).
    Best,
    /// The live weights, pruned (STU-GAN's PF on SNGAN).
    #[default]
    Last,
    /// The initial weights, masked to where the live ones are large; all other state starts anew
    /// (GAN tickets).
    Initial,
}

impl RunConfig {
    /// Generator iterations of all stages.
    pub fn total_iterations(&self) -> u64 {
        self.last_of(self.stages() - 1)
    }

    /// Number of stages; 1 if nothing is pruned.
    pub fn stages(&self) -> u64 {
        1 + self.pruning.as_ref().map_or(0, |pruning| pruning.rounds)
    }

    /// The stage, from 0, that iteration `t` (from 1) belongs to.
    pub fn stage_of(&self, t: u64) -> u64 {
        match &self.pruning {
            Some(pruning) if t > self.iterations => {
                let later = (t - self.iterations - 1) / pruning.iterations.max(1);
                (1 + later).min(pruning.rounds)
            }
            _ => 0,
        }
    }

    /// The last iteration of a stage.
    pub fn last_of(&self, stage: u64) -> u64 {
        let later = self.pruning.as_ref().map_or(0, |p| p.iterations);
        self.iterations.saturating_add(stage.saturating_mul(later))
    }

    /// Whether iteration `t` is the last of its stage.
    pub fn ends_stage(&self, t: u64) -> bool {
        t == self.last_of(self.stage_of(t))
    }

    /// Whether a network starts dense and is pruned later.
    pub fn prunes(&self, role: Role) -> bool {
        self.pruning
            .as_ref()
            .is_some_and(|pruning| role == Role::G || pruning.nets == Pruned::Both)
    }

    /// The density that a network is given at the start of a stage. Within a stage, its policy
    /// moves it.
    pub fn density_of(&self, role: Role, stage: u64) -> f64 {
        let density = self.net(role).density;
        match &self.pruning {
            None => density,
            Some(_) if !self.prunes(role) => 1.0,
            Some(pruning) => {
                let rounds = stage.min(pruning.rounds) as f64;
                (1.0 - pruning.rate).powf(rounds).max(density).min(1.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    fn config(rounds: u64, rate: f64) -> RunConfig {
        let mut config = (preset::find("tiny").unwrap().build)();
        config.iterations = 10;
        config.generator.density = 0.1;
        config.pruning = Some(PruningConfig {
            rounds,
            rate,
            iterations: 5,
            ..PruningConfig::default()
        });
        config
    }

    #[test]
    fn every_iteration_is_in_one_stage() {
        let c = config(2, 0.5);
        assert_eq!((c.stages(), c.total_iterations()), (3, 20));
        let stages: Vec<u64> = [0, 1, 10, 11, 15, 16, 20, 21].map(|t| c.stage_of(t)).into();
        assert_eq!(stages, [0, 0, 0, 1, 1, 2, 2, 2]);
        let ends: Vec<u64> = (1..=20).filter(|&t| c.ends_stage(t)).collect();
        assert_eq!(ends, [10, 15, 20]);
    }

    #[test]
    fn without_pruning_there_is_one_stage() {
        let mut c = config(1, 1.0);
        c.pruning = None;
        assert_eq!(
            (c.stages(), c.total_iterations(), c.stage_of(10)),
            (1, 10, 0)
        );
        assert_eq!(c.density_of(Role::G, 0), 0.1);
    }

    #[test]
    fn rounds_prune_their_share_of_what_remains_but_not_beyond_the_density() {
        let density = |c: &RunConfig, stage| c.density_of(Role::G, stage);
        assert_eq!(density(&config(1, 1.0), 0), 1.0);
        assert_eq!(density(&config(1, 1.0), 1), 0.1);
        assert!((density(&config(9, 0.2), 9) - 0.134).abs() < 1e-3);
        assert_eq!(density(&config(20, 0.2), 20), 0.1);
    }

    #[test]
    fn a_net_that_is_not_pruned_is_dense() {
        let mut c = config(1, 1.0);
        c.discriminator.density = 0.3;
        assert_eq!(c.density_of(Role::D, 1), 1.0);
        if let Some(pruning) = &mut c.pruning {
            pruning.nets = Pruned::Both;
        }
        assert_eq!(
            (c.density_of(Role::D, 0), c.density_of(Role::D, 1)),
            (1.0, 0.3)
        );
    }
}
