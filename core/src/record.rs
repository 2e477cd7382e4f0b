//! Run folders: the files of a run, written while it trains and readable at any moment.
//!
//! ```text
//! runs/00007-cifar10-adapt_relax-dG0.10-s42/
//!   config.json          the complete `RunConfig`
//!   stats.jsonl          one `Stats` a line
//!   events.jsonl         every other `Event` a line
//!   log.txt              the same in words
//!   reals.png            real samples; with reals.json for 2-D data
//!   fakes_init.png       samples of the fixed z before training
//!   fakes000500.png      ... after 500 iterations, from the averaged generator
//!   fakes000500_raw.png  ... from the live one, where an average is kept beside it
//!   fakes000500.json     2-D data only: the points of fakes000500.png, `[[x, y], ...]`
//!   fields.jsonl         2-D data only: D's scores and pushes with each of them, one `Field` a line
//!   masks.jsonl          the masks of either network with each of them, if changed, one `Masks` a line
//!   checkpoints/         000500.safetensors holds everything, 000500.json a readable copy of its numbers
//!   evaluation.jsonl     figures by feature networks with their protocols, one `Evaluation` a line
//!   summary.json         written when the run ends
//! ```

mod animation;
pub mod checkpoint;
mod evaluations;
#[cfg(test)]
pub(crate) mod fixture;
mod folder;
mod generator;
mod heal;
mod images;
mod jsonl;
mod lock;
mod log;
mod moments;
mod name;
mod origin;
#[cfg(feature = "archives")]
mod packed;
mod read;
mod samples;
mod summary;

pub use crate::fs::write_whole;
pub use animation::{Moving, animate};
pub use checkpoint::{Checkpoint, HostTensor};
pub use evaluations::{
    read as read_evaluations, size as evaluations_size, write as write_evaluation,
};
pub use folder::RunFolder;
pub use generator::Generator;
pub use heal::heal;
pub use image::RgbImage as Picture;
pub use images::{GRID_GAP, Scatter, grid, layout, picture, png_bytes, png_of, scatter, ungrid};
pub use lock::is_in_use;
pub use log::log_line;
pub use origin::Origin;
#[cfg(feature = "archives")]
pub use packed::{Bounds, Unpacked, holds_runs, pack, unpack};
pub use read::{
    Grid, StoredRun, has_ended, is_run_folder, read_config, read_events, read_run, read_stats,
};
pub use samples::list_of as list_samples;
pub use summary::Summary;
