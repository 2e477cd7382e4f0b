//! Methods that explore masks at a fixed density: SDST (ADAPT, section 4), DST in both nets at one density (E.2) and
//! in D alone.
//!
//! An update drops the smallest active weights over the whole net and grows as many inactive ones, either where the
//! loss gradient is largest (RigL) or at random (SET). SDST does so in G only. The paper's finding: with a D that is
//! too weak or too strong, exploration cannot help G, and exploring D at a fixed density does not mend the balance.

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
