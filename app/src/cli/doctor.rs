//! `doctor`: lists the devices, explains the choice of `auto`, and tests every kernel.

use std::process::ExitCode;

use anyhow::Result;
use tightrope_core::{
    device::{self, Adapter, DeviceChoice, adapters},
    kernel::self_test::{CASES, TOLERANCE},
};

use super::{args::DoctorArgs, output::say};

/// Runs the subcommand. The exit code is a failure when a kernel is wrong.
pub async fn run(args: &DoctorArgs) -> Result<ExitCode> {
    say(format_args!(
        "tightrope {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    ))?;
    say(format_args!(
        "cpu      {} threads, {}",
        device::threads(),
        device::vector_unit()
    ))?;
    let found = adapters().await;
    for (number, adapter) in found.iter().enumerate() {
        say(format_args!("gpu:{number}    {}", described(adapter)))?;
    }
    if found.is_empty() {
        say("gpu      none: no driver for Vulkan, Metal or DirectX 12 was found")?;
    }
    let auto = device::open(DeviceChoice::Auto).await;
    match &auto {
        Ok(auto) => say(format_args!("auto     {}: {}", auto.name, auto.reason))?,
        Err(error) => say(format_args!("auto     {error}"))?,
    }

    let chosen = match args.device {
        DeviceChoice::Auto => auto?,
        choice => device::open(choice).await?,
    };
    say(format_args!(
        "\nEvery kernel on {}, against its definition in double precision (largest relative error):",
        chosen.name
    ))?;
    let mut failed = 0;
    for case in CASES {
        let (passed, found) = match case.error(&chosen.device).await {
            Ok(error) => (error <= TOLERANCE, format!("{error:.1e}")),
            Err(error) => (false, error.to_string()),
        };
        failed += usize::from(!passed);
        let verdict = if passed { "ok" } else { "FAILED" };
        say(format_args!("  {verdict:6}  {:38}  {found}", case.name))?;
    }
    if failed == 0 {
        say("All kernels are right here.")?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "{failed} of {} checks failed: results on this device would be wrong; train with --device cpu.",
        CASES.len()
    ))?;
    Ok(ExitCode::FAILURE)
}

fn described(adapter: &Adapter) -> String {
    let kind = if adapter.is_hardware() {
        ""
    } else {
        "; software, for tests only"
    };
    let limits = adapter.limits();
    format!(
        "{}{kind}; {} storage buffers, {} MiB a binding, {} invocations a workgroup",
        adapter.describe(),
        limits.storage_buffers,
        limits.binding_bytes >> 20,
        limits.invocations
    )
}
