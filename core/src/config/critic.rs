//! Settings of the discriminator's input: its passes and its augmentation.

use serde::{Deserialize, Serialize};

/// Passes of a critic step over real and fake images. Each pass is one power iteration of spectral
/// norm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriticPass {
    /// One after the other, as ADAPT does.
    #[default]
    Separate,
    /// As one batch, as STU-GAN's BigGAN does.
    Joined,
}

/// DiffAugment: the same differentiable augmentations of real and fake images, in D's steps and in
/// G's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AugmentConfig {
    /// Random brightness, saturation and contrast.
    pub color: bool,
    /// Random shifts by up to an eighth of the side.
    pub translation: bool,
    /// A random square of half the side, filled with grey.
    pub cutout: bool,
}
