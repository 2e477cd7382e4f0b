//! Tightrope: train sparse GANs in balance, compare methods, see the balance.

mod cli;
mod report;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use cli::args::{Cli, Command};

/// Training allocates and frees large buffers at every step; the system allocator returns them to the kernel each time.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match pollster::block_on(run(&cli)) {
        Ok(code) => code,
        Err(error) => {
            let input = error.chain().any(|e| {
                e.downcast_ref::<tightrope_core::Error>()
                    .is_some_and(|e| e.is_input())
            });
            eprintln!("error: {error:#}");
            ExitCode::from(if input { 2 } else { 1 })
        }
    }
}

async fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        None => Cli::command().print_help()?,
        Some(Command::Compare(args)) => return cli::compare::run(args).await,
        Some(Command::Train(args)) => return cli::train::run(args).await,
        Some(Command::Methods) => println!("{}", cli::methods::list()),
        Some(Command::Datasets) => println!("{}", cli::datasets::list()),
        Some(Command::Presets) => println!("{}", cli::presets::list()),
        Some(_) => anyhow::bail!("not yet"),
    }
    Ok(ExitCode::SUCCESS)
}
