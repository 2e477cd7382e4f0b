//! Adversarial losses. Scores are `[batch]`; every loss is a mean over the batch.

use burn::tensor::{
    Tensor,
    activation::{relu, softplus},
};

use crate::config::Loss;

impl Loss {
    /// The discriminator's loss on real and fake scores.
    pub fn critic(self, real: Tensor<1>, fake: Tensor<1>) -> Tensor<1> {
        match self {
            Self::Hinge => relu(1.0 - real).mean() + relu(fake + 1.0).mean(),
            Self::Bce => softplus(-real, 1.0).mean() + softplus(fake, 1.0).mean(),
            Self::Wasserstein => fake.mean() - real.mean(),
        }
    }

    /// The generator's loss on fake scores.
    pub fn generator(self, fake: Tensor<1>) -> Tensor<1> {
        match self {
            Self::Hinge | Self::Wasserstein => -fake.mean(),
            Self::Bce => softplus(-fake, 1.0).mean(),
        }
    }
}
