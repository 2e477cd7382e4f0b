//! 2-D presets: two small MLPs on mixtures of Gaussians, seconds each. They were found by
//! experiment over seeds; docs/METHODS.md says what each one shows.

use crate::{config::*, method::Method};

/// Settings that the 2-D presets share: d_G = d_D = 0.2, ERK with exact counts, RigL from 0.3, BR
/// over 50 iterations.
pub(crate) fn base() -> RunConfig {
    let net = NetConfig {
        lr: 4e-3,
        beta1: 0.0,
        beta2: 0.9,
        eps: 1e-8,
        density: 0.2,
        distribution: Distribution::Erk,
        mask_sampling: MaskSampling::Exact,
        mask_linear: true,
        mask_head: true,
        min_layer_density: 0.0,
        policy: Policy::Static,
        mask_interval: 100,
        scope: Scope::Global,
        growth: Growth::Gradient,
        drop_fraction: 0.3,
        drop_schedule: Schedule::Cosine,
        drop_floor: 0.005,
    };
    RunConfig {
        version: CONFIG_VERSION,
        preset: String::new(),
        method: Method::Static,
        strategy: None,
        seed: 42,
        iterations: 1500,
        data: DataConfig {
            source: "ring".to_owned(),
            side: 0,
            flip: false,
            limit: 0,
            memory: 0,
        },
        model: ModelConfig::Mlp(MlpConfig {
            g_hidden: vec![48; 3],
            d_hidden: vec![64; 3],
            g_batch_norm: false,
            d_spectral_norm: false,
            g_leak: 0.0,
            d_leak: 0.1,
        }),
        full_model: None,
        init: Init::Uniform,
        loss: Loss::Hinge,
        z_dim: 2,
        batch_d: 64,
        batch_g: 64,
        n_critic: 1,
        critic_pass: CriticPass::Separate,
        augment: AugmentConfig::default(),
        gradients: Gradients::Active,
        regrown: Regrown::Keep,
        crossover: None,
        discriminator: NetConfig {
            mask_interval: 50,
            ..net.clone()
        },
        generator: net,
        pruning: None,
        balance: BalanceConfig {
            probe_interval: 1,
            window: 50,
            estimator: Estimator::RatioOfMeans,
            br_low: 0.45,
            br_high: 0.55,
            gap_floor: 1e-6,
            density_step: 0.1,
            d_min: 0.05,
            ..BalanceConfig::default()
        },
        // A copy at first, so that the initial weights do not linger in a short run's average.
        averaging: AveragingConfig {
            rule: AveragingRule::Ema,
            decay: 0.99,
            start: 100,
        },
        norm_batch: SAMPLE_BATCH,
        record: RecordConfig {
            log_every: 5,
            sample_every: 100,
            quality_every: 50,
            quality_samples: 2000,
            checkpoint_every: 500,
        },
    }
}

/// The ring's base with another discriminator.
fn ring_with(d_hidden: Vec<usize>, g_batch_norm: bool, d_spectral_norm: bool) -> RunConfig {
    let mut config = base();
    if let ModelConfig::Mlp(mlp) = &mut config.model {
        mlp.d_hidden = d_hidden;
        mlp.g_batch_norm = g_batch_norm;
        mlp.d_spectral_norm = d_spectral_norm;
    }
    config
}

pub(super) fn spiral() -> RunConfig {
    let mut config = base();
    config.preset = "spiral".to_owned();
    config.data.source = "spiral".to_owned();
    config.iterations = 2500;
    config.generator.lr = 6e-3;
    config.generator.mask_interval = 50;
    config.generator.drop_fraction = 0.1;
    sparse(&mut config, 0.05);
    config.balance.br_low = 0.15;
    config.balance.br_high = 0.3;
    config
}

/// Sets both nets to one density.
fn sparse(config: &mut RunConfig, density: f64) {
    config.generator.density = density;
    config.discriminator.density = density;
}

pub(super) fn ring() -> RunConfig {
    let mut config = base();
    config.preset = "ring".to_owned();
    sparse(&mut config, 0.4);
    config.balance.br_low = 0.05;
    config.balance.br_high = 0.35;
    config.balance.density_step = 0.05;
    config
}

pub(super) fn strong() -> RunConfig {
    let mut config = base();
    config.preset = "strong".to_owned();
    config.iterations = 2000;
    config.n_critic = 3;
    config.discriminator.lr = 8e-3;
    config.discriminator.mask_interval = 25;
    config.balance.br_low = 0.1;
    config.balance.br_high = 0.3;
    config.balance.d_min = 0.1;
    config.generator.drop_fraction = 0.1;
    config.discriminator.drop_fraction = 0.1;
    config.generator.mask_interval = 200;
    config
}

pub(super) fn explore() -> RunConfig {
    let mut config = ring_with(vec![32; 2], true, false);
    config.preset = "explore".to_owned();
    config.iterations = 1200;
    sparse(&mut config, 0.03);
    config.generator.drop_fraction = 0.5;
    config.discriminator.drop_fraction = 0.5;
    config.generator.mask_interval = 50;
    config
}

pub(super) fn ringres() -> RunConfig {
    let mut config = ring_with(vec![64; 2], false, false);
    config.preset = "ringres".to_owned();
    sparse(&mut config, 0.05);
    config.generator.beta2 = 0.99;
    config.discriminator.beta2 = 0.99;
    config.generator.drop_fraction = 0.1;
    config.discriminator.drop_fraction = 0.1;
    config.balance.br_low = 0.05;
    config.balance.br_high = 0.3;
    config
}

pub(super) fn bn() -> RunConfig {
    let mut config = ring_with(vec![32; 2], true, true);
    config.preset = "bn".to_owned();
    config.iterations = 1200;
    config.z_dim = 4;
    config.balance.br_low = 0.35;
    config
}

pub(super) fn grid() -> RunConfig {
    let mut config = base();
    config.preset = "grid".to_owned();
    config.data.source = "grid".to_owned();
    config.iterations = 3000;
    config.generator.lr = 6e-3;
    config
}
