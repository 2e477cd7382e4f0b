//! The papers' own settings (ADAPT, appendix B and its released scripts; STU-GAN's September 2021
//! code), and the tiny member of the family behind their reference traces.

use super::image;
use crate::{config::*, method::Method};

/// Settings that ADAPT's SNGAN runs share: 100k iterations, EMA 0.999, BR at every 10th iteration
/// over 1000 iterations.
pub(super) fn adapt() -> RunConfig {
    let mut config = image::base();
    config.iterations = 100_000;
    config.data.flip = true;
    config.z_dim = 128;
    config.batch_d = 64;
    config.batch_g = 128;
    config.n_critic = 5;
    config.gradients = Gradients::Dense;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.lr = 2e-4;
        net.density = 0.1;
        net.mask_sampling = MaskSampling::Bernoulli;
        net.mask_head = true;
        net.min_layer_density = 0.0;
        net.drop_fraction = 0.5;
    }
    config.balance = BalanceConfig::default();
    config.averaging = AveragingConfig {
        rule: AveragingRule::Ema,
        decay: 0.999,
        start: 0,
    };
    config.record = RecordConfig {
        log_every: 100,
        sample_every: 500,
        quality_every: 5000,
        quality_samples: 10_000,
        checkpoint_every: 1000,
    };
    config
}

/// SNGAN on CIFAR-10 (ADAPT table 4).
pub(super) fn sngan_cifar10() -> RunConfig {
    let mut config = adapt();
    config.preset = "sngan-cifar10".to_owned();
    config.data.source = "cifar10".to_owned();
    config.data.side = 32;
    config.model = lottery(4, 256, 128);
    config.generator.mask_interval = 500;
    config.discriminator.mask_interval = 1000;
    config
}

/// SNGAN on STL-10 at 48 px (ADAPT table 5).
pub(super) fn sngan_stl10() -> RunConfig {
    let mut config = adapt();
    config.preset = "sngan-stl10".to_owned();
    config.data.source = "stl10".to_owned();
    config.data.side = 48;
    config.model = ModelConfig::Sngan(SnganConfig {
        bottom: 6,
        g_channels: vec![512, 256, 128, 64],
        d_channels: vec![64, 128, 256, 512, 1024],
        d_pool: vec![true; 5],
        head: HeadPool::Mean,
        head_bias: true,
        naming: Naming::Resnet48,
    });
    config.init = Init::He;
    config.generator.mask_interval = 1000;
    config.discriminator.mask_interval = 2000;
    config.balance.density_step = 0.025;
    config
}

/// The reference traces' pair: 16 px, width 8.
pub(super) fn tiny() -> RunConfig {
    let mut config = adapt();
    config.preset = "tiny".to_owned();
    config.iterations = 10;
    config.data = DataConfig {
        source: "shapes".to_owned(),
        side: 16,
        flip: false,
        limit: 0,
        memory: 0,
    };
    config.model = lottery(2, 8, 8);
    config.z_dim = 16;
    config.batch_d = 4;
    config.batch_g = 8;
    config.n_critic = 2;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.density = 0.5;
    }
    config.generator.mask_interval = 3;
    config.discriminator.mask_interval = 2;
    config.balance.probe_interval = 1;
    config.balance.window = 2;
    config.record = RecordConfig {
        log_every: 1,
        sample_every: 5,
        quality_every: 5,
        quality_samples: 64,
        checkpoint_every: 5,
    };
    config
}

/// The authors' CIFAR-10 family: three generator blocks, and four discriminator blocks, two of
/// which pool.
fn lottery(bottom: usize, g_width: usize, d_width: usize) -> ModelConfig {
    ModelConfig::Sngan(SnganConfig {
        bottom,
        g_channels: vec![g_width; 4],
        d_channels: vec![d_width; 4],
        d_pool: vec![true, true, false, false],
        head: HeadPool::Sum,
        head_bias: false,
        naming: Naming::Lottery,
    })
}

/// SNGAN on CIFAR-10 as STU-GAN's authors train it: Xavier initialisation, no flips, masks on
/// convolutions only, half as many iterations, a D of density 0.5.
pub(super) fn stu_sngan_cifar10() -> RunConfig {
    let mut config = sngan_cifar10();
    config.preset = "stu-sngan-cifar10".to_owned();
    config.iterations = 50_000;
    config.generator.mask_interval = 1000;
    as_stu(&mut config);
    config.init = Init::Xavier;
    config
}

/// Applies the settings that STU-GAN's authors change for SNGAN and BigGAN alike.
pub(super) fn as_stu(config: &mut RunConfig) {
    config.data.flip = false;
    config.discriminator.density = 0.5;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.mask_linear = false;
    }
}

/// ADAPT-strict and DDA update D half as often on CIFAR-10 (appendix B).
pub(super) fn adjust_cifar10(method: Method, config: &mut RunConfig) {
    adjust(method, config);
    if matches!(
        method,
        Method::AdaptStrict | Method::PropStrict | Method::Dda
    ) {
        config.discriminator.mask_interval = 2000;
    }
}

/// DDA's wider band (appendix B).
pub(super) fn adjust(method: Method, config: &mut RunConfig) {
    if method == Method::Dda {
        config.balance.br_low = 0.5;
        config.balance.br_high = 0.65;
    }
}
