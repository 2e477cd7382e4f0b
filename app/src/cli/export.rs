//! `export`: turns run folders into files for other programs.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum, builder::PossibleValue};

use super::output::say;
use crate::{
    export::{self, Options, SCALES, What},
    lab::run_folders,
};

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Run folders, or folders of run folders
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Kind of export, or several separated by commas
    #[arg(
        long,
        short,
        value_name = "LIST",
        required = true,
        value_delimiter = ','
    )]
    pub what: Vec<What>,
    /// Folder for the files, of which none overwrites another [default: take-away beside the run
    /// folders]
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Use the live generator's weights and samples instead of the averaged one's
    #[arg(long)]
    pub raw: bool,
    /// Screen pixels per pixel of an image; a scatter is 480 times as wide [default: as in the run
    /// folder]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(SCALES))]
    pub scale: Option<u32>,
    /// Samples of this iteration, or the last ones before it [default: the last]
    #[arg(long, value_name = "ITERATION")]
    pub at: Option<u64>,
}

impl ValueEnum for What {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}

/// Runs the subcommand.
pub fn run(args: &ExportArgs) -> Result<()> {
    let mut runs: Vec<PathBuf> = Vec::new();
    for folder in args.runs.iter().flat_map(|path| run_folders(path)) {
        if !runs.contains(&folder) {
            runs.push(folder);
        }
    }
    let into = match (&args.out, runs.first()) {
        (Some(out), _) => out.clone(),
        (None, Some(first)) => export::beside(first),
        (None, None) => export::FOLDER.into(),
    };
    let options = Options {
        raw: args.raw,
        scale: args.scale,
        at: args.at,
    };
    for &what in &args.what {
        for file in export::export(what, &runs, &options, &into, &())? {
            say(format_args!("{}: {}", what.name(), file.display()))?;
        }
    }
    Ok(())
}
