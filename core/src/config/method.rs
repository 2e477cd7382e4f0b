//! The methods that a run can train by; `method` defines each of them.

use serde::{Deserialize, Serialize};

/// A training method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Both nets dense.
    Dense,
    /// Dense at a width with the sparse pair's parameter count.
    SmallDense,
    /// Fixed sparse masks.
    Static,
    /// G drops by magnitude and grows at random (SET); D static.
    SdstSet,
    /// G drops by magnitude and grows by gradient (RigL); D static.
    SdstRigl,
    /// G drops and grows layer by layer, SEMA; D static.
    StuGan,
    /// Both nets drop and grow, random growth.
    DstBothSet,
    /// Both nets drop and grow, gradient growth.
    DstBothRigl,
    /// Only D drops and grows.
    DstDOnly,
    /// G static, D's density follows the balance ratio.
    Dda,
    /// G drops and grows, D's density follows the balance ratio up to 1.
    AdaptRelax,
    /// As `AdaptRelax` up to d_max, where D drops and grows.
    AdaptStrict,
    /// Dense training, then the best averaged G pruned and trained on (ADAPT).
    PostHoc,
    /// Dense training, then the last weights pruned and trained on (STU-GAN).
    Pf,
    /// Iterative magnitude pruning with rewinding.
    GanTickets,
    /// G drops and grows, D's density is set by command.
    Manual,
    /// ADAPT-relax with steps in proportion to the imbalance.
    PropRelax,
    /// ADAPT-strict with steps in proportion to the imbalance.
    PropStrict,
}

/// The choice that a method leaves open: D's fixed density, or the size of a small dense pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// d_D = d_G.
    Balance,
    /// d_D = d_max.
    Strong,
    /// Half the filters (STU-GAN's small dense).
    Half,
}
