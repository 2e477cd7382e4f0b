//! Methods that explore masks at a fixed density: SDST (ADAPT, section 4), DST in both nets at one
//! density (E.2) and in D alone.
//!
//! An update drops the smallest active weights over the whole net and grows as many inactive ones,
//! either where the loss gradient is largest (RigL) or at random (SET). SDST does so in G only. The
//! paper's finding: with a D that is too weak or too strong, exploration cannot help G, and
//! exploring D at a fixed density does not mend the balance.

use crate::config::{Growth, NetConfig, Policy, RunConfig, Scope};

pub(super) fn sdst_set(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Random);
}

pub(super) fn sdst_rigl(config: &mut RunConfig) {
    explore(&mut config.generator, Growth::Gradient);
}

pub(super) fn dst_both_set(config: &mut RunConfig) {
    config.discriminator.density = config.generator.density;
    explore(&mut config.generator, Growth::Random);
    explore(&mut config.discriminator, Growth::Random);
}

pub(super) fn dst_both_rigl(config: &mut RunConfig) {
    config.discriminator.density = config.generator.density;
    explore(&mut config.generator, Growth::Gradient);
    explore(&mut config.discriminator, Growth::Gradient);
}

pub(super) fn dst_d_only(config: &mut RunConfig) {
    explore(&mut config.discriminator, Growth::Gradient);
}

/// Global drop and grow.
pub(super) fn explore(net: &mut NetConfig, growth: Growth) {
    net.policy = Policy::DropGrow;
    net.scope = Scope::Global;
    net.growth = growth;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Method;
    use crate::preset;

    #[test]
    fn set_grows_at_random_and_rigl_by_gradient_over_the_whole_net() {
        use Growth::{Gradient, Random};
        for (method, g, d) in [
            (Method::SdstSet, Some(Random), None),
            (Method::SdstRigl, Some(Gradient), None),
            (Method::DstBothSet, Some(Random), Some(Random)),
            (Method::DstBothRigl, Some(Gradient), Some(Gradient)),
            (Method::DstDOnly, None, Some(Gradient)),
        ] {
            for before in [Gradient, Random] {
                let mut config = (preset::find("tiny").unwrap().build)();
                for net in [&mut config.generator, &mut config.discriminator] {
                    (net.scope, net.growth) = (Scope::Layer, before);
                }
                method.apply(None, &mut config);
                for (net, growth) in [(config.generator, g), (config.discriminator, d)] {
                    let expected = match growth {
                        Some(growth) => (Policy::DropGrow, Scope::Global, growth),
                        None => (Policy::Static, Scope::Layer, before),
                    };
                    assert_eq!((net.policy, net.scope, net.growth), expected, "{method}");
                }
            }
        }
    }

    #[test]
    fn two_exploring_nets_are_equally_dense() {
        for method in [Method::DstBothSet, Method::DstBothRigl] {
            let mut config = (preset::find("tiny").unwrap().build)();
            config.generator.density = 0.2;
            config.discriminator.density = 0.7;
            method.apply(None, &mut config);
            assert_eq!(config.generator.density, 0.2);
            assert_eq!(config.discriminator.density, 0.2);
        }
    }
}
