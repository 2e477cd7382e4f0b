//! Whole generators and discriminators of the SNGAN and BigGAN families.

use burn::tensor::{Device, Tensor};
use tightrope_core::{
    config::{
        BigganConfig, BigganNaming, HeadPool, Init, ModelConfig, Naming, Role, RunConfig,
        SnganConfig,
    },
    model::{self, Model},
    net::{Net, View, blueprint::ParamKind},
    preset,
};
use tightrope_tests::{
    devices::{self, host, tensor},
    naive::wide,
    random::Random,
    report::{Limit, Report},
};

use super::dot;

const BATCH: usize = 4;

/// Small pairs shaped like the SNGAN and BigGAN codes. The STL-10 SNGAN has odd maps and a mean
/// head with a bias; the TinyImageNet BigGAN has a shared embedding and self-attention.
fn configs() -> [(&'static str, RunConfig); 4] {
    let base = || (preset::find("tiny").unwrap_or_else(|e| panic!("{e}")).build)();
    let mut lottery = base();
    lottery.model = ModelConfig::Sngan(SnganConfig {
        bottom: 2,
        g_channels: vec![4, 5, 4],
        d_channels: vec![4, 5, 5],
        d_pool: vec![true, true, false],
        head: HeadPool::Sum,
        head_bias: false,
        naming: Naming::Lottery,
    });
    lottery.data.side = 8;
    let mut resnet48 = base();
    resnet48.model = ModelConfig::Sngan(SnganConfig {
        bottom: 3,
        g_channels: vec![5, 4, 3],
        d_channels: vec![3, 4, 5],
        d_pool: vec![true; 3],
        head: HeadPool::Mean,
        head_bias: true,
        naming: Naming::Resnet48,
    });
    resnet48.data.side = 12;
    let mut biggan32 = base();
    let m = BigganConfig {
        classes: 3,
        bottom: 2,
        g_channels: vec![4, 5, 4],
        d_channels: vec![4, 5, 5],
        d_pool: vec![true, true, false],
        shared_embedding: 0,
        g_attention: 0,
        d_attention: 0,
        d_spectral_norm: true,
        relu_shortcut: false,
        norm_eps: 1e-5,
        spectral_eps: 1e-12,
        naming: BigganNaming::Biggan32,
    };
    biggan32.model = ModelConfig::Biggan(m.clone());
    biggan32.data.side = 8;
    let mut biggan64 = biggan32.clone();
    biggan64.model = ModelConfig::Biggan(BigganConfig {
        g_channels: vec![6, 9, 4],
        d_channels: vec![9, 5, 5],
        shared_embedding: 5,
        g_attention: 1,
        d_attention: 1,
        relu_shortcut: true,
        norm_eps: 1e-4,
        spectral_eps: 1e-6,
        naming: BigganNaming::Biggan64,
        ..m
    });
    biggan64.z_dim = 9;
    biggan64.init = Init::Orthogonal;
    [
        ("lottery", lottery),
        ("resnet48", resnet48),
        ("biggan32", biggan32),
        ("biggan64", biggan64),
    ]
}

/// A network, its input, and the loss `sum of output * cotangent`.
struct Probe {
    model: Box<dyn Model>,
    net: Net,
    input: Tensor<4>,
    classes: Option<Tensor<2>>,
    cotangent: Vec<f32>,
}

impl Probe {
    fn new(config: &RunConfig, role: Role, device: &Device) -> Self {
        let (model, blueprint) = model::build(config, role, 3);
        let mut net = Net::new(role, blueprint, config, device);
        index(&mut net);
        // Self-attention starts at scale 0.
        if let Some(scale) = net.params.iter().find(|p| p.kind == ParamKind::Scale) {
            let mut flat = host(net.flat.weight.clone());
            flat[scale.offset] = 0.7;
            net.flat.weight = tensor(&flat, [flat.len()], device);
        }
        let classes = match config.model.classes() {
            0 => None,
            classes => {
                let row =
                    |i: usize| (0..classes).map(move |c| f32::from(u8::from(c == i % classes)));
                let rows: Vec<f32> = (0..BATCH).flat_map(row).collect();
                Some(tensor(&rows, [BATCH, classes], device))
            }
        };
        let mut random = Random::new(13);
        let side = config.data.side;
        let (shape, outputs) = match role {
            Role::G => ([BATCH, config.z_dim, 1, 1], BATCH * 3 * side * side),
            Role::D => ([BATCH, 3, side, side], BATCH),
        };
        Self {
            model,
            net,
            classes,
            input: tensor(&random.values(shape.iter().product()), shape, device),
            cotangent: random.values(outputs),
        }
    }

    /// The gradient of all parameters, flat. Advances the vectors of spectral norm.
    fn gradient(&mut self, dense_grad: bool) -> Vec<f32> {
        let leaves = self
            .net
            .leaves(View::Tracked)
            .with_dense_gradients(dense_grad);
        let input = Tensor::from_inner(self.input.clone());
        let output = self
            .model
            .forward(&mut self.net, &leaves, input, self.classes.as_ref());
        let cotangent = tensor(&self.cotangent, output.dims(), self.net.device());
        let grads = (output * Tensor::from_inner(cotangent)).sum().backward();
        host(leaves.gradients(&self.net, &grads))
    }

    /// The loss at these parameters. Leaves the vectors of spectral norm unchanged.
    fn loss(&mut self, parameters: &[f32]) -> f64 {
        self.net.flat.weight = tensor(parameters, [parameters.len()], self.net.device());
        let leaves = self.net.leaves(View::Frozen);
        let input = self.input.clone();
        let output = self
            .model
            .forward(&mut self.net, &leaves, input, self.classes.as_ref());
        dot(&wide(&host(output)), &wide(&self.cotangent))
    }
}

fn index(net: &mut Net) {
    pollster::block_on(net.count()).unwrap_or_else(|e| panic!("{e}"));
    net.reindex();
}

/// Along its own gradient, a parameter's loss must rise at the rate of the gradient's length.
#[test]
fn whole_networks_agree_with_differences() {
    // Small, as ReLUs that switch within the step bend the loss, yet large against rounding.
    const STEP: f64 = 2e-4;
    let mut report = Report::new("whole networks");
    let (_, device) = devices::flex();
    for (name, mut config) in configs() {
        for density in [1.0, 0.4] {
            config.generator.density = density;
            config.discriminator.density = density;
            for role in [Role::G, Role::D] {
                let mut probe = Probe::new(&config, role, &device);
                let mut gradient = probe.gradient(false);
                // Inactive weights take no part in the loss, so moving them shows nothing.
                let mask = host(probe.net.mask.clone());
                gradient.iter_mut().zip(&mask).for_each(|(g, m)| *g *= m);
                let whole = norm(&gradient);
                let start = host(probe.net.flat.weight.clone());
                for place in 0..probe.net.params.len() {
                    let param = &probe.net.params[place];
                    let range = param.offset..param.offset + param.len();
                    let param = param.name.clone();
                    let length = norm(&gradient[range.clone()]);
                    // A bias before a batch norm has no gradient but rounding.
                    if length < 1e-5 * whole {
                        continue;
                    }
                    let [above, below] = [STEP, -STEP].map(|step| {
                        let mut moved = start.clone();
                        for i in range.clone() {
                            moved[i] += (step * f64::from(gradient[i]) / length) as f32;
                        }
                        probe.loss(&moved)
                    });
                    let slope = (above - below) / (2.0 * STEP);
                    let kind = format!("{role} of {name}");
                    let at = format!("{param} at density {density}");
                    // The rounding of the whole loss limits the precision of short gradients.
                    let scale = length + 0.05 * whole;
                    let (ours, theirs) = ([slope / scale], [length / scale]);
                    report.close(&kind, &at, &ours, &theirs, Limit::Absolute(0.02));
                }
            }
        }
    }
    report.finish();
}

fn norm(values: &[f32]) -> f64 {
    let squares = values.iter().map(|&v| f64::from(v) * f64::from(v));
    squares.sum::<f64>().sqrt()
}

/// At an inactive weight, the dense gradient equals the gradient with that weight active at 0.
#[test]
fn dense_gradients_are_those_of_the_network_with_every_weight_active() {
    let mut report = Report::new("dense gradients");
    for (on, device) in devices::all() {
        for (name, mut config) in configs() {
            config.generator.density = 0.3;
            config.discriminator.density = 0.3;
            for role in [Role::G, Role::D] {
                let mut sparse = Probe::new(&config, role, &device);
                let mut full = Probe::new(&config, role, &device);
                full.net.mask = full.net.mask.ones_like();
                index(&mut full.net);
                assert!(sparse.net.density() < 0.5 && full.net.density() == 1.0);
                let (ours, theirs) = (sparse.gradient(true), full.gradient(false));
                let kind = format!("{role} of {name} on {on}");
                report.close(&kind, "everywhere", &ours, &theirs, Limit::Relative(1e-5));

                let mut active = Probe::new(&config, role, &device);
                let mask = host(active.net.mask.clone());
                let keep = |gradient: Vec<f32>| -> Vec<f32> {
                    let live = |i: usize| mask.get(i).copied().unwrap_or(1.0);
                    let kept = gradient.iter().enumerate().map(|(i, g)| g * live(i));
                    kept.collect()
                };
                let (ours, theirs) = (keep(active.gradient(false)), keep(ours));
                report.close(&kind, "active", &ours, &theirs, Limit::Relative(1e-5));
            }
        }
    }
    report.finish();
}
