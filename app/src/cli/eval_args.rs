//! What `eval` and `stats` take.

use std::path::PathBuf;

use clap::Args;
use tightrope_core::{
    device::DeviceChoice,
    evaluation::Split,
    feature::{NetworkFile, Resize},
    layer::NormStatistics,
};

/// What both take.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// What judges, with the file of its weights: inception:FILE (.pth or safetensors) or resnet:FILE
    #[arg(long, short, value_name = "KIND:FILE")]
    pub network: NetworkFile,
    /// Which part of the real data: train or test
    #[arg(long, value_name = "SPLIT", default_value = "train")]
    pub split: Split,
    /// How images are enlarged: torch, as pytorch-fid does, or tensorflow, as torch-fidelity does
    #[arg(long, value_name = "HOW", default_value = "torch")]
    pub resize: Resize,
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// No progress, only the results
    #[arg(long, short)]
    pub quiet: bool,
}

/// `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Run folders, folders of run folders, or checkpoints
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// What to measure against: a file of statistics (.npz), or data as NAME or NAME:PATH [default: the run's own data]
    #[arg(long, value_name = "REAL")]
    pub real: Option<String>,
    /// N real images only, drawn from all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=10_000_000))]
    pub real_count: Option<u64>,
    /// How many samples
    #[arg(long, short, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    pub count: u64,
    /// The live generator instead of the averaged one
    #[arg(long)]
    pub raw: bool,
    /// What batch norm normalises samples by: batch, the statistics of each 100, or running, those of training
    #[arg(long, value_name = "STATISTICS", default_value = "batch")]
    pub batch_norm: NormStatistics,
    /// Seed of the latent z [default: the run's own]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Judge every checkpoint that is written, until the runs end, and keep the best in each run's `best` folder;
    /// each waits in the run's `to-judge` folder for its turn
    #[arg(long)]
    pub follow: bool,
    /// With --follow: only checkpoints of each N iterations, and each run's last
    #[arg(long, value_name = "N", requires = "follow", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
    /// What both take.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// The images, NAME or NAME:PATH; `tightrope datasets` lists them
    #[arg(long, short, value_name = "SOURCE")]
    pub data: String,
    /// Side of the images in pixels, before the network enlarges them
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub side: usize,
    /// N images only, drawn from all
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=10_000_000))]
    pub count: Option<u64>,
    /// The file to write: .npz
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// What both take.
    #[command(flatten)]
    pub judge: JudgeArgs,
}
