//! Arguments of `eval` and `stats`.

use std::path::PathBuf;

use clap::Args;
use tightrope_core::{
    device::DeviceChoice,
    evaluation::Split,
    feature::{NetworkFile, Resize},
    layer::NormStatistics,
};

/// Arguments that `eval` and `stats` share.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// Network that judges, with the file of its weights: inception:FILE (.pth or safetensors) or
    /// resnet:FILE
    #[arg(long, short, value_name = "KIND:FILE")]
    pub network: NetworkFile,
    /// Part of the real data: train or test
    #[arg(long, value_name = "SPLIT", default_value = "train")]
    pub split: Split,
    /// Method of enlarging images: torch, as pytorch-fid does, or tensorflow, as torch-fidelity
    /// does
    #[arg(long, value_name = "HOW", default_value = "torch")]
    pub resize: Resize,
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Print only the results, no progress
    #[arg(long, short)]
    pub quiet: bool,
}

/// `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Run folders, folders of run folders, or checkpoints
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Real images to measure against: a file of statistics (.npz), or data as NAME or NAME:PATH
    /// [default: the run's own data]
    #[arg(long, value_name = "REAL")]
    pub real: Option<String>,
    /// Use only N real images, drawn from all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=10_000_000))]
    pub real_count: Option<u64>,
    /// Number of samples
    #[arg(long, short, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    pub count: u64,
    /// Use the live generator instead of the averaged one
    #[arg(long)]
    pub raw: bool,
    /// Batch norm's statistics for the samples: batch, of each 100 samples, or running, of the
    /// training
    #[arg(long, value_name = "STATISTICS", default_value = "batch")]
    pub batch_norm: NormStatistics,
    /// Seed of the latent z [default: the run's own]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Judge every checkpoint as it is written, until the runs end, and keep the best in each run's
    /// `best` folder; checkpoints wait for their turn in the run's `to-judge` folder
    #[arg(long)]
    pub follow: bool,
    /// With --follow: judge only checkpoints of every N iterations, and each run's last
    #[arg(long, value_name = "N", requires = "follow", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
    /// Arguments that `eval` and `stats` share.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Images to measure, NAME or NAME:PATH; `tightrope datasets` lists them
    #[arg(long, short, value_name = "SOURCE")]
    pub data: String,
    /// Side of the images in pixels, before the network enlarges them
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub side: usize,
    /// Use only N images, drawn from all
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=10_000_000))]
    pub count: Option<u64>,
    /// File to write: .npz
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// Arguments that `eval` and `stats` share.
    #[command(flatten)]
    pub judge: JudgeArgs,
}
