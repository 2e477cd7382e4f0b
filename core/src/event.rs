//! Events that a run emits (`Event`) and commands that it takes (`Command`): plain data, no
//! tensors. The recorder, the window and the reports consume the same stream.

mod floats;
mod moment;

use serde::{Deserialize, Deserializer, Serialize};

use crate::config::{Estimator, Role, StageWeights};
pub use crate::sparse::plan::MaskChange;
pub use moment::{Field, Masks, Push};

/// An event of a run: a line of `stats.jsonl` (`Stats`) or of `events.jsonl` (the rest). `Samples`,
/// `Field` and `Masks` have files of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run is ready; carries its description.
    Started(RunInfo),
    /// The state of the run at one iteration.
    Stats(Stats),
    /// A mask changed.
    Mask(MaskEvent),
    /// A stage of training began.
    Stage(StageEvent),
    /// Samples from the fixed z.
    Samples(Samples),
    /// D's scores over the plane, taken with samples.
    Field(Field),
    /// Masks taken with samples, if they have changed since the last ones.
    Masks(Masks),
    /// Quality of generated samples.
    Quality(Quality),
    /// A live setting was edited by command.
    Edited {
        /// Iteration after which the edit holds.
        iteration: u64,
        /// Name of the setting, e.g. `generator.lr`.
        key: String,
        /// New value of the setting.
        value: String,
    },
    /// A command was refused; the run goes on as it was.
    Refused {
        /// Iteration of the refusal.
        iteration: u64,
        /// Reason for the refusal.
        reason: String,
    },
    /// The verdict on the balance changed.
    Balance {
        /// Iteration of the change.
        iteration: u64,
        /// The new verdict.
        verdict: Verdict,
    },
    /// A checkpoint was written.
    Checkpoint {
        /// Iteration of the checkpoint.
        iteration: u64,
        /// File name within the run folder.
        file: String,
    },
    /// The run continued from a checkpoint.
    Resumed {
        /// Iteration of the checkpoint.
        iteration: u64,
    },
    /// The run ended.
    Ended {
        /// The last finished iteration.
        iteration: u64,
        /// Reason the run ended.
        reason: EndReason,
    },
}

/// Reason a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// All iterations done.
    Finished,
    /// Stopped by command.
    Stopped,
    /// Stopped by an error, with its message.
    Failed(String),
}

/// Description of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Description of the device.
    pub device: String,
    /// Number of real images or points (0: endless).
    pub real_count: usize,
    /// The generator.
    pub generator: NetInfo,
    /// The discriminator.
    pub discriminator: NetInfo,
    /// FLOPs of one dense iteration without a probe, every pass counted; multiply-adds.
    pub dense_flops_per_iteration: f64,
    /// FLOPs of one dense iteration as ADAPT counts them.
    pub dense_flops_per_iteration_paper: f64,
    /// FLOPs of one dense iteration as STU-GAN counts them; 0 in older records.
    #[serde(default)]
    pub dense_flops_per_iteration_stu: f64,
    /// Names of the classes that the run learns, by label; empty if it learns none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub classes: Vec<String>,
}

/// Size of one network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NetInfo {
    /// All parameters.
    pub params: usize,
    /// Parameters that a mask covers.
    pub maskable: usize,
    /// Maskable parameters that are active at the start.
    pub active: usize,
    /// Maskable layers in order.
    pub layers: Vec<LayerInfo>,
}

/// One maskable layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerInfo {
    /// Name of the weight.
    pub name: String,
    /// Shape of the weight, row-major, PyTorch layout.
    pub shape: Vec<usize>,
    /// Active weights at the start.
    pub active: usize,
}

/// The state of a run at one iteration; one line of `stats.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Generator iterations finished.
    pub iteration: u64,
    /// Seconds of training so far (across resumes).
    pub seconds: f64,
    /// Real images seen so far.
    pub images: u64,
    /// Training FLOPs so far, as computed. Older records count the passes that ADAPT lists.
    pub flops: f64,
    /// Training FLOPs so far, as ADAPT counts.
    pub flops_paper: f64,
    /// Training FLOPs so far, as STU-GAN counts; absent in older records.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub flops_stu: Option<f64>,
    /// Discriminator loss of the last critic step.
    #[serde(deserialize_with = "null_is_nan")]
    pub d_loss: f32,
    /// Generator loss.
    #[serde(deserialize_with = "null_is_nan")]
    pub g_loss: f32,
    /// Latest BR sample (post - pre) / (real - pre).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub br: Option<f64>,
    /// Mean of the ratios in the window.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub br_mean_of_ratios: Option<f64>,
    /// Ratio of the means in the window.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub br_ratio_of_means: Option<f64>,
    /// Samples of the window at which D ranked fakes above reals; their ratios have the wrong sign.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub inverted_in_window: usize,
    /// Samples since the start of the run at which D ranked fakes above reals.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub inverted: u64,
    /// Overfitting r_t over the window, where the criterion asks for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub r_t: Option<f64>,
    /// Overfitting r_v over the window.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub r_v: Option<f64>,
    /// Mean score of real images at the latest probe.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score_real: Option<f64>,
    /// Mean score of fakes at the latest probe, before the generator's update.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score_fake: Option<f64>,
    /// Verdict on the balance.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<Verdict>,
    /// Realised density of the generator.
    pub density_g: f64,
    /// Realised density of the discriminator.
    pub density_d: f64,
    /// Share of the generator's maskable weights that were ever active (ITOP rate).
    pub exploration_g: f64,
    /// Share of the discriminator's maskable weights that were ever active.
    pub exploration_d: f64,
}

impl Stats {
    /// The balance ratio over the window as the verdict sees it: by the configured estimator, or by
    /// the ratio of means if a sample has the wrong sign. `None` if no gap is left.
    pub fn window_br(&self, estimator: Estimator) -> Option<f64> {
        let value = match estimator {
            Estimator::MeanOfRatios if self.inverted_in_window == 0 => self.br_mean_of_ratios,
            Estimator::MeanOfRatios | Estimator::RatioOfMeans => self.br_ratio_of_means,
        };
        value.filter(|v| v.is_finite())
    }
}

fn is_zero<T: Default + PartialEq>(count: &T) -> bool {
    *count == T::default()
}

/// JSON has no NaN or infinity; a diverged loss is stored as `null`.
fn null_is_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f32::NAN))
}

/// A verdict on the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// D is too strong: BR at or below `br_low`, or an overfitting measure at or above `r_high`.
    DTooStrong,
    /// The criterion lies in its band.
    Balanced,
    /// D is too weak: BR at or above `br_high`, an overfitting measure at or below `r_low`, or no
    /// gap left between real and fake.
    DTooWeak,
    /// The discriminator scores everything alike.
    DDead,
}

impl Verdict {
    /// The verdict in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::DTooStrong => "D too strong",
            Self::Balanced => "balanced",
            Self::DTooWeak => "D too weak",
            Self::DDead => "D is dead",
        }
    }
}

/// The beginning of a stage after the first: networks were pruned and train on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageEvent {
    /// First iteration of the stage.
    pub iteration: u64,
    /// Number of the stage; the first training, without masks, is 0.
    pub stage: u64,
    /// Weights that the stage begins with.
    pub weights: StageWeights,
    /// Iteration after which those weights were measured or reached.
    pub taken: u64,
}

/// A change of a mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskEvent {
    /// Iteration after whose steps the mask changed. A pruning comes before the first steps of its
    /// stage.
    pub iteration: u64,
    /// Network whose mask changed.
    pub net: Role,
    /// Kind of change.
    pub change: MaskChange,
    /// Active weights that became inactive.
    pub dropped: usize,
    /// Inactive weights that became active.
    pub grown: usize,
    /// Weights dropped and grown again in the same update; the setting `regrown` decides their
    /// value.
    pub regrown: usize,
    /// Active weights now.
    pub active: usize,
    /// Realised density now.
    pub density: f64,
    /// Share of active weights that was put up for dropping.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub drop_fraction: Option<f64>,
    /// Balance ratio that the decision was based on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub br: Option<f64>,
    /// Active weights of every maskable layer now, in order.
    pub layers: Vec<usize>,
}

/// Generated samples of the fixed z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// Iteration of the samples.
    pub iteration: u64,
    /// Whether the averaged generator made them.
    pub averaged: bool,
    /// The samples.
    pub data: SampleData,
}

/// Points or images on the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SampleData {
    /// 2-D points.
    Points(Vec<[f32; 2]>),
    /// Images in [-1, 1], NCHW.
    Images {
        /// Number of images.
        count: usize,
        /// Channels, 1 or 3.
        channels: usize,
        /// Side in pixels.
        side: usize,
        /// `count * channels * side * side` values.
        #[serde(with = "floats")]
        pixels: Vec<f32>,
    },
}

/// Quality of generated samples; absent fields do not apply to the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Iteration of the measurement.
    pub iteration: u64,
    /// Samples scored.
    pub samples: usize,
    /// Whether the averaged generator made them.
    pub averaged: bool,
    /// Modes covered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub modes: Option<usize>,
    /// Number of modes in the data.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub modes_total: Option<usize>,
    /// Share of high-quality samples.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high_quality: Option<f64>,
    /// KL divergence of the mode histogram from uniform, nats.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kl: Option<f64>,
    /// Frechet distance on the fixed random features of `metric::frechet`; not FID.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub frechet_rf: Option<f64>,
}

/// Commands to a run while it trains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Stop advancing until `Resume`.
    Pause,
    /// Advance again.
    Resume,
    /// One full iteration, then pause.
    Step,
    /// One discriminator step only, then pause.
    StepD,
    /// One generator step only, then pause.
    StepG,
    /// Change a live setting, by its config name.
    Edit {
        /// Name of the setting, e.g. `generator.lr`, `balance.br_high`.
        key: String,
        /// The new value as the config file would write it.
        value: String,
    },
    /// Set the discriminator's density (policy `manual`).
    SetDensity(f64),
    /// Write a checkpoint now.
    Checkpoint,
    /// End the run; it can be resumed from its checkpoint.
    Stop,
}
