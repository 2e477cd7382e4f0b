//! Statistics of real images: what samples are measured against.

use std::path::Path;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::npz::{Reader, Writer};
use crate::{
    Error, Result,
    data::{Draw, ImageSet},
    feature::{Bytes, FeatureNet, Features, Resize},
    fs,
    fs::write_whole,
    metric::{
        frechet::{Gaussian, gaussian_of},
        inception_score::{confidence, softmax},
    },
    progress::Progress,
};

/// Features kept for figures by pairs of samples: KID, precision and the like.
pub const KEPT: usize = 10_000;
/// The file of our own in the archive.
const ABOUT: &str = "tightrope.json";

/// Which images, seen through which network, became statistics.
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
    /// How many.
    pub count: usize,
    /// How they were brought to the network's side.
    pub resize: String,
    /// The network's mean confidence in the class it takes for the likeliest.
    pub confidence: f64,
}

/// Mean and covariance of features, and some of the features themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Mean and covariance.
    pub gaussian: Gaussian,
    /// [`KEPT`] features, drawn from all; none where another program made the file.
    pub features: Option<Features>,
    /// Where they come from; nothing where another program made the file.
    pub about: Option<About>,
}

impl Statistics {
    /// Statistics of images.
    ///
    /// # Errors
    /// When the device fails, or `progress` calls it off.
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

    /// As `.npz`: `mu` and `sigma` as pytorch-fid has them, which leaves the rest alone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let bytes = self.npz().map_err(|error| Error::io(path, error))?;
        write_whole(path, &bytes)
    }

    fn npz(&self) -> std::io::Result<Vec<u8>> {
        let dim = self.gaussian.mean.len();
        let mut file = Writer::new();
        file.array("mu", &[dim], self.gaussian.mean.as_slice())?;
        // Symmetric: rows are columns.
        file.array("sigma", &[dim, dim], self.gaussian.cov.as_slice())?;
        if let Some(features) = &self.features {
            file.array("features", &[features.len(), dim], &features.values)?;
        }
        if let Some(about) = &self.about {
            file.file(ABOUT, &serde_json::to_vec_pretty(about)?)?;
        }
        file.finish()
    }

    /// Reads such a file, ours or pytorch-fid's.
    ///
    /// # Errors
    /// When it cannot be read, or is no such file.
    pub fn read(path: &Path) -> Result<Self> {
        let wrong =
            |what: &str| Error::setting("statistics", format!("{}: {what}", path.display()));
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                wrong("there is no such file; `tightrope stats` makes one")
            }
            _ => Error::io(path, error),
        })?;
        let mut file = Reader::new(&bytes).ok_or_else(|| {
            wrong("not an .npz file; `tightrope stats` and pytorch-fid make them")
        })?;
        let mu = file.array("mu").map_err(|what| wrong(&what))?;
        let sigma = file.array("sigma").map_err(|what| wrong(&what))?;
        let dim = mu.values.len();
        if mu.shape.len() != 1 || sigma.shape != [dim, dim] {
            return Err(wrong(&format!(
                "`mu` is {:?} and `sigma` {:?}; a mean [n] and a covariance [n, n] belong there",
                mu.shape, sigma.shape
            )));
        }
        if !mu
            .values
            .iter()
            .chain(&sigma.values)
            .all(|value| value.is_finite())
        {
            return Err(wrong("it has values that are not finite"));
        }
        is_covariance(dim, &sigma.values).map_err(wrong)?;
        let about = file.file(ABOUT).map(|text| serde_json::from_slice(&text));
        let about = about
            .transpose()
            .map_err(|_| wrong("its tightrope.json is damaged"))?;
        let features = match &about {
            Some(About { .. }) => {
                let features = file.array("features").map_err(|what| wrong(&what))?;
                if features.shape.len() != 2 || features.shape[1] != dim {
                    return Err(wrong(&format!(
                        "`features` is {:?}; [n, {dim}] belongs beside a mean of {dim}",
                        features.shape
                    )));
                }
                if !features.values.iter().all(|value| value.is_finite()) {
                    return Err(wrong("its features have values that are not finite"));
                }
                Some(Features {
                    dim,
                    values: features.values.iter().map(|value| *value as f32).collect(),
                })
            }
            None => None,
        };
        Ok(Self {
            gaussian: Gaussian {
                mean: DVector::from_vec(mu.values),
                cov: DMatrix::from_row_slice(dim, dim, &sigma.values),
            },
            features,
            about,
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

/// [`KEPT`] features, drawn from all: images often lie sorted by class.
fn kept(features: &Features) -> Features {
    let mut draw = Draw::new(features.len(), KEPT);
    let rows = features.values.chunks_exact(features.dim.max(1));
    Features {
        dim: features.dim,
        values: rows.filter(|_| draw.takes()).flatten().copied().collect(),
    }
}

/// Why `sigma` `[dim, dim]` is no covariance, if it is none.
fn is_covariance(dim: usize, sigma: &[f64]) -> Result<(), &'static str> {
    let variances = || (0..dim).map(|at| sigma[at * dim + at]);
    if variances().any(|variance| variance < 0.0) {
        return Err("`sigma` is no covariance: it has negative values on its diagonal");
    }
    let largest = variances().fold(0.0, f64::max);
    let mut pairs = (0..dim).flat_map(|row| (0..row).map(move |column| (row, column)));
    let differs = |(row, column): (usize, usize)| {
        (sigma[row * dim + column] - sigma[column * dim + row]).abs() > 1e-6 * largest
    };
    if pairs.any(differs) {
        return Err("`sigma` is no covariance: it is not symmetric");
    }
    Ok(())
}

/// What statistics depend on, as a name for a file: the images, the weights and the resize.
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
    // Statistics of before had the first features rather than a draw.
    if images.values.len() > KEPT * images.channels * images.side * images.side {
        hash.update("drawn");
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The first `count` images of a set, one after the other.
pub fn bytes_of(set: &ImageSet, count: usize) -> Vec<u8> {
    (0..set.len().min(count))
        .flat_map(|index| set.image(index))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics() -> Statistics {
        let features = Features {
            dim: 2,
            values: vec![0.5, 1.0, -1.0, 2.0, 0.25, 4.0],
        };
        Statistics {
            gaussian: gaussian_of(&features.values, 2),
            features: Some(features),
            about: Some(About {
                network: "resnet20".into(),
                count: 3,
                ..About::default()
            }),
        }
    }

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

    #[test]
    fn statistics_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.npz");
        statistics().write(&file).unwrap();
        assert_eq!(Statistics::read(&file).unwrap(), statistics());
    }

    #[test]
    fn statistics_of_pytorch_fid_are_read() {
        use crate::feature::tests::{FIXTURES, formula};
        let file = Path::new(FIXTURES).join("pytorch-fid.npz");
        let theirs = Statistics::read(&file).unwrap();
        let ours = gaussian_of(&formula("plain.real", 60 * 8), 8);
        assert!((&theirs.gaussian.mean - &ours.mean).norm() < 1e-12);
        assert!((&theirs.gaussian.cov - &ours.cov).norm() < 1e-12);
        assert_eq!((theirs.features, theirs.about), (None, None));
    }

    #[test]
    fn wrong_files_are_refused_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.npz");
        let refusal = || Statistics::read(&file).unwrap_err().to_string();
        assert!(refusal().contains("there is no such file"));
        fs::write(&file, b"PK").unwrap();
        assert!(refusal().contains("not an .npz file"));
        let mut archive = Writer::new();
        archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
        fs::write(&file, archive.finish().unwrap()).unwrap();
        assert!(refusal().contains("no whole array `sigma`"));
        let mut archive = Writer::new();
        archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
        archive.array("sigma", &[3, 1], &[0.0; 3]).unwrap();
        fs::write(&file, archive.finish().unwrap()).unwrap();
        assert!(refusal().contains("`mu` is [2] and `sigma` [3, 1]"));
        for (sigma, expected) in [
            ([1.0, f64::NAN, 0.0, 1.0], "values that are not finite"),
            ([1.0, 0.5, -0.5, 1.0], "not symmetric"),
            ([1.0, 0.0, 0.0, -1.0], "negative values on its diagonal"),
        ] {
            let mut archive = Writer::new();
            archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
            archive.array("sigma", &[2, 2], &sigma).unwrap();
            fs::write(&file, archive.finish().unwrap()).unwrap();
            assert!(refusal().contains(expected), "{}", refusal());
        }
        let with_features = |shape: [usize; 2], values: &[f32]| {
            let mut archive = Writer::new();
            archive.array("mu", &[2], &[0.0, 1.0]).unwrap();
            let sigma = [1.0, 0.0, 0.0, 1.0];
            archive.array("sigma", &[2, 2], &sigma).unwrap();
            archive.array("features", &shape, values).unwrap();
            let about = serde_json::to_vec(&About::default()).unwrap();
            archive.file(ABOUT, &about).unwrap();
            fs::write(&file, archive.finish().unwrap()).unwrap();
        };
        with_features([2, 3], &[0.0; 6]);
        assert!(refusal().contains("`features` is [2, 3]; [n, 2] belongs"));
        with_features([1, 2], &[0.0, f32::INFINITY]);
        assert!(refusal().contains("its features have values that are not finite"));
    }
}
