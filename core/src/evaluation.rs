//! Evaluates samples by a feature network: FID, IS, KID, precision and recall, density and
//! coverage, each with its protocol.

mod split;
pub mod statistics;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, data,
    feature::{FeatureNet, Features, Resize},
    layer::NormStatistics,
    metric::{
        frechet::{frechet_distance, gaussian_of},
        inception_score::{Spread, confidence, inception_score, softmax},
        kid::{self, kid},
        neighbours::{NEAREST, Neighbours, neighbours},
    },
    progress::Progress,
};
pub use split::Split;
pub use statistics::{About, Statistics};

/// Samples of either kind that an FID needs. With fewer samples than features the covariance is
/// singular, and the distance is biased upwards.
pub const WORTHY: usize = 2048;
/// SHA-256 of the weights file that pytorch-fid and torch-fidelity use (docs/METHODS.md says where
/// to find it).
pub const PUBLISHED: &str = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2";
/// Number of splits of the Inception Score.
const SPLITS: usize = 10;

/// Origin of the samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// The run's iteration.
    pub iteration: u64,
    /// Whether the averaged generator made them.
    pub averaged: bool,
    /// Seed of their z.
    pub seed: u64,
    /// Number of samples.
    pub count: usize,
    /// Side in pixels.
    pub side: usize,
    /// Statistics that batch norm normalised by. Older lines lack the field and mean batch
    /// statistics.
    #[serde(default)]
    pub batch_norm: NormStatistics,
    /// Samples generated together. Batch statistics are taken over them.
    pub norm_batch: usize,
}

impl Samples {
    /// The statistics of batch norm in words: `batch statistics of 100`.
    pub fn norm(&self) -> String {
        match self.batch_norm {
            NormStatistics::Batch => format!("batch statistics of {}", self.norm_batch),
            NormStatistics::Running => "running statistics".to_owned(),
        }
    }
}

/// Reference that samples were measured against.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Real {
    /// Description of the data or of the statistics file.
    pub data: String,
    /// `train` or `test`, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub split: Option<String>,
    /// Number of images, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<usize>,
    /// Side in pixels, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub side: Option<usize>,
    /// Mean confidence of the network in them, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f64>,
}

/// The kernel distance, and the subsets that it averages over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    /// Mean and deviation over subsets.
    #[serde(flatten)]
    pub distance: Spread,
    /// Number of subsets.
    pub subsets: usize,
    /// Samples of either kind per subset.
    pub size: usize,
}

/// The nearest-neighbour figures, and the samples they were counted among.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// The figures.
    #[serde(flatten)]
    pub figures: Neighbours,
    /// Rank of the neighbour that a ball reaches to.
    pub nearest: usize,
    /// Number of real samples.
    pub reals: usize,
    /// Number of fakes.
    pub fakes: usize,
}

/// Figures with their protocol: one line of `evaluation.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The samples.
    pub samples: Samples,
    /// The reference.
    pub real: Real,
    /// The network, e.g. `inception` or `resnet20`.
    pub network: String,
    /// SHA-256 of the weights file.
    pub weights: String,
    /// Resize of images to the network's side.
    pub resize: String,
    /// Frechet distance of the features: FID if the network is Inception.
    pub frechet: f64,
    /// The Inception Score over ten parts; Inception only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score: Option<Spread>,
    /// Mean of the greatest class probability; other networks only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f64>,
    /// The kernel distance, if features of real samples are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kid: Option<Kernel>,
    /// Precision, recall, density and coverage, if features of real samples are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub neighbours: Option<Counted>,
}

impl Evaluation {
    /// Whether the distance is FID.
    pub fn is_fid(&self) -> bool {
        self.network == "inception"
    }

    /// Name of the distance.
    pub fn distance_name(&self) -> String {
        if self.is_fid() {
            "FID".to_owned()
        } else {
            format!("Fr\u{e9}chet {}", self.network)
        }
    }

    /// Name of the kernel distance.
    pub fn kernel_name(&self) -> String {
        if self.is_fid() {
            "KID".to_owned()
        } else {
            format!("kernel distance {}", self.network)
        }
    }

    /// Whether the two differ only in their iteration.
    pub fn is_comparable(&self, other: &Self) -> bool {
        let at = |evaluation: &Self| Samples {
            iteration: 0,
            ..evaluation.samples.clone()
        };
        let network = |e: &Self| (e.network.clone(), e.weights.clone(), e.resize.clone());
        at(self) == at(other) && self.real == other.real && network(self) == network(other)
    }

    /// Warning about an FID from too few samples; `None` otherwise.
    pub fn doubt(&self) -> Option<String> {
        let reals = self.real.count.unwrap_or(usize::MAX);
        let (least, of) = if self.samples.count <= reals {
            (self.samples.count, "samples")
        } else {
            (reals, "real images")
        };
        let few = self.is_fid() && least < WORTHY;
        let instead = match self.kid {
            Some(_) => "KID has no bias by their number",
            None => {
                "KID has no bias by their number, but needs features of real images: name data, or statistics made by \
                 `tightrope stats`"
            }
        };
        few.then(|| format!("not FID-worthy: {least} {of}, fewer than {WORTHY}; {instead}"))
    }

    /// The protocol in one line.
    pub fn protocol(&self) -> String {
        let Samples {
            iteration, seed, ..
        } = self.samples;
        self.described(
            &self.real.data,
            &format!(", iteration {iteration}"),
            &format!("z seed {seed}"),
        )
    }

    /// The protocol without what may differ between runs that are compared: the iteration, a z by
    /// the seed `run_seed` of the run, and the place of the data.
    pub fn shared_protocol(&self, run_seed: u64) -> String {
        let seed = self.samples.seed;
        let z = match seed == run_seed {
            true => "z by the run's seed".to_owned(),
            false => format!("z seed {seed}"),
        };
        self.described(data::name_of(&self.real.data), "", &z)
    }

    fn described(&self, data: &str, iteration: &str, z: &str) -> String {
        let (samples, real) = (&self.samples, &self.real);
        let weights = if samples.averaged { "averaged" } else { "live" };
        let known = |number: Option<usize>| number.map_or("?".to_owned(), |n| n.to_string());
        let published = match self.weights == PUBLISHED {
            true => " as published",
            false => "",
        };
        let split = match &real.split {
            Some(split) => format!(", {split} split"),
            None => String::new(),
        };
        format!(
            "{}{published} (sha256 {:.12}), resize {}; {} samples of {side}x{side} pixels{iteration}, {weights} \
             weights, {}, {z}; {} real images of {real_side}x{real_side} pixels, {data}{split}",
            self.network,
            self.weights,
            self.resize,
            samples.count,
            samples.norm(),
            known(real.count),
            side = samples.side,
            real_side = known(real.side),
        )
    }
}

/// Evaluates samples by their features; `real` enters the protocol as it is.
///
/// # Errors
/// When the statistics do not fit the network, or `progress` cancels.
pub fn evaluate(
    fake: &Features,
    statistics: &Statistics,
    network: &FeatureNet,
    resize: Resize,
    (samples, real): (Samples, Real),
    progress: &dyn Progress,
) -> Result<Evaluation> {
    statistics.check(network, resize)?;
    let (dim, seed) = (fake.dim, samples.seed);
    let mut evaluation = Evaluation {
        network: network.network().name(),
        weights: network.sha256().to_owned(),
        resize: resize.name().to_owned(),
        samples,
        real,
        ..Evaluation::default()
    };
    let is_fid = evaluation.is_fid();
    let probabilities = softmax(&network.logits(fake, !is_fid), network.classes());
    if is_fid {
        evaluation.score = inception_score(&probabilities, network.classes(), SPLITS);
    } else {
        evaluation.confidence = Some(confidence(&probabilities, network.classes()));
    }
    progress.at(0, 0)?;
    evaluation.frechet = frechet_distance(&statistics.gaussian, &gaussian_of(&fake.values, dim));
    if !evaluation.frechet.is_finite() {
        return Err(Error::setting(
            "network",
            format!(
                "{} makes features of the samples that are not finite; its weights are not those of a trained network",
                evaluation.network
            ),
        ));
    }
    if let Some(features) = &statistics.features {
        let fakes = &fake.values[..fake.values.len().min(statistics::KEPT * dim)];
        let counts = [features.len(), fakes.len() / dim];
        let size = kid::SUBSET_SIZE.min(counts[0]).min(counts[1]);
        if size > 1 {
            // Subsets that hold everything would differ by rounding only.
            let is_all = counts == [size; 2];
            let subsets = if is_all { 1 } else { kid::SUBSETS };
            let distance = kid(
                &features.values,
                fakes,
                dim,
                [subsets, size],
                seed,
                progress,
            )?;
            evaluation.kid = Some(Kernel {
                distance,
                subsets,
                size,
            });
        }
        if counts.iter().all(|count| *count > NEAREST) {
            evaluation.neighbours = Some(Counted {
                figures: neighbours(&features.values, fakes, dim, NEAREST, progress)?,
                nearest: NEAREST,
                reals: counts[0],
                fakes: counts[1],
            });
        }
    }
    Ok(evaluation)
}

#[cfg(test)]
mod tests;
