//! Methods that move D's density to keep the two nets in balance (ADAPT, sections 3.4 and 5).
//!
//! Every mask interval of D the balance ratio of the window is compared with its band. At or above `br_high` D is too
//! weak: it gains `density_step` of its weights, where the gradient is largest. At or below `br_low` it is too strong
//! and loses as many, the smallest. DDA does this with a static G; ADAPT explores G as SDST does beside it. `relax`
//! lets D become dense; `strict` stops at `d_max` and there drops and grows instead.

use super::exploring::explore;
use crate::config::{Growth, Policy, RunConfig, Scope};

/// ADAPT-strict's cap, a constant in the authors' code.
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

/// ADAPT with the user at the density: the beam shows what the controller would see.
pub(super) fn manual(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Gradient);
    config.discriminator.policy = Policy::Manual;
}

fn steer(config: &mut RunConfig, policy: Policy) {
    config.discriminator.policy = policy;
    config.discriminator.scope = Scope::Global;
    config.discriminator.growth = Growth::Gradient;
    let (low, high) = (config.balance.d_min, config.balance.d_max);
    // By hand: `clamp` would panic on a wrong pair of bounds, which `validate` is to report.
    config.discriminator.density = config.discriminator.density.max(low).min(high);
}

#[cfg(test)]
mod tests {
    use crate::config::preset;
    use crate::method::Method;

    #[test]
    fn a_steered_density_starts_within_its_bounds() {
        let mut config = (preset::find("strong").unwrap().build)();
        Method::AdaptStrict.apply(None, &mut config);
        assert_eq!(
            (config.balance.d_max, config.discriminator.density),
            (0.5, 0.5)
        );
        config.validate().unwrap();
        config.balance.d_min = 0.9;
        Method::AdaptStrict.apply(None, &mut config);
        assert!(config.validate().is_err());
    }
}
