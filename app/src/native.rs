//! The desktop program: arguments in, an exit code out.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use clap::Parser;

use crate::{
    cli::{
        self,
        args::{Cli, Command},
        output::say,
        trouble,
    },
    gui,
};

/// Training allocates and frees large buffers at every step, and the system allocator returns them
/// to the kernel each time.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Keeps freed memory, because the same iteration needs it again. Memory given back to the system
/// returns page by page, each cleared anew, which costs a quarter of an iteration.
fn keep_freed_memory() {
    /// `mi_option_purge_delay`, which the bindings leave out.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    #[allow(unsafe_code, reason = "the allocator is a C library")]
    // SAFETY: sets one number; negative means never.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, -1);
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    keep_freed_memory();
    quieten_mesa();
    trouble::install_panic_hook();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return trouble::usage(&error),
    };
    // No code looks at the values after a panic, so none sees them half-done.
    match catch_unwind(AssertUnwindSafe(|| pollster::block_on(run(&cli)))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => trouble::exit(&error),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Turns off Mesa's device-selection layer, which looks for a Wayland session and prints an error
/// where it finds none. The layer only reorders adapters, which Tightrope does itself.
fn quieten_mesa() {
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        #[allow(
            unsafe_code,
            reason = "no other thread runs yet that could look at the environment"
        )]
        unsafe {
            std::env::set_var("NODEVICE_SELECT", "1");
        }
    }
}

async fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        None => gui::open(&gui::Opening::default())?,
        Some(Command::Window(args)) => gui::open(&args.opening())?,
        Some(Command::Compare(args)) => return cli::compare::run(args).await,
        Some(Command::Train(args)) => return cli::train::run(args).await,
        Some(Command::Sample(args)) => cli::sample::run(args).await?,
        Some(Command::Eval(args)) => cli::eval::run(args).await?,
        Some(Command::Stats(args)) => cli::stats::run(args).await?,
        Some(Command::Report(args)) => cli::report::run(args)?,
        Some(Command::Export(args)) => cli::export::run(args)?,
        Some(Command::Doctor(args)) => return cli::doctor::run(args).await,
        Some(Command::Bench(args)) => cli::bench::run(args).await?,
        Some(Command::Methods) => say(cli::methods::list())?,
        Some(Command::Datasets) => say(cli::datasets::list())?,
        Some(Command::Presets) => say(cli::presets::list())?,
        Some(Command::Stories) => say(cli::stories::list())?,
    }
    Ok(ExitCode::SUCCESS)
}
