//! Cost of a run so far: time, images and FLOPs.

use super::{Player, Run};
use crate::{
    config::Role,
    metric::flops::{self, Count, Forward, Images, Work},
};

/// Cost of a run so far.
pub(super) struct Cost {
    /// Seconds of training, without looking on.
    pub seconds: f64,
    /// Real images that D has seen.
    pub images: u64,
    /// Training FLOPs that were computed.
    pub flops: f64,
    /// Training FLOPs as ADAPT counts them.
    pub flops_paper: f64,
    /// Training FLOPs as STU-GAN counts them. `None` if the run continues from a checkpoint that did
    /// not count every pass; `flops` then goes on in that count.
    pub flops_stu: Option<f64>,
    /// Forward costs at the current densities.
    pub forward: Forward,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            seconds: 0.0,
            images: 0,
            flops: 0.0,
            flops_paper: 0.0,
            flops_stu: Some(0.0),
            forward: Forward::default(),
        }
    }
}

impl Run {
    /// Forward costs at the current densities, and those of the same nets with every weight.
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

    /// Adds the cost of iteration `t`, before its mask updates.
    pub(super) fn count_flops(&mut self, t: u64) {
        let [g, d] = self.cost.forward.masked;
        let plain = |count| self.passes(count).flops(g, d);
        let [corrected, paper, full] = [Count::Corrected, Count::Paper, Count::Full].map(plain);
        let growing = [Role::G, Role::D].map(|role| u64::from(self.grows_by_gradient_at(role, t)));
        let work = Work::of(&self.config, 1, u64::from(self.probes_at(t)), growing);
        self.cost.flops_paper += paper;
        self.cost.flops += match &mut self.cost.flops_stu {
            Some(stu) => {
                *stu += full;
                work.flops(&self.cost.forward)
            }
            // The record's dense yardstick uses this count too.
            None => corrected,
        };
    }

    pub(super) fn passes(&self, count: Count) -> Images {
        let c = &self.config;
        Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic)
    }
}
