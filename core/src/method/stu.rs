//! STU-GAN ("Don't Be So Dense", 2203.02770, section 4).
//!
//! G drops and grows within every layer, by gradient, and its average is sparse: a newly grown
//! weight enters it at its live value (SEMA). D keeps its masks. The paper writes one TopK over the
//! whole net; its code, followed here, works layer by layer. Its authors' other differences from
//! ADAPT's (initialisation, no flips, masks on convolutions only) hold for all methods of the
//! presets `stu-sngan-cifar10` and `stu-biggan-cifar10`.

use crate::config::{AveragingRule, Growth, Policy, RunConfig, Scope};

pub(super) fn stu_gan(config: &mut RunConfig) {
    config.generator.policy = Policy::DropGrow;
    config.generator.scope = Scope::Layer;
    config.generator.growth = Growth::Gradient;
    config.averaging.rule = AveragingRule::Sema;
}
