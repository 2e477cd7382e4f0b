//! Networks that evaluate samples: trained elsewhere, read from a file that the user names, never
//! trained here.
//!
//! An architecture is written once, over an [`Engine`](plan::Engine). One engine only notes which
//! tensors an architecture takes, one computes on the CPU, and one on a burn device.

mod device;
pub mod host;
mod input;
pub mod network;
pub mod plan;
mod weights;

use std::path::{Path, PathBuf};

use nalgebra::{DMatrix, DMatrixView};

use crate::{Error, Result, device::Chosen, progress::Progress};

pub use input::{Bytes, Resize, to_bytes};
pub use network::Network;
pub use weights::{Tensors, Weights};

/// A feature network and its weights file, in the form of `--network`: `inception:FILE` or
/// `resnet:FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkFile {
    /// The architecture's name.
    pub kind: Kind,
    /// The file.
    pub path: PathBuf,
}

/// The architectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Inception-v3 as FID has it.
    Inception,
    /// A ResNet for CIFAR-10.
    ResNet,
}

impl Kind {
    /// Name of the kind on the command line (`--network`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Inception => "inception",
            Self::ResNet => "resnet",
        }
    }
}

impl std::str::FromStr for NetworkFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = |name| {
            [Kind::Inception, Kind::ResNet]
                .into_iter()
                .find(|kind| kind.name() == name)
        };
        match text.split_once(':') {
            Some((name, path)) if !path.is_empty() => match kind(name) {
                Some(kind) => Ok(Self {
                    kind,
                    path: path.into(),
                }),
                None => Err(format!(
                    "'{name}' is not a feature network; choose inception or resnet"
                )),
            },
            _ => Err(format!(
                "'{text}' names no file of weights; write inception:FILE or resnet:FILE"
            )),
        }
    }
}

/// A network with its weights, on the device that runs it.
pub struct FeatureNet {
    network: Network,
    sha256: String,
    engine: Loaded,
    /// Weights of the last layer, `[classes, dim]`, and its bias.
    head: DMatrix<f32>,
    bias: Vec<f32>,
}

enum Loaded {
    Host(host::Host),
    Device(device::OnDevice),
}

/// Features of images.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Features per image.
    pub dim: usize,
    /// `[n, dim]`.
    pub values: Vec<f32>,
}

impl Features {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// Whether it holds no images.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl FeatureNet {
    /// Reads the weights. On a GPU they stay on the device.
    ///
    /// # Errors
    /// When the file cannot be read or does not hold this network.
    pub fn open(file: &NetworkFile, chosen: &Chosen) -> Result<Self> {
        Self::with_weights(file.kind, Weights::read(&file.path)?, chosen)
    }

    /// The network `kind` with `weights`.
    ///
    /// # Errors
    /// When the weights are not those of this network.
    pub fn with_weights(kind: Kind, mut weights: Weights, chosen: &Chosen) -> Result<Self> {
        let network = match kind {
            Kind::Inception => Network::Inception,
            Kind::ResNet => Network::resnet(&weights)?,
        };
        let layers = network.layers();
        let head = network.head();
        let shape = [head.classes, network.dim()];
        let matrix = weights.take(&format!("{}.weight", head.name), &shape)?;
        let bias = weights.take(&format!("{}.bias", head.name), &shape[..1])?;
        let engine = if chosen.gpu {
            Loaded::Device(device::OnDevice::new(
                &layers,
                &mut weights,
                &chosen.device,
            )?)
        } else {
            Loaded::Host(host::Host::new(&layers, &mut weights)?)
        };
        weights.finish()?;
        Ok(Self {
            network,
            sha256: weights.sha256,
            engine,
            head: DMatrix::from_row_slice(shape[0], shape[1], &matrix),
            bias,
        })
    }

    /// The architecture.
    pub fn network(&self) -> Network {
        self.network
    }

    /// SHA-256 of the file of weights, in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Computes the features of images.
    ///
    /// # Errors
    /// When the device fails, or `progress` cancels.
    pub async fn features(
        &self,
        images: Bytes<'_>,
        resize: Resize,
        progress: &dyn Progress,
    ) -> Result<Features> {
        let values = match &self.engine {
            Loaded::Host(host) => host.features(self.network, images, resize, progress)?,
            Loaded::Device(device) => {
                device
                    .features(self.network, images, resize, progress)
                    .await?
            }
        };
        Ok(Features {
            dim: self.network.dim(),
            values,
        })
    }

    /// Logits `[n, classes]` of features, with the last layer's bias or without it, as in the
    /// papers' Inception Score.
    pub fn logits(&self, features: &Features, biased: bool) -> Vec<f32> {
        let columns = DMatrixView::from_slice(&features.values, features.dim, features.len());
        let mut logits = &self.head * columns;
        if biased {
            for mut column in logits.column_iter_mut() {
                column
                    .iter_mut()
                    .zip(&self.bias)
                    .for_each(|(logit, bias)| *logit += bias);
            }
        }
        logits.as_slice().to_vec()
    }

    /// Number of classes that it tells apart.
    pub fn classes(&self) -> usize {
        self.bias.len()
    }
}

/// An error about a file of weights.
fn refused(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::setting("network", format!("{}: {what}", path.display()))
}

#[cfg(test)]
pub(crate) mod tests;
