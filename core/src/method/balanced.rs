//! Methods that move D's density to keep the two nets in balance (ADAPT, sections 5.3 and 6), and
//! our own variants with proportional steps.
//!
//! At every mask interval of D, the balance ratio of the window is compared with its band. At or
//! above `br_high` D is too weak: it gains `density_step` of its weights, where the gradient is
//! largest. At or below `br_low` it is too strong and loses as many, the smallest. DDA does this
//! with a static G; ADAPT also explores G, as SDST does. `relax` lets D become dense; `strict`
//! stops at `d_max`, where D drops and grows instead. D starts as dense as G (Algorithms 2 and 3,
//! line 1).

use super::exploring::explore;
use crate::config::{DensityRule, Growth, Policy, RunConfig, Scope};

/// ADAPT-strict's cap unless the settings say otherwise, a constant in the authors' code.
const STRICT_D_MAX: f64 = 0.5;

pub(super) fn dda(config: &mut RunConfig) {
    steer(config, Policy::Relax);
}

pub(super) fn adapt_relax(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Gradient);
    steer(config, Policy::Relax);
}

pub(super) fn adapt_strict(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Gradient);
    config.balance.d_max = config.balance.d_max.min(STRICT_D_MAX);
    steer(config, Policy::Strict);
}

/// ADAPT-relax with steps in proportion to the imbalance.
pub(super) fn prop_relax(config: &mut RunConfig) {
    adapt_relax(config);
    config.balance.rule = DensityRule::Proportional;
}

/// ADAPT-strict with steps in proportion to the imbalance.
pub(super) fn prop_strict(config: &mut RunConfig) {
    adapt_strict(config);
    config.balance.rule = DensityRule::Proportional;
}

/// ADAPT with the density in the user's hands; the beam shows the balance that a controller would
/// see.
pub(super) fn manual(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Gradient);
    config.discriminator.policy = Policy::Manual;
    start_as_g(config);
}

fn steer(config: &mut RunConfig, policy: Policy) {
    config.discriminator.policy = policy;
    config.discriminator.scope = Scope::Global;
    config.discriminator.growth = Growth::Gradient;
    start_as_g(config);
}

fn start_as_g(config: &mut RunConfig) {
    config.discriminator.density = config.generator.density.min(config.balance.d_max);
}

#[cfg(test)]
mod tests {
    use crate::method::{METHODS, Method};
    use crate::preset;

    #[test]
    fn the_discriminator_starts_as_dense_as_the_generator_within_its_cap() {
        for preset in preset::PRESETS {
            for method in METHODS
                .iter()
                .map(|info| info.method)
                .filter(|m| m.info().steers)
            {
                let mut config = (preset.build)();
                for density in [0.03, 0.3, 0.9] {
                    config.generator.density = density;
                    method.apply(None, &mut config);
                    let start = density.min(config.balance.d_max);
                    assert_eq!(
                        config.discriminator.density, start,
                        "{} {method}",
                        preset.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_wrong_pair_of_bounds_is_refused() {
        let mut config = (preset::find("strong").unwrap().build)();
        Method::AdaptStrict.apply(None, &mut config);
        config.validate().unwrap();
        config.balance.d_min = 0.9;
        Method::AdaptStrict.apply(None, &mut config);
        assert!(config.validate().is_err());
    }
}
