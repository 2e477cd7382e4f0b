//! Small image presets: the SNGAN family at 16 or 32 px, a minute or two on two CPU cores. They
//! guard against a dying discriminator by the robust estimator, a floor on d_D and on every layer,
//! and a dense head.

use super::plane;
use crate::config::*;

/// Settings that the small image presets share: the "16 net", both nets at 10 %, ten mask updates,
/// BR over 84 iterations.
pub(crate) fn base() -> RunConfig {
    let mut config = plane::base();
    config.data = DataConfig {
        source: "shapes".to_owned(),
        side: 16,
        flip: false,
        limit: 0,
        memory: 0,
    };
    config.model = nets(&[32, 32, 32], &[16, 16, 16], 2);
    config.z_dim = 32;
    config.batch_d = 32;
    config.batch_g = 32;
    config.generator.lr = 1e-3;
    config.generator.density = 0.1;
    config.discriminator.lr = 2e-3;
    config.discriminator.density = 0.1;
    config.discriminator.mask_head = false;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.min_layer_density = 0.02;
    }
    config.balance.probe_interval = 4;
    config.balance.window = 21;
    config.balance.gap_floor = 0.02;
    config.balance.density_step = 0.05;
    config.balance.d_min = 0.1;
    config.balance.warmup = 100;
    config.averaging.decay = 0.995;
    config.record.log_every = 10;
    config.record.quality_samples = 1000;
    lasting(config, 1700)
}

/// The SNGAN family from a 4x4 map; the first `pools` discriminator blocks pool.
fn nets(g_channels: &[usize], d_channels: &[usize], pools: usize) -> ModelConfig {
    ModelConfig::Sngan(SnganConfig {
        bottom: 4,
        g_channels: g_channels.to_vec(),
        d_channels: d_channels.to_vec(),
        d_pool: (0..d_channels.len()).map(|block| block < pools).collect(),
        head: HeadPool::Sum,
        head_bias: false,
        naming: Naming::Lottery,
    })
}

/// Spreads ten mask updates of G, twenty of D and ten sample grids over the run, whatever its
/// length.
fn lasting(mut config: RunConfig, iterations: u64) -> RunConfig {
    config.iterations = iterations;
    config.generator.mask_interval = iterations / 10;
    config.discriminator.mask_interval = iterations / 20;
    config.record.sample_every = iterations / 10;
    config.record.quality_every = iterations / 10;
    config.record.checkpoint_every = iterations / 4;
    config
}

pub(super) fn shapes16() -> RunConfig {
    let mut config = lasting(base(), 1400);
    config.preset = "shapes16".to_owned();
    config.model = nets(&[48, 48, 32], &[24, 32, 32], 2);
    config.generator.lr = 3e-3;
    config.discriminator.lr = 7e-4;
    config.generator.density = 0.3;
    config.generator.drop_fraction = 0.2;
    config.discriminator.density = 0.3;
    // BR depends on the ratio of the learning rates: with these it settles lower than in the
    // papers.
    config.balance.br_low = 0.3;
    config.balance.br_high = 0.42;
    config
}

pub(super) fn shapes32() -> RunConfig {
    let mut config = lasting(shapes16(), 1400);
    config.preset = "shapes32".to_owned();
    config.data.side = 32;
    config.model = nets(&[48, 48, 32, 16], &[16, 24, 32], 3);
    config
}

/// Settings that show the papers' ordering on small images, found by experiment (docs/ORDERING.md):
/// a G so sparse that exploring pays, a D so narrow that at G's density it is too weak, three
/// critic steps at equal learning rates, gentle exploration, and steering from the start.
fn starved(source: &str) -> RunConfig {
    let mut config = lasting(base(), 1000);
    config.data.source = source.to_owned();
    config.n_critic = 3;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.lr = 2e-3;
        net.density = 0.05;
        net.min_layer_density = 0.01;
    }
    config.generator.mask_interval = 50;
    config.generator.drop_fraction = 0.1;
    config.discriminator.mask_interval = 40;
    config.balance = BalanceConfig {
        probe_interval: 2,
        window: 19,
        br_low: 0.35,
        br_high: 0.5,
        density_step: 0.1,
        d_min: 0.05,
        warmup: 0,
        ..config.balance
    };
    config
}

pub(super) fn scenes16() -> RunConfig {
    let mut config = starved("scenes");
    config.preset = "scenes16".to_owned();
    config.model = nets(&[48, 48, 32], &[16, 16, 16], 2);
    config.balance.br_low = 0.25;
    config.balance.br_high = 0.5;
    config
}

pub(super) fn fashion16() -> RunConfig {
    let mut config = starved("fashion-mnist");
    config.preset = "fashion16".to_owned();
    config
}

pub(super) fn mnist16() -> RunConfig {
    let mut config = lasting(base(), 1300);
    config.preset = "mnist16".to_owned();
    config.data.source = "mnist".to_owned();
    // A D of 16 channels dies here under a moving density.
    config.model = nets(&[32, 32, 32], &[24, 32, 32], 2);
    config.generator.density = 0.2;
    config.discriminator.density = 0.2;
    config
}

pub(super) fn cifar16() -> RunConfig {
    let mut config = starved("cifar10");
    config.preset = "cifar16".to_owned();
    config.data.flip = true;
    config.model = nets(&[48, 32, 32], &[24, 24, 24], 2);
    config
}
