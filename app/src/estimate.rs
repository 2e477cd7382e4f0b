//! Estimates the cost of a run from its settings alone, before it starts and without data or
//! device.

use tightrope_core::{
    Error,
    config::{NetCount, Role, RunConfig, net_count},
    memory,
    metric::flops::{self, Count, Forward, Images, Work, masked_forward, yardstick_forward},
};

/// Sizes, FLOPs and memory of a run at the densities with which its stages begin.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// G, then D.
    pub nets: [Size; 2],
    /// Training FLOPs this program computes.
    pub performed: Cost,
    /// Training FLOPs as ADAPT counts them.
    pub paper: Cost,
    /// Training FLOPs as STU-GAN counts them.
    pub stu: Cost,
    /// Testing FLOPs, i.e. of one image: from the generator at its last density, and from the dense
    /// one.
    pub testing: [f64; 2],
    /// Bytes of weights, gradients, the optimiser's state, averages, masks and indices.
    pub weights: f64,
    /// Bytes of the activations of one step.
    pub activations: f64,
}

/// Size of one network.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The network.
    pub role: Role,
    /// Share of its maskable parameters that is active.
    pub density: f64,
    /// All parameters and the maskable ones.
    pub count: NetCount,
    /// Active parameters, including those no mask covers.
    pub active: u64,
}

/// FLOPs of a run and of the dense pair it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// FLOPs of the run per iteration, averaged over its first stage.
    pub sparse: f64,
    /// FLOPs of the run over all stages.
    pub total: f64,
    /// FLOPs of training the dense pair.
    pub dense_total: f64,
}

impl Cost {
    /// FLOPs of the run as a share of the dense pair's.
    pub fn share(self) -> f64 {
        self.total / self.dense_total
    }
}

impl Estimate {
    /// Estimates a run with these settings.
    pub fn of(c: &RunConfig) -> Self {
        let nets = [Role::G, Role::D].map(|role| size(c, role));
        let roles = [Role::G, Role::D];
        let yardstick = roles.map(|role| yardstick_forward(c, role));
        let dense = roles.map(|role| masked_forward(c, role, 1.0));
        // The first stage, then each later one. Only training decides which weights pruning by
        // magnitude leaves; the estimate spreads them like the masks of a sparse run.
        let stages: Vec<Stage> = (0..c.stages())
            .map(|stage| Stage {
                after: stage.checked_sub(1).map_or(0, |before| c.last_of(before)),
                last: c.last_of(stage),
                forward: Forward {
                    masked: roles.map(|role| masked_forward(c, role, c.density_of(role, stage))),
                    dense,
                },
            })
            .collect();
        let passes = |count| Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic);
        let cost = |count, of_stage: &dyn Fn(&Stage) -> f64| Cost {
            sparse: of_stage(&stages[0]) / stages[0].iterations(),
            total: stages.iter().map(of_stage).sum(),
            dense_total: c.iterations as f64 * passes(count).flops(yardstick[0], yardstick[1]),
        };
        let plain = |count| {
            cost(count, &|stage: &Stage| {
                let [g, d] = stage.forward.masked;
                stage.iterations() * passes(count).flops(g, d)
            })
        };
        let last = c.density_of(Role::G, c.stages() - 1);
        Self {
            nets,
            performed: cost(Count::Full, &|stage: &Stage| {
                stage.work(c).flops(&stage.forward)
            }),
            paper: plain(Count::Paper),
            stu: plain(Count::Full),
            testing: [masked_forward(c, Role::G, last), yardstick[0]],
            weights: nets.iter().map(weights).sum(),
            activations: nets.iter().map(|net| activations(c, net.role)).sum(),
        }
    }

    /// Total bytes.
    pub fn memory(&self) -> f64 {
        self.weights + self.activations
    }
}

/// Refuses runs that together would not fit in free memory. They advance in turn: each keeps its
/// weights, and one at a time its activations. A GPU's own memory is checked by nothing, since no
/// interface tells it; a run that exceeds it ends with the device's error.
///
/// # Errors
/// Gives the estimate.
pub fn check_memory(configs: &[RunConfig]) -> Result<(), Error> {
    refuse_beyond(memory::free(), configs)
}

fn refuse_beyond(free: u64, configs: &[RunConfig]) -> Result<(), Error> {
    let estimates: Vec<Estimate> = configs.iter().map(Estimate::of).collect();
    let weights: f64 = estimates.iter().map(|estimate| estimate.weights).sum();
    let activations = estimates.iter().map(|estimate| estimate.activations);
    let needed = (weights + activations.fold(0.0, f64::max)) as u64;
    if needed <= free {
        return Ok(());
    }
    let what = match configs {
        [_] => "training takes".to_owned(),
        _ => format!("training {} runs side by side takes", configs.len()),
    };
    Err(Error::Device(format!(
        "{what} about {} of memory, {} are free; lower batch_d, batch_g or the widths, or train fewer runs at a time",
        memory::shown(needed),
        memory::shown(free)
    )))
}

/// The iterations of a stage, and its forward costs per image.
struct Stage {
    after: u64,
    last: u64,
    forward: Forward,
}

impl Stage {
    fn iterations(&self) -> f64 {
        (self.last - self.after) as f64
    }

    /// Work of the stage if every scheduled update takes place.
    fn work(&self, c: &RunConfig) -> Work {
        let multiples = |every: u64, last: u64| match every {
            0 => 0,
            every => (last / every).saturating_sub(self.after / every),
        };
        // The last iteration of the first stage updates no mask, nor does any later stage.
        let updates = |role| match c.net(role) {
            own if own.grows_by_gradient() => multiples(
                own.mask_interval,
                self.last.min(c.iterations.saturating_sub(1)),
            ),
            _ => 0,
        };
        let probes = multiples(c.balance.probe_interval, self.last);
        Work::of(
            c,
            self.last - self.after,
            probes,
            [Role::G, Role::D].map(updates),
        )
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

/// Bytes of weights, gradients, second moments, averages and masks, plus two indices of active
/// weights.
fn weights(net: &Size) -> f64 {
    4.0 * (5.0 * net.count.params as f64 + 2.0 * net.active as f64)
}

fn activations(c: &RunConfig, role: Role) -> f64 {
    let batch = match role {
        Role::G => c.batch_g,
        Role::D => 2 * c.batch_d.max(c.batch_g),
    };
    let layers = flops::layers(&c.model, role, c.z_dim, c.data.channels(), c.data.side);
    // A layer's bias term counts one multiply-add per output, so it equals the activation's size.
    // Normalisation, activation and gradient keep about four copies.
    let values: u64 = layers.iter().map(|l| l.bias).sum();
    16.0 * batch as f64 * values as f64
}

#[cfg(test)]
mod tests {
    use tightrope_core::{method::Method, preset};

    use super::*;

    #[test]
    fn runs_beyond_the_memory_are_refused_with_their_estimate() {
        let preset = preset::find("shapes16").unwrap();
        let run = preset::resolve(preset, Method::Dense, None, &[]).unwrap();
        let alone = std::slice::from_ref(&run);
        let one = Estimate::of(&run).memory() as u64;
        assert!(refuse_beyond(one + 1, alone).is_ok());
        let why = refuse_beyond(one / 2, alone).unwrap_err().to_string();
        assert!(why.contains("training takes about "), "{why}");
        // The second run needs weights, but no activations of its own.
        let weights = Estimate::of(&run).weights as u64;
        let both = [run.clone(), run.clone()];
        assert!(refuse_beyond(one + weights + 1, &both).is_ok());
        let why = refuse_beyond(one, &both).unwrap_err().to_string();
        assert!(why.contains("training 2 runs side by side takes"), "{why}");
    }

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
        let dense = estimate(Method::Dense, &[("balance.probe_interval", "0")]);
        for cost in [dense.performed, dense.paper, dense.stu] {
            assert!((cost.share() - 1.0).abs() < 1e-9);
        }
        assert_eq!(dense.testing[0], dense.testing[1]);
        let probed = estimate(Method::Dense, &[("balance.probe_interval", "4")]);
        assert!((1.0..1.1).contains(&probed.performed.share()));
        assert_eq!(probed.stu.share(), dense.stu.share());
        for net in dense.nets {
            assert_eq!(net.active, net.count.params);
        }
    }

    #[test]
    fn all_stages_are_paid_for() {
        let density = ("generator.density", "0.1");
        let pruned = estimate(Method::PostHoc, &[density, ("iterations", "100")]);
        // Dense training, then half as many iterations with a tenth of G and all of D.
        assert!((1.0..1.5).contains(&pruned.stu.share()));
        assert_eq!(pruned.nets[0].active, pruned.nets[0].count.params);
        let tickets = estimate(Method::GanTickets, &[density, ("pruning.rounds", "1")]);
        assert!((1.5..2.0).contains(&tickets.stu.share()));
        // Every stage also runs probes.
        assert!(tickets.performed.share() > tickets.stu.share());
    }

    #[test]
    fn density_and_batch_are_paid_for() {
        let sparse = estimate(Method::Static, &[("generator.density", "0.1")]);
        let denser = estimate(Method::Static, &[("generator.density", "0.4")]);
        assert!(sparse.performed.share() < denser.performed.share());
        assert!(sparse.paper.share() < 1.0 && sparse.weights < denser.weights);
        assert!(sparse.testing[0] < denser.testing[0] && denser.testing[0] < denser.testing[1]);
        let wider = estimate(
            Method::Static,
            &[("generator.density", "0.1"), ("batch_g", "4096")],
        );
        assert_eq!(wider.weights, sparse.weights);
        assert!(wider.memory() > sparse.memory());
    }
}
