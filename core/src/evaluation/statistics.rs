//! Statistics of real images, the reference that samples are measured against.

#[cfg(feature = "archives")]
mod file;
#[cfg(feature = "archives")]
mod npz;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Error, Result,
    data::{Draw, ImageSet},
    feature::{Bytes, FeatureNet, Features, Resize},
    metric::{
        frechet::{Gaussian, gaussian_of},
        inception_score::{confidence, softmax},
    },
    progress::Progress,
};

/// Features kept for figures over pairs of samples: KID, precision and the like.
pub const KEPT: usize = 10_000;

/// Origin of statistics: the images, and the network that saw them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The network, e.g. `inception` or `resnet20`.
    pub network: String,
    /// SHA-256 of its file of weights.
    pub weights: String,
    /// The data, as `--data` takes them.
    pub data: String,
    /// `train` or `test`.
    pub split: String,
    /// Side of the images, in pixels.
    pub side: usize,
    /// Number of images.
    pub count: usize,
    /// Resize of the images to the network's side.
    pub resize: String,
    /// Mean confidence of the network in the class it takes for the likeliest.
    pub confidence: f64,
}

/// Mean and covariance of features, and some of the features themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Mean and covariance.
    pub gaussian: Gaussian,
    /// [`KEPT`] features, drawn from all; `None` if another program made the file.
    pub features: Option<Features>,
    /// Origin of the statistics; `None` if another program made the file.
    pub about: Option<About>,
}

impl Statistics {
    /// Computes the statistics of images.
    ///
    /// # Errors
    /// When the device fails, or `progress` cancels.
    pub async fn of(
        images: Bytes<'_>,
        network: &FeatureNet,
        resize: Resize,
        about: About,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let features = network.features(images, resize, progress).await?;
        let probabilities = softmax(&network.logits(&features, true), network.classes());
        let gaussian = gaussian_of(&features.values, features.dim);
        let about = About {
            network: network.network().name(),
            weights: network.sha256().to_owned(),
            count: features.len(),
            side: images.side,
            resize: resize.name().to_owned(),
            confidence: confidence(&probabilities, network.classes()),
            ..about
        };
        Ok(Self {
            gaussian,
            features: Some(kept(&features)),
            about: Some(about),
        })
    }

    /// Checks that samples seen through `network` may be measured against these.
    ///
    /// # Errors
    /// When they were made with another network, other weights or another resize.
    pub fn check(&self, network: &FeatureNet, resize: Resize) -> Result<()> {
        let wrong = |what: String| Err(Error::setting("statistics", what));
        let (have, dim) = (self.gaussian.mean.len(), network.network().dim());
        if have != dim {
            return wrong(format!(
                "they have {have} features, but {} has {dim}; make them with `tightrope stats --network`",
                network.network().name()
            ));
        }
        let Some(about) = &self.about else {
            return Ok(());
        };
        if about.weights != network.sha256() {
            return wrong(format!(
                "they were made with other weights (sha256 {:.12}... of {}) than these ({:.12}...)",
                about.weights,
                about.network,
                network.sha256()
            ));
        }
        if about.resize != resize.name() {
            return wrong(format!(
                "they were made with --resize {}, not {}",
                about.resize,
                resize.name()
            ));
        }
        Ok(())
    }
}

/// [`KEPT`] features, drawn from all, since images are often sorted by class.
fn kept(features: &Features) -> Features {
    let mut draw = Draw::new(features.len(), KEPT);
    let rows = features.values.chunks_exact(features.dim.max(1));
    Features {
        dim: features.dim,
        values: rows.filter(|_| draw.takes()).flatten().copied().collect(),
    }
}

/// Cache name of statistics, from all that they depend on: the images, the weights and the resize.
pub fn key(images: Bytes, network: &FeatureNet, resize: Resize) -> String {
    let mut hash = Sha256::new();
    hash.update(network.sha256());
    hash.update(resize.name());
    hash.update(
        [images.channels as u64, images.side as u64]
            .map(u64::to_le_bytes)
            .concat(),
    );
    hash.update(images.values);
    // Older statistics kept the first features rather than a draw.
    if images.values.len() > KEPT * images.channels * images.side * images.side {
        hash.update("drawn");
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Bytes of the first `count` images of a set, one image after the other.
pub fn bytes_of(set: &ImageSet, count: usize) -> Vec<u8> {
    (0..set.len().min(count))
        .flat_map(|index| set.image(index))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_that_are_kept_are_of_every_class() {
        let sorted = Features {
            dim: 2,
            values: (0..4 * KEPT)
                .flat_map(|at| [(at / KEPT) as f32, 7.0])
                .collect(),
        };
        let kept = kept(&sorted);
        assert_eq!(kept.len(), KEPT);
        for class in 0..4 {
            let rows = kept.values.chunks_exact(2);
            let of_class = rows.filter(|row| **row == [class as f32, 7.0]).count();
            assert!((2200..2800).contains(&of_class), "{of_class}");
        }
        let few = Features {
            dim: 2,
            values: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(super::kept(&few), few);
    }
}
