//! STU-GAN ("Don't Be So Dense", 2203.02770).
//!
//! G drops and grows within every layer, by gradient, and its average is sparse: a newly grown weight enters it at
//! its live value (SEMA). D keeps its masks. The paper writes one TopK over the whole net and ER-sparse linear
//! layers; its code, followed here, works layer by layer and masks convolutions only.

use crate::config::{AveragingRule, Growth, ModelConfig, Policy, RunConfig, Scope};

pub(super) fn stu_gan(config: &mut RunConfig) {
    config.generator.policy = Policy::DropGrow;
    config.generator.scope = Scope::Layer;
    config.generator.growth = Growth::Gradient;
    config.averaging.rule = AveragingRule::Sema;
    spare_linear(config);
}

/// Masks cover convolutions only, as in the authors' code. An MLP has linear layers only: sparing them would leave
/// nothing sparse.
pub(super) fn spare_linear(config: &mut RunConfig) {
    if !matches!(config.model, ModelConfig::Mlp(_)) {
        config.generator.mask_linear = false;
        config.discriminator.mask_linear = false;
    }
}
