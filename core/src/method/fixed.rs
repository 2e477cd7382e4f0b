//! Methods whose masks never change: dense, small dense, static sparse (ADAPT, section 4).
//!
//! Static sparse draws ERK masks once. It asks how dense D should be: as dense as G (`balance`), as
//! dense as allowed (`strong`), or as the preset has it. The paper finds that neither always wins:
//! a sparse G needs a D that it can follow.

use super::Strategy;
use crate::config::{ModelConfig, NetCount, Role, RunConfig, net_count};

/// Makes both nets dense and leaves averaging and the rest to the preset.
pub(super) fn dense(config: &mut RunConfig) {
    config.generator.density = 1.0;
    config.discriminator.density = 1.0;
}

/// Static masks change no setting.
pub(super) fn static_sparse(_: &mut RunConfig) {}

/// Makes both nets dense and scales all widths of a net by one factor, so that it has as many
/// parameters as its sparse twin has active ones. The strategy `half` halves them (STU-GAN).
pub(super) fn small_dense(config: &mut RunConfig) {
    let full = config
        .full_model
        .get_or_insert(config.model.clone())
        .clone();
    if config.strategy == Some(Strategy::Half) {
        config.model = scaled(&scaled(&full, Role::G, 0.5), Role::D, 0.5);
        return dense(config);
    }
    for role in [Role::G, Role::D] {
        let target = count(config, &config.model, role).active(config.net(role).density);
        config.model = nearest_width(config, role, target);
    }
    dense(config);
}

/// The model whose `role` is scaled to the parameter count nearest `target`.
fn nearest_width(config: &RunConfig, role: Role, target: u64) -> ModelConfig {
    // Fine enough to reach every rounding of a width up to 1024.
    const STEPS: u32 = 2048;
    let candidates =
        (1..=STEPS).map(|step| scaled(&config.model, role, f64::from(step) / f64::from(STEPS)));
    let distance = |model: &ModelConfig| count(config, model, role).params.abs_diff(target);
    // Ties go to the wider net, which at density 1 is the full one.
    candidates
        .rev()
        .min_by_key(distance)
        .unwrap_or_else(|| config.model.clone())
}

fn count(config: &RunConfig, model: &ModelConfig, role: Role) -> NetCount {
    net_count(
        model,
        role,
        config.z_dim,
        config.data.channels(),
        config.net(role),
    )
}

fn scaled(model: &ModelConfig, role: Role, factor: f64) -> ModelConfig {
    let mut model = model.clone();
    let widths = match (&mut model, role) {
        (ModelConfig::Mlp(mlp), Role::G) => &mut mlp.g_hidden,
        (ModelConfig::Mlp(mlp), Role::D) => &mut mlp.d_hidden,
        (ModelConfig::Sngan(sngan), Role::G) => &mut sngan.g_channels,
        (ModelConfig::Sngan(sngan), Role::D) => &mut sngan.d_channels,
        (ModelConfig::Biggan(biggan), Role::G) => &mut biggan.g_channels,
        (ModelConfig::Biggan(biggan), Role::D) => &mut biggan.d_channels,
    };
    for width in widths {
        *width = ((*width as f64 * factor).round() as usize).max(1);
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Method;
    use crate::preset;

    #[test]
    fn half_is_half_the_filters() {
        let mut config = (preset::find("stu-biggan-cifar10").unwrap().build)();
        let full = config.model.clone();
        for _ in 0..2 {
            Method::SmallDense.apply(Some(Strategy::Half), &mut config);
            let ModelConfig::Biggan(biggan) = &config.model else {
                panic!("a BigGAN")
            };
            assert_eq!(biggan.g_channels, [128; 4]);
            assert_eq!(biggan.d_channels, [128; 4]);
            assert_eq!(config.full_model.as_ref(), Some(&full));
        }
        assert_eq!(config.discriminator.density, 1.0);
        Method::Static.apply(None, &mut config);
        assert_eq!(config.full_model, None);
    }

    #[test]
    fn one_factor_keeps_the_shape_of_a_net() {
        let mut config = (preset::find("sngan-stl10").unwrap().build)();
        small_dense(&mut config);
        let ModelConfig::Sngan(sngan) = &config.model else {
            panic!("an SNGAN")
        };
        let ratio = |widths: &[usize], index: usize| widths[0] as f64 / widths[index] as f64;
        assert!(
            (ratio(&sngan.g_channels, 1) - 2.0).abs() < 0.05,
            "{:?}",
            sngan.g_channels
        );
        assert!(
            (ratio(&sngan.d_channels, 4) - 1.0 / 16.0).abs() < 0.01,
            "{:?}",
            sngan.d_channels
        );
    }
}
