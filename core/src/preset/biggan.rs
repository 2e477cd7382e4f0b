//! BigGAN presets: the papers' own settings (ADAPT, appendix B and its released code; STU-GAN's
//! September 2021 code), and a small one that shows its classes on two CPU cores.

use super::{image, paper};
use crate::config::*;

/// Settings that the papers' BigGANs share, beyond those of all of ADAPT's runs: 200k iterations,
/// four critic steps, batches of 50, EMA 0.9999.
fn base(model: BigganConfig) -> RunConfig {
    let mut config = paper::adapt();
    config.iterations = 200_000;
    config.model = ModelConfig::Biggan(model);
    config.batch_d = 50;
    config.batch_g = 50;
    config.n_critic = 4;
    config.init = Init::Normal;
    for net in [&mut config.generator, &mut config.discriminator] {
        net.beta2 = 0.999;
        net.mask_interval = 1000;
    }
    config.averaging.decay = 0.9999;
    config
}

/// ADAPT's network for CIFAR-10, `biggan.32`: no shared embedding, no attention.
fn biggan32() -> BigganConfig {
    BigganConfig {
        classes: 10,
        bottom: 4,
        g_channels: vec![256; 4],
        d_channels: vec![256; 4],
        d_pool: vec![true, true, false, false],
        shared_embedding: 0,
        g_attention: 0,
        d_attention: 0,
        d_spectral_norm: true,
        relu_shortcut: false,
        norm_eps: 1e-5,
        spectral_eps: 1e-12,
        naming: BigganNaming::Biggan32,
    }
}

/// BigGAN on CIFAR-10 (ADAPT). The code does not mask D's last layer, which it calls a classifier.
pub(crate) fn biggan_cifar10() -> RunConfig {
    let mut config = base(biggan32());
    config.preset = "biggan-cifar10".to_owned();
    config.data.source = "cifar10".to_owned();
    config.data.side = 32;
    config.discriminator.mask_head = false;
    config.discriminator.mask_interval = 5000;
    config
}

/// BigGAN on TinyImageNet at 64 px (ADAPT), StudioGAN's `big_resnet`.
pub(super) fn biggan_tinyimagenet() -> RunConfig {
    let mut config = base(BigganConfig {
        classes: 200,
        g_channels: vec![1280, 640, 320, 160, 80],
        d_channels: vec![80, 160, 320, 640, 1280],
        d_pool: vec![true, true, true, true, false],
        shared_embedding: 128,
        g_attention: 3,
        d_attention: 1,
        relu_shortcut: true,
        norm_eps: 1e-4,
        spectral_eps: 1e-6,
        naming: BigganNaming::Biggan64,
        ..biggan32()
    });
    config.preset = "biggan-tinyimagenet".to_owned();
    config.data.source = "tiny-imagenet".to_owned();
    config.data.side = 64;
    config.z_dim = 100;
    config.init = Init::Orthogonal;
    config.augment = AugmentConfig {
        color: true,
        translation: true,
        cutout: true,
    };
    config.batch_d = 256;
    config.batch_g = 256;
    config.n_critic = 1;
    config.generator.lr = 1e-4;
    config.discriminator.lr = 4e-4;
    config.discriminator.mask_interval = 10_000;
    config.balance.br_low = 0.3;
    config.balance.br_high = 0.4;
    config
}

/// BigGAN on CIFAR-10 as STU-GAN trains it: 500 epochs, masks on convolutions only, every 500
/// iterations, the average from 1000 on, real and fake images in one pass, no flips. Names and
/// order of the network are ADAPT's.
pub(super) fn stu_biggan_cifar10() -> RunConfig {
    let mut config = base(BigganConfig {
        spectral_eps: 1e-8,
        ..biggan32()
    });
    config.preset = "stu-biggan-cifar10".to_owned();
    config.data.source = "cifar10".to_owned();
    config.data.side = 32;
    paper::as_stu(&mut config);
    config.norm_batch = 50;
    config.critic_pass = CriticPass::Joined;
    config.iterations = 125_000;
    config.generator.mask_interval = 500;
    config.averaging.start = 1000;
    config
}

/// An eighth of the width on Fashion-MNIST at 16 px. Found by experiment: classes are distinct
/// after 500 iterations.
pub(super) fn biggan_fashion16() -> RunConfig {
    let mut config = image::base();
    config.preset = "biggan-fashion16".to_owned();
    config.data.source = "fashion-mnist".to_owned();
    config.model = ModelConfig::Biggan(BigganConfig {
        g_channels: vec![32; 3],
        d_channels: vec![32; 3],
        d_pool: vec![true, true, false],
        ..biggan32()
    });
    config.init = Init::Orthogonal;
    config
}
