//! Arguments of the command line. Settings stay text here: `cli::settings` checks them all
//! together.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tightrope_core::{device::DeviceChoice, layer::NormStatistics};

use super::{
    adapt_flags::AdaptFlags,
    eval_args::{EvalArgs, StatsArgs},
    export::ExportArgs,
};
use crate::{
    comparison::SEEDS,
    device::Crossing,
    gui::Opening,
    report::Place,
    story::{self, Story},
};

/// Train sparse GANs in balance, compare methods, see the balance.
#[derive(Debug, Parser)]
#[command(name = "tightrope", version, about, before_long_help = super::overview::TEXT, propagate_version = true)]
pub struct Cli {
    /// The subcommand. Without one, the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the window: watch two sparse GANs train, step them, compare runs
    Window(WindowArgs),
    /// Train several methods side by side from one seed and report who kept the balance
    ///
    /// Without --preset or --data this is the showcase: the 2-D spiral, then procedural images. It
    /// needs no data, no GPU and no network, and takes about three minutes on two CPU cores.
    Compare(CompareArgs),
    /// Train one method, or continue a run
    Train(TrainArgs),
    /// Generate samples from a run's last checkpoint
    Sample(SampleArgs),
    /// Judge samples of runs by a feature network: FID, IS, KID, precision and recall, density and
    /// coverage
    Eval(EvalArgs),
    /// Make statistics of real images that `eval` measures against, in pytorch-fid's form
    Stats(StatsArgs),
    /// Write one HTML report on any number of run folders, finished or not
    Report(ReportArgs),
    /// Export files from run folders: tables, pictures, animations, checkpoints, generators,
    /// settings
    Export(ExportArgs),
    /// Show the devices here, which one `auto` takes and why, and test every kernel
    Doctor(DoctorArgs),
    /// Measure kernels or whole training iterations
    Bench(BenchArgs),
    /// List the methods
    Methods,
    /// List the datasets
    Datasets,
    /// List the presets
    Presets,
    /// List the window's stories and the comparisons they start
    Stories,
}

/// `window`.
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// Run folders, folders or zips of them, a settings file or data to open
    #[arg(value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// auto, cpu, gpu or gpu:N [default: as last chosen in the window, at first auto]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
    /// Start with a story: 1 to 5, or its name (see `tightrope stories`)
    #[arg(long, value_name = "STORY", value_parser = story::find)]
    pub story: Option<&'static Story>,
    /// Folder for run folders
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub out: PathBuf,
    /// Whether the window replaces one that could no longer draw
    #[arg(long, hide = true)]
    pub again: bool,
}

impl WindowArgs {
    /// The state in which the window opens.
    pub fn opening(&self) -> Opening {
        Opening {
            runs: self.runs.clone(),
            device: self.device,
            story: self.story,
            out: self.out.clone(),
            again: self.again,
        }
    }
}

/// `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Methods to compare, e.g. `adapt-relax,stu-gan,static:strong` [default: adapt-relax,stu-gan]
    #[arg(long, short, value_name = "LIST")]
    pub methods: Option<String>,
    /// Repeat every method with this many seeds, counted up from --seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(SEEDS))]
    pub seeds: u64,
    /// File for the report [default: report.html in the folder for run folders]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Arguments all training commands share.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The method, e.g. `adapt-relax` or `static:strong` [default: adapt-relax]
    #[arg(long, short, value_name = "NAME")]
    pub method: Option<String>,
    /// Density of a fixed D: `balance` (as G) or `strong` (d_max); size of small-dense: `half` the
    /// filters
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// Continue this run from its last checkpoint, or from the checkpoint named; --iterations and
    /// --set may extend or change it
    #[arg(long, value_name = "RUN", conflicts_with_all = ["method", "strategy", "preset", "config", "seed"])]
    pub resume: Option<PathBuf>,
    /// Arguments all training commands share.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Arguments that `compare` and `train` share.
#[derive(Debug, Default, Args)]
pub struct RunArgs {
    /// Preset to start from; `tightrope presets` lists them [default: the one that suits the data]
    #[arg(long, short, value_name = "NAME")]
    pub preset: Option<String>,
    /// Data to learn from, NAME or NAME:PATH; `tightrope datasets` lists them
    #[arg(long, short, value_name = "SOURCE")]
    pub data: Option<String>,
    /// Seed of every random stream [default: 42]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Generator iterations
    #[arg(long, value_name = "N", aliases = ["max-iter", "max_iter"])]
    pub iterations: Option<String>,
    /// Density of the generator, 0 to 1
    #[arg(
        long = "density-G",
        value_name = "SHARE",
        visible_alias = "density-g",
        alias = "density_G"
    )]
    pub density_g: Option<String>,
    /// Density of the discriminator at the start, 0 to 1
    #[arg(
        long = "density-D",
        value_name = "SHARE",
        visible_alias = "density-d",
        alias = "density_D"
    )]
    pub density_d: Option<String>,
    /// Any setting by its name in config.json, e.g. `generator.lr=1e-3` or `checkpoint_every=200`;
    /// repeatable
    #[arg(long = "set", short = 's', value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// A config.json, complete or not, laid over the preset
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Measure where dense kernels overtake sparse ones on this CPU. Without it, a seed gives the
    /// same numbers on every machine with the same vector instructions
    #[arg(long)]
    pub tune: bool,
    /// Folder for run folders
    #[arg(long, value_name = "DIR", default_value = "runs", aliases = ["save-path", "save_path"])]
    pub out: PathBuf,
    /// Print the resolved settings, parameters, FLOPs and memory, and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Print only the results, no progress
    #[arg(long, short)]
    pub quiet: bool,
    /// The ADAPT scripts' flags.
    #[command(flatten)]
    pub adapt: AdaptFlags,
}

impl RunArgs {
    /// The source of the CPU's crossover.
    pub fn crossing(&self) -> Crossing {
        if self.tune {
            Crossing::Measured
        } else {
            Crossing::Typical
        }
    }
}

/// `sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// The run's folder, or one of its checkpoints
    pub run: PathBuf,
    /// Number of samples [default: 64; for a run with classes 100, in ten rows of one class each]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub count: Option<u64>,
    /// Draw only this class, by its number or name [default: one class per row]
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// PNG file for the grid of samples [default: samples.png in the run's folder]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Use the live generator instead of the averaged one
    #[arg(long)]
    pub raw: bool,
    /// Batch norm's statistics for the samples: batch, of each 100 samples, or running, of the
    /// training
    #[arg(long, value_name = "STATISTICS", default_value = "batch")]
    pub batch_norm: NormStatistics,
    /// Seed of the latent z [default: the run's own fixed z]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
}

/// `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Run folders, or folders of run folders
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// HTML file to write
    #[arg(long, short, value_name = "FILE", default_value = "report.html")]
    pub out: PathBuf,
    /// Also write a Markdown table, one row per method, with the median and the range over seeds:
    /// to a new file, or into a document between the lines `<!-- results:begin -->` and
    /// `<!-- results:end -->`, or those with another NAME in place of `results`
    #[arg(long, value_name = "FILE[#NAME]")]
    pub markdown: Option<Place>,
    /// Add means, standard deviations and paired tests over seeds to the Markdown, as differences
    /// from the first runs of this method, e.g. `adapt-relax` or `static:strong`
    #[arg(long, value_name = "METHOD", requires = "markdown")]
    pub against: Option<String>,
    /// Also write figures for documents, as SVG files in this folder: balance, densities and
    /// quality by method, and quality over cost
    #[arg(long, value_name = "DIR")]
    pub figures: Option<PathBuf>,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Device whose kernels to test
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
}

/// `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub what: BenchCommand,
}

/// Subcommands of `bench`.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Measure every kernel by itself, over sizes and densities
    Kernels(BenchKernelsArgs),
    /// Measure whole training iterations of a preset
    Iteration(BenchIterationArgs),
    /// Measure frames of the window, and the cost of drawing to training; needs a display
    Window(BenchWindowArgs),
}

/// `bench window`.
#[derive(Debug, Args)]
pub struct BenchWindowArgs {
    /// Runs in the window
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub runs: usize,
    /// Recorded states of each run
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub points: u64,
    /// Frames to measure
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub frames: usize,
    /// Seconds of training in each round, without and with the window
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Number of rounds
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub rounds: usize,
    /// Device that trains: auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub json: bool,
}

/// `bench kernels`.
#[derive(Debug, Args)]
pub struct BenchKernelsArgs {
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// CPU threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub threads: Option<u64>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `bench iteration`.
#[derive(Debug, Args)]
pub struct BenchIterationArgs {
    /// Preset to start from
    #[arg(long, short, value_name = "NAME", default_value = "sngan-cifar10")]
    pub preset: String,
    /// Density of the generator
    #[arg(long = "density-g", value_name = "SHARE", aliases = ["density-G", "density_G"])]
    pub density_g: Option<String>,
    /// Density of the discriminator
    #[arg(long = "density-d", value_name = "SHARE", aliases = ["density-D", "density_D"])]
    pub density_d: Option<String>,
    /// Real images in one discriminator step
    #[arg(long, value_name = "N", aliases = ["dis-batch-size", "dis_batch_size"])]
    pub batch_d: Option<String>,
    /// Fake images in the generator step
    #[arg(long, value_name = "N", aliases = ["gen-batch-size", "gen_batch_size"])]
    pub batch_g: Option<String>,
    /// Discriminator steps per generator step
    #[arg(long, value_name = "N", alias = "n_critic")]
    pub n_critic: Option<String>,
    /// Any other setting by its name in config.json; repeatable
    #[arg(long = "set", short = 's', value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// auto, cpu, gpu or gpu:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Iterations to measure
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub iterations: u64,
    /// Iterations before the measurement
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    pub warmup: u64,
    /// CPU threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub threads: Option<u64>,
    /// Print one JSON object instead of a line
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_issues_lines_parse() {
        for line in [
            "tightrope",
            "tightrope window runs --device cpu --out here",
            "tightrope compare",
            "tightrope compare --preset fashion16 --data fashion-mnist:images --methods adapt-relax,static:strong --seeds 3",
            "tightrope compare --set iterations=20 --set checkpoint_every=5 --quiet --report r.html --out here",
            "tightrope train --method static --strategy strong --seed 7 --device gpu:1 --dry-run --density-g .1",
            "tightrope train --resume runs/00001 --iterations 3000",
            "tightrope sample runs/00001 --class sneaker",
            "tightrope sample runs/00001 --count 16 --out a.png --raw --seed 3",
            "tightrope report a b c --out r.html",
            "tightrope report runs --markdown RESULTS.md#table --against static:strong --figures images",
            "tightrope export runs --what csv,generator --out here --raw --scale 4 --at 500",
            "tightrope doctor",
            "tightrope bench kernels --json",
            "tightrope bench iteration --preset tiny --density-g 0.1 --density-d 0.2 --batch-d 8 --batch-g 16 --n-critic 2 \
             --device cpu --iterations 3 --warmup 1 --threads 2 --json",
            "tightrope methods",
            "tightrope datasets",
            "tightrope presets",
            "tightrope stories",
        ] {
            assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
        }
        assert!(parse("tightrope train --resume a --method dda").is_err());
        assert!(parse("tightrope report").is_err());
        assert!(parse("tightrope compare --seeds 0").is_err());
    }

    #[test]
    fn the_scripts_flags_are_in_the_long_help_only() {
        let mut compare = Cli::command().find_subcommand("compare").unwrap().clone();
        let (short, long) = (
            compare.render_help().to_string(),
            compare.render_long_help().to_string(),
        );
        for flag in [
            "--da-lb",
            "--br_freq",
            "--update_frequency_G",
            "--growth-D",
            "--gen-batch-size",
        ] {
            assert!(!short.contains(flag) && long.contains(flag), "{flag}");
        }
    }
}
