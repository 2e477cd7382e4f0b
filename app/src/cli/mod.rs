//! The command line.

pub mod adapt_flags;
pub mod adapt_overrides;
pub mod args;
pub mod bench;
mod bench_kernels;
mod bench_window;
pub mod compare;
pub mod datasets;
pub mod doctor;
mod drive;
mod dry_run;
pub mod export;
mod finish;
pub mod interruption;
pub mod list;
pub mod methods;
pub mod output;
pub mod overview;
pub mod presets;
mod progress;
pub mod report;
pub mod sample;
pub mod settings;
mod stand_in;
pub mod stories;
pub mod train;
pub mod trouble;
