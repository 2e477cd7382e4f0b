//! Opens a device and loads what an earlier run measured on it.

#[cfg(not(target_arch = "wasm32"))]
mod crossover;

use tightrope_core::{
    Result,
    device::{self, Chosen, DeviceChoice, Shared},
};

/// Where the CPU's crossover from sparse to dense kernels comes from.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// The typical one on every CPU, so that a seed gives the same numbers wherever it runs.
    Typical,
    /// A measurement on this machine (`--tune`).
    Measured,
}

/// Opens the device the user chose.
///
/// # Errors
/// When the user asked for a GPU and the machine has none, or the GPU refuses.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    open_crossing(choice, Crossing::Typical).await
}

/// Opens the device the user chose, with the CPU's crossover from `crossing`.
///
/// # Errors
/// When the user asked for a GPU and the machine has none, or the GPU refuses.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open_crossing(choice: DeviceChoice, crossing: Crossing) -> Result<Chosen> {
    crossed(device::open(choice).await?, crossing).await
}

/// Opens a device beside a window, and shares the window's device where both want one adapter.
///
/// # Errors
/// When the user asked for a GPU and the machine has none, or the GPU refuses.
pub async fn open_beside(choice: DeviceChoice, shared: Option<&Shared>) -> Result<Chosen> {
    let chosen = device::open_beside(choice, shared).await?;
    #[cfg(not(target_arch = "wasm32"))]
    let chosen = crossed(chosen, Crossing::Typical).await?;
    Ok(chosen)
}

/// Measures the crossover of a GPU, which promises no equal numbers anyway. A page never measures,
/// since it has to start at once, nor does a software adapter, which would take minutes.
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
