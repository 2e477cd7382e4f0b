//! `RunConfig`: every setting of a run, in one serde struct. `config.json` is exactly this struct.

mod balance;
mod biggan;
mod count;
mod critic;
mod crossover;
pub(crate) mod edit;
mod method;
mod pruning;
mod validate;

use serde::{Deserialize, Serialize};

pub use balance::{BalanceConfig, Criterion, DensityRule, Estimator};
pub use biggan::{BigganConfig, BigganNaming};
pub use count::{NetCount, net_count, param_count};
pub use critic::{AugmentConfig, CriticPass};
pub use crossover::{Crossover, Densities, LayerClass, NEVER};
pub use method::{Method, Strategy};
pub use pruning::{Pruned, PruningConfig, StageWeights};

pub use crate::data::DataConfig;

/// Version of `config.json`; a newer one is refused.
pub const CONFIG_VERSION: u32 = 1;

/// All settings of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Version of this layout, see [`CONFIG_VERSION`].
    pub version: u32,
    /// Name of the preset the settings started from.
    pub preset: String,
    /// Name of the method (see `method::METHODS`).
    pub method: Method,
    /// The authors' density strategy, where the method has one.
    pub strategy: Option<Strategy>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Generator iterations, `T`. For a method that prunes, those of the dense training before.
    pub iterations: u64,
    /// The training data.
    pub data: DataConfig,
    /// The two architectures.
    pub model: ModelConfig,
    /// The full-size pair that costs are compared with, for a `small-dense` run. Other runs compare
    /// with `model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_model: Option<ModelConfig>,
    /// Weight initialisation.
    pub init: Init,
    /// The adversarial loss.
    pub loss: Loss,
    /// Dimension of the latent z ~ N(0, 1).
    pub z_dim: usize,
    /// Real (and fake) images in one discriminator step, `B_D`.
    pub batch_d: usize,
    /// Fake images in the generator step, `B_G`.
    pub batch_g: usize,
    /// Discriminator steps per generator step.
    pub n_critic: usize,
    /// Whether a critic step scores real and fake images in one pass or in two.
    #[serde(default)]
    pub critic_pass: CriticPass,
    /// Augmentation of images before D sees them.
    #[serde(default)]
    pub augment: AugmentConfig,
    /// Positions at which weight gradients are computed.
    pub gradients: Gradients,
    /// Treatment of a weight that one update drops and grows again.
    #[serde(default)]
    pub regrown: Regrown,
    /// Densities at which dense kernels take over from sparse ones. A new run takes those measured
    /// on its device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossover: Option<Crossover>,
    /// The generator's own settings.
    pub generator: NetConfig,
    /// The discriminator's own settings.
    pub discriminator: NetConfig,
    /// Stages after these iterations, for methods that prune a trained network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruning: Option<PruningConfig>,
    /// Measurement of the balance ratio, and control by it.
    pub balance: BalanceConfig,
    /// The averaged generator.
    pub averaging: AveragingConfig,
    /// Generated images that batch norm normalises together when sampling; a divisor of 100. ADAPT
    /// takes 100, STU-GAN's BigGAN 50.
    #[serde(default = "norm_batch")]
    pub norm_batch: usize,
    /// Kinds of records and their intervals.
    pub record: RecordConfig,
}

/// ADAPT's value of `norm_batch`.
fn norm_batch() -> usize {
    SAMPLE_BATCH
}

/// Images generated in one forward pass when sampling. Batch norm usually uses each batch's own
/// statistics, so the number is part of the protocol (the authors' 100).
pub const SAMPLE_BATCH: usize = 100;

/// The pair of architectures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ModelConfig {
    /// Multi-layer perceptrons for 2-D data.
    Mlp(MlpConfig),
    /// The SNGAN ResNet family (ADAPT, tables 4 and 5).
    Sngan(SnganConfig),
    /// BigGAN, which learns the classes of its images.
    Biggan(BigganConfig),
}

/// Two multi-layer perceptrons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Hidden widths of the generator.
    pub g_hidden: Vec<usize>,
    /// Hidden widths of the discriminator.
    pub d_hidden: Vec<usize>,
    /// Batch norm after every hidden linear layer of the generator.
    pub g_batch_norm: bool,
    /// Spectral norm on every linear layer of the discriminator.
    pub d_spectral_norm: bool,
    /// Slope of the generator's leaky ReLU; 0 is plain ReLU.
    pub g_leak: f32,
    /// Slope of the discriminator's leaky ReLU; 0 is plain ReLU.
    pub d_leak: f32,
}

/// The SNGAN ResNet family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnganConfig {
    /// Side of the generator's first feature map; every generator block doubles it.
    pub bottom: usize,
    /// Channels of the first feature map, then of each block's output.
    pub g_channels: Vec<usize>,
    /// Output channels of each discriminator block.
    pub d_channels: Vec<usize>,
    /// Whether each discriminator block ends in a 2x2 mean pool.
    pub d_pool: Vec<bool>,
    /// `sum` (CIFAR-10) or `mean` (STL-10) over the last feature map.
    pub head: HeadPool,
    /// Whether the discriminator's last linear layer has a bias.
    pub head_bias: bool,
    /// Parameter names of the authors' CIFAR-10 (`lottery`) or STL-10 (`resnet48`) code.
    pub naming: Naming,
}

/// Pooling before the discriminator's last layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadPool {
    /// Sum over the map.
    Sum,
    /// Mean over the map.
    Mean,
}

/// Source of a network's parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// `block2.c1.weight`, as in the CIFAR-10 code.
    Lottery,
    /// `blocks.0.residual.3.weight`, as in the STL-10 code.
    Resnet48,
}

/// Weight initialisation as the authors do it. In the order of the variants: SNGAN in ADAPT on
/// CIFAR-10, on STL-10, in STU-GAN; BigGAN on CIFAR-10, on TinyImageNet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weights and biases.
    Uniform,
    /// N(0, 2/fan_in) weights, zero biases.
    He,
    /// Xavier-uniform convolutions, uniform biases and linear layers, batch-norm gain N(1, 0.02).
    Xavier,
    /// N(0, 0.02) weights and tables, uniform biases.
    Normal,
    /// Orthogonal weights and tables, zero biases.
    Orthogonal,
}

/// Adversarial loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// mean relu(1 - D(x)) + mean relu(1 + D(G(z))); G: -mean D(G(z)).
    Hinge,
    /// Non-saturating binary cross-entropy.
    Bce,
    /// mean D(G(z)) - mean D(x).
    Wasserstein,
}

/// Positions at which weight gradients are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gradients {
    /// Active positions; all positions only when growth needs them.
    Active,
    /// All positions, as the authors do: Adam's moments stay warm at inactive ones.
    Dense,
}

/// Settings of one of the two networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Adam's learning rate.
    pub lr: f64,
    /// Adam's beta1.
    pub beta1: f64,
    /// Adam's beta2.
    pub beta2: f64,
    /// Adam's epsilon, outside the root.
    pub eps: f64,
    /// Share of maskable weights that are active at the start.
    pub density: f64,
    /// Spread of that share over layers.
    pub distribution: Distribution,
    /// Sampling of the initial mask.
    pub mask_sampling: MaskSampling,
    /// Whether linear layers are masked (STU-GAN: no).
    pub mask_linear: bool,
    /// Whether the last layer is masked; a dense head guards a sparse discriminator against dying.
    pub mask_head: bool,
    /// Least share of each layer's weights that a drop leaves active; 0 is the papers' rule.
    pub min_layer_density: f64,
    /// Policy for mask changes during training.
    pub policy: Policy,
    /// Iterations between mask updates.
    pub mask_interval: u64,
    /// Whether weights compete within the whole net or within their layer.
    pub scope: Scope,
    /// Rule that decides where weights grow.
    pub growth: Growth,
    /// Share of active weights dropped at the first update, p0.
    pub drop_fraction: f64,
    /// Schedule of that share over training.
    pub drop_schedule: Schedule,
    /// Floor of that share (the authors' eta_min).
    pub drop_floor: f64,
}

/// Treatment of a weight that one update drops and grows again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regrown {
    /// Keeps its value and its average (ADAPT's code).
    #[default]
    Keep,
    /// Starts from 0, like every grown weight (ADAPT's text).
    Zero,
}

/// Spread of density over layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Erdos-Renyi-Kernel.
    Erk,
    /// The same density in every layer.
    Uniform,
}

/// Sampling of the initial mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskSampling {
    /// One coin per weight, as the authors do: counts fluctuate.
    Bernoulli,
    /// Exactly round(density * n) weights per layer.
    Exact,
}

/// Policy for mask changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The mask never changes.
    Static,
    /// Drop and grow at a fixed density (SET, RigL, STU-GAN).
    DropGrow,
    /// The balance ratio raises or lowers the density (DDA, ADAPT-relax). Discriminator only.
    Relax,
    /// As `Relax` up to `d_max`, where it drops and grows instead (ADAPT-strict). Discriminator
    /// only.
    Strict,
    /// The user sets the density by command. Discriminator only.
    Manual,
}

/// Scope within which weights compete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole net.
    #[default]
    Global,
    /// Each layer by itself.
    Layer,
}

/// Growth rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// Uniformly at random (SET).
    Random,
    /// Largest |dL/dw| (RigL).
    Gradient,
}

/// Schedule of the drop fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// floor + (p0 - floor)(1 + cos(pi t/T))/2.
    Cosine,
    /// From p0 to the floor in a straight line.
    Linear,
    /// Always p0.
    Constant,
}

/// The averaged generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AveragingConfig {
    /// Averaging rule.
    pub rule: AveragingRule,
    /// Decay per iteration.
    pub decay: f64,
    /// First iteration that averages; before it the average is a copy.
    pub start: u64,
}

/// Averaging rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AveragingRule {
    /// No average; the live weights serve.
    None,
    /// Exponential moving average; dropped weights are zeroed (ADAPT).
    Ema,
    /// Sparse EMA: newly grown weights start from their live value (STU-GAN).
    Sema,
}

/// Records and their intervals in iterations, where 0 means never.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordConfig {
    /// Iterations between lines of `stats.jsonl`.
    pub log_every: u64,
    /// Iterations between sample grids.
    pub sample_every: u64,
    /// Iterations between quality measurements.
    pub quality_every: u64,
    /// Fakes scored in one quality measurement.
    pub quality_samples: usize,
    /// Iterations between checkpoints; the last iteration always writes one.
    pub checkpoint_every: u64,
}

/// One of the two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The generator.
    G,
    /// The discriminator.
    D,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::G => "G",
            Self::D => "D",
        })
    }
}

impl Role {
    /// Section of this network's settings: `generator` or `discriminator`.
    pub fn key(self) -> &'static str {
        match self {
            Self::G => "generator",
            Self::D => "discriminator",
        }
    }
}

impl NetConfig {
    /// Whether a scheduled mask update falls on this iteration of `iterations`.
    pub fn is_mask_due(&self, iteration: u64, iterations: u64) -> bool {
        match self.policy {
            Policy::Static | Policy::Manual => false,
            Policy::DropGrow | Policy::Relax | Policy::Strict => {
                iteration.is_multiple_of(self.mask_interval) && iteration < iterations
            }
        }
    }

    /// Whether scheduled mask updates grow by gradient, so that the step before each needs it
    /// everywhere.
    pub fn grows_by_gradient(&self) -> bool {
        match self.policy {
            Policy::Static | Policy::Manual => false,
            Policy::DropGrow => self.growth == Growth::Gradient,
            Policy::Relax | Policy::Strict => true,
        }
    }
}

impl RunConfig {
    /// The settings of one of the two networks.
    pub fn net(&self, role: Role) -> &NetConfig {
        match role {
            Role::G => &self.generator,
            Role::D => &self.discriminator,
        }
    }
}
