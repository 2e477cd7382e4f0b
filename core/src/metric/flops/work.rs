//! The work that training actually does: every pass, the probes, and weight gradients at inactive
//! weights where they are needed.

use super::{Count, Images, dense_forward, layers, sparse_forward};
use crate::{
    config::{Gradients, Role, RunConfig},
    model, net,
    sparse::density::densities,
};

/// Forward costs of a pair for one image: G's, then D's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Forward {
    /// At the masks' densities.
    pub masked: [f64; 2],
    /// With every weight active.
    pub dense: [f64; 2],
}

/// The work of some iterations, in forward-pass equivalents of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// At the masks' densities.
    pub passes: Images,
    /// Weight gradients among the passes that are also computed at inactive weights.
    pub dense_gradients: Images,
}

impl Work {
    /// The work of `iterations` with `probes` probes. `growing` counts the steps before an update
    /// that grows by gradient: G's, then D's.
    pub fn of(c: &RunConfig, iterations: u64, probes: u64, growing: [u64; 2]) -> Self {
        let [batch_d, batch_g, n_critic] = [c.batch_d, c.batch_g, c.n_critic].map(|n| n as u64);
        let passes = Images::per_iteration(Count::Full, c.batch_d, c.batch_g, c.n_critic);
        let probe = Images::per_probe(c.batch_d, c.batch_g);
        let [g_steps, d_steps] = match c.gradients {
            Gradients::Dense => [iterations, iterations.saturating_mul(n_critic)],
            Gradients::Active => growing,
        };
        let both = |passes: u64, probe: u64| {
            let probed = probes.saturating_mul(probe);
            iterations.saturating_mul(passes).saturating_add(probed)
        };
        Self {
            passes: Images {
                generator: both(passes.generator, probe.generator),
                discriminator: both(passes.discriminator, probe.discriminator),
            },
            // D's step sees real and fake images.
            dense_gradients: Images {
                generator: g_steps.saturating_mul(batch_g),
                discriminator: d_steps.saturating_mul(2 * batch_d),
            },
        }
    }

    /// The cost, the main figure.
    pub fn flops(self, forward: &Forward) -> f64 {
        let [g, d] = forward.masked;
        let inactive = [0, 1].map(|net| forward.dense[net] - forward.masked[net]);
        self.passes.flops(g, d) + self.dense_gradients.flops(inactive[0], inactive[1])
    }
}

/// Forward cost of a net for one image, with its masks spread as the engine spreads them at this
/// density.
pub fn masked_forward(c: &RunConfig, role: Role, density: f64) -> f64 {
    let own = c.net(role);
    let channels = c.data.channels();
    let (_, blueprint) = model::build(c, role, channels);
    let (params, maskable) = net::place(&blueprint, own);
    let shapes: Vec<&[usize]> = maskable.iter().map(|&p| &params[p].shape[..]).collect();
    let spread = densities(own.distribution, &shapes, density);
    let layers = layers(&c.model, role, c.z_dim, channels, c.data.side);
    sparse_forward(&layers, |layer| {
        let is_layer = |&p: &usize| params[p].name.strip_suffix(".weight") == Some(layer);
        maskable.iter().position(is_layer).map(|at| spread[at])
    })
}

/// Forward cost for one image of the dense net that a run is compared with.
pub fn yardstick_forward(c: &RunConfig, role: Role) -> f64 {
    let model = c.full_model.as_ref().unwrap_or(&c.model);
    let layers = layers(model, role, c.z_dim, c.data.channels(), c.data.side);
    dense_forward(&layers) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture;

    const FORWARD: Forward = Forward {
        masked: [2.0, 3.0],
        dense: [10.0, 30.0],
    };

    #[test]
    fn work_is_every_pass_each_probe_and_the_dense_gradients() {
        let mut config = fixture::config();
        (config.batch_d, config.batch_g, config.n_critic) = (4, 8, 5);
        let plain = Work::of(&config, 1, 0, [0, 0]);
        assert_eq!(
            plain.flops(&FORWARD),
            (20.0 + 24.0) * 2.0 + (120.0 + 16.0) * 3.0
        );
        let probed = Work::of(&config, 1, 1, [0, 0]).flops(&FORWARD) - plain.flops(&FORWARD);
        assert_eq!(probed, 8.0 * 2.0 + 12.0 * 3.0);
        // G's step, and the last of D's.
        let growing = Work::of(&config, 1, 0, [1, 1]).flops(&FORWARD) - plain.flops(&FORWARD);
        assert_eq!(growing, 8.0 * 8.0 + 8.0 * 27.0);
        config.gradients = Gradients::Dense;
        let everywhere = Work::of(&config, 1, 0, [0, 1]).flops(&FORWARD) - plain.flops(&FORWARD);
        assert_eq!(everywhere, 8.0 * 8.0 + 5.0 * 8.0 * 27.0);
    }

    #[test]
    fn iterations_add_up() {
        let config = fixture::config();
        let together = Work::of(&config, 3, 2, [1, 1]).flops(&FORWARD);
        let apart = [(1, [0, 1]), (0, [1, 0]), (1, [0, 0])]
            .map(|(probes, growing)| Work::of(&config, 1, probes, growing).flops(&FORWARD));
        assert_eq!(together, apart.iter().sum::<f64>());
    }
}
