//! The command line.

pub mod adapt_flags;
pub mod adapt_overrides;
pub mod args;
pub mod compare;
pub mod datasets;
mod drive;
mod dry_run;
mod finish;
pub mod list;
pub mod methods;
pub mod presets;
pub mod problems;
mod progress;
pub mod settings;
pub mod train;
