//! Opening a device together with what was measured on it before.

#[cfg(not(target_arch = "wasm32"))]
mod crossover;

use tightrope_core::{
    Result,
    device::{self, Chosen, DeviceChoice, Shared},
};

/// Whether the CPU's crossover from sparse to dense kernels is measured here.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// No: every CPU takes the typical one, so that a seed gives the same numbers wherever it runs.
    Typical,
    /// Yes: what is fastest here (`--tune`).
    Measured,
}

/// Opens the device the user chose.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    open_crossing(choice, Crossing::Typical).await
}

/// The same, saying where the CPU's crossover comes from.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open_crossing(choice: DeviceChoice, crossing: Crossing) -> Result<Chosen> {
    crossed(device::open(choice).await?, crossing).await
}

/// The same beside a window, whose device is shared where both want one adapter.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
pub async fn open_beside(choice: DeviceChoice, shared: Option<&Shared>) -> Result<Chosen> {
    let chosen = device::open_beside(choice, shared).await?;
    #[cfg(not(target_arch = "wasm32"))]
    let chosen = crossed(chosen, Crossing::Typical).await?;
    Ok(chosen)
}

/// A GPU, which promises no equal numbers anyway, always has its own crossover; a page, which is to
/// begin at once, and a software adapter, which would take minutes, never.
#[cfg(not(target_arch = "wasm32"))]
async fn crossed(chosen: Chosen, crossing: Crossing) -> Result<Chosen> {
    let measured = chosen.hardware && (chosen.gpu || crossing == Crossing::Measured);
    if !measured {
        return Ok(chosen);
    }
    let crossover = crossover::of(&chosen).await?;
    Ok(Chosen {
        crossover,
        ..chosen
    })
}
