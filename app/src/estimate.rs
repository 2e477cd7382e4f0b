//! What a run will cost, known before it starts: from its settings alone, without data or device.

use tightrope_core::{
    config::{NetCount, Role, RunConfig, net_count},
    metric::flops::{self, Count, Images},
    model, net,
    sparse::density::densities,
};

/// Sizes, FLOPs and memory of a run at the densities its stages begin with.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// G, then D.
    pub nets: [Size; 2],
    /// Training FLOPs of an iteration, every pass counted.
    pub corrected: Cost,
    /// Training FLOPs of an iteration as the paper counts them.
    pub paper: Cost,
    /// Bytes of weights, gradients, the optimiser's state, averages, masks and indices.
    pub weights: f64,
    /// Bytes of the activations of one step.
    pub activations: f64,
}

/// Size of one network.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Which.
    pub role: Role,
    /// Share of its maskable parameters that is active.
    pub density: f64,
    /// All parameters and the maskable ones.
    pub count: NetCount,
    /// Active parameters, those no mask covers among them.
    pub active: u64,
}

/// FLOPs of the run's first iterations, of all of them, and of the dense pair it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The run's, an iteration.
    pub sparse: f64,
    /// The run's, all stages together.
    pub total: f64,
    /// The dense pair's training.
    pub dense_total: f64,
}

impl Cost {
    /// The run's as a share of the dense pair's.
    pub fn share(self) -> f64 {
        self.total / self.dense_total
    }
}

impl Estimate {
    /// The estimate for these settings.
    pub fn of(c: &RunConfig) -> Self {
        let nets = [Role::G, Role::D].map(|role| size(c, role));
        let dense = [Role::G, Role::D].map(|role| dense_forward(c, role));
        // By iterations: the first stage, then each of the later ones.
        let stages: Vec<(f64, [f64; 2])> = (0..c.stages())
            .map(|stage| {
                let before = stage.checked_sub(1).map_or(0, |stage| c.last_of(stage));
                let forward = [Role::G, Role::D].map(|role| forward(c, role, stage));
                ((c.last_of(stage) - before) as f64, forward)
            })
            .collect();
        let cost = |count| {
            let images = Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic);
            let flops = |[g, d]: [f64; 2]| images.flops(g, d);
            Cost {
                sparse: flops(stages[0].1),
                total: stages.iter().map(|&(n, nets)| n * flops(nets)).sum(),
                dense_total: c.iterations as f64 * flops(dense),
            }
        };
        Self {
            nets,
            corrected: cost(Count::Corrected),
            paper: cost(Count::Paper),
            weights: nets.iter().map(weights).sum(),
            activations: nets.iter().map(|net| activations(c, net.role)).sum(),
        }
    }

    /// Bytes in all.
    pub fn memory(&self) -> f64 {
        self.weights + self.activations
    }
}

fn size(c: &RunConfig, role: Role) -> Size {
    let own = c.net(role);
    let count = net_count(&c.model, role, c.z_dim, c.data.channels(), own);
    let density = c.density_of(role, 0);
    Size {
        role,
        density,
        count,
        active: count.active(density),
    }
}

/// FLOPs of one image's way through a net in a stage. Where pruning by magnitude will leave the weights nobody knows yet;
/// they are spread as the masks of a sparse run would be.
fn forward(c: &RunConfig, role: Role, stage: u64) -> f64 {
    let own = c.net(role);
    let channels = c.data.channels();
    let (_, blueprint) = model::build(c, role, channels);
    let (params, maskable) = net::place(&blueprint, own);
    let shapes: Vec<&[usize]> = maskable.iter().map(|&p| &params[p].shape[..]).collect();
    let spread = densities(own.distribution, &shapes, c.density_of(role, stage));
    let is_named = |p: usize, name: &str| params[p].name.strip_suffix(".weight") == Some(name);
    let share = |name: &str| {
        maskable
            .iter()
            .position(|&p| is_named(p, name))
            .map(|at| spread[at])
    };
    let layers = flops::layers(&c.model, role, c.z_dim, channels, c.data.side);
    flops::sparse_forward(&layers, share)
}

/// The same for the dense net that the run is compared with.
fn dense_forward(c: &RunConfig, role: Role) -> f64 {
    let full = c.full_model.as_ref().unwrap_or(&c.model);
    let layers = flops::layers(full, role, c.z_dim, c.data.channels(), c.data.side);
    flops::dense_forward(&layers) as f64
}

/// Weights, gradients, second moments, averages and masks; two indices of active weights.
fn weights(net: &Size) -> f64 {
    4.0 * (5.0 * net.count.params as f64 + 2.0 * net.active as f64)
}

fn activations(c: &RunConfig, role: Role) -> f64 {
    let batch = match role {
        Role::G => c.batch_g,
        Role::D => 2 * c.batch_d.max(c.batch_g),
    };
    let layers = flops::layers(&c.model, role, c.z_dim, c.data.channels(), c.data.side);
    // A layer's bias term counts one multiply-add an output, so it is the size of its activation;
    // normalisation, activation and gradient keep about four copies.
    let values: u64 = layers.iter().map(|l| l.bias).sum();
    16.0 * batch as f64 * values as f64
}

#[cfg(test)]
mod tests {
    use tightrope_core::{config::preset, method::Method};

    use super::*;

    fn estimate(method: Method, overrides: &[(&str, &str)]) -> Estimate {
        let overrides: Vec<(String, String)> = overrides
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let preset = preset::find("shapes16").unwrap();
        Estimate::of(&preset::resolve(preset, method, None, &overrides).unwrap())
    }

    #[test]
    fn a_dense_pair_costs_what_it_costs() {
        let dense = estimate(Method::Dense, &[]);
        assert!((dense.corrected.share() - 1.0).abs() < 1e-9);
        for net in dense.nets {
            assert_eq!(net.active, net.count.params);
        }
    }

    #[test]
    fn all_stages_are_paid_for() {
        let density = ("generator.density", "0.1");
        let pruned = estimate(Method::PostHoc, &[density, ("iterations", "100")]);
        // Dense training, then half as long again with a tenth of G and all of D.
        assert!((1.0..1.5).contains(&pruned.corrected.share()));
        assert_eq!(pruned.nets[0].active, pruned.nets[0].count.params);
        let tickets = estimate(Method::GanTickets, &[density, ("pruning.rounds", "1")]);
        assert!((1.5..2.0).contains(&tickets.corrected.share()));
    }

    #[test]
    fn density_and_batch_are_paid_for() {
        let sparse = estimate(Method::Static, &[("generator.density", "0.1")]);
        let denser = estimate(Method::Static, &[("generator.density", "0.4")]);
        assert!(sparse.corrected.share() < denser.corrected.share());
        assert!(sparse.paper.share() < 1.0 && sparse.weights < denser.weights);
        let wider = estimate(
            Method::Static,
            &[("generator.density", "0.1"), ("batch_g", "4096")],
        );
        assert_eq!(wider.weights, sparse.weights);
        assert!(wider.memory() > sparse.memory());
    }
}
