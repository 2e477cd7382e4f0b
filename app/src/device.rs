//! Opening a device together with what was measured on it before.

#[cfg(not(target_arch = "wasm32"))]
mod crossover;

use tightrope_core::{
    Result,
    device::{self, Chosen, DeviceChoice, Shared},
};

/// Opens the device the user chose.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
#[cfg(not(target_arch = "wasm32"))]
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    open_beside(choice, None).await
}

/// The same beside a window, whose device is shared where both want one adapter. A page, which is to begin at once, takes
/// the typical crossover from sparse to dense kernels; elsewhere it is the device's own.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
pub async fn open_beside(choice: DeviceChoice, shared: Option<&Shared>) -> Result<Chosen> {
    let chosen = device::open_beside(choice, shared).await?;
    #[cfg(not(target_arch = "wasm32"))]
    // A software adapter would take minutes, and is for tests.
    if chosen.hardware {
        let crossover = crossover::of(&chosen).await?;
        return Ok(Chosen {
            crossover,
            ..chosen
        });
    }
    Ok(chosen)
}
