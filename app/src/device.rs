//! Opening a device together with what was measured on it before.

use std::{fs, path::PathBuf};

use tightrope_core::{
    Result,
    device::{self, Chosen, DeviceChoice, Shared},
    kernel::{choice::Crossover, measure},
};

/// Opens the device the user chose.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    open_beside(choice, None).await
}

/// The same beside a window, whose device is shared where both want one adapter. Finds out where the device's dense
/// kernels overtake the sparse ones: once, about a second, then from the user's cache folder.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
pub async fn open_beside(choice: DeviceChoice, shared: Option<&Shared>) -> Result<Chosen> {
    let mut chosen = device::open_beside(choice, shared).await?;
    // A software adapter would take minutes, and is for tests.
    if !chosen.hardware {
        return Ok(chosen);
    }
    let file = cache_file(&chosen);
    if let Some(known) = file.as_ref().and_then(read) {
        chosen.crossover = known;
        return Ok(chosen);
    }
    chosen.crossover = measure::crossover(&chosen.device).await?;
    if let Some(file) = file {
        // Processes that measure at the same time must agree: the first one's figures count.
        write(&file, &chosen.crossover);
        chosen.crossover = read(&file).unwrap_or(chosen.crossover);
    }
    Ok(chosen)
}

/// One file a device and version: kernels change. The number of CPU threads is left out, so that results do not depend
/// on it.
fn cache_file(chosen: &Chosen) -> Option<PathBuf> {
    let device = if chosen.gpu {
        &chosen.name
    } else {
        device::vector_unit()
    };
    let name = format!("crossover {} {device}", env!("CARGO_PKG_VERSION"));
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    Some(dirs::cache_dir()?.join("tightrope").join(name + ".json"))
}

fn read(file: &PathBuf) -> Option<Crossover> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// What cannot be kept is measured again next time.
fn write(file: &PathBuf, crossover: &Crossover) {
    let Some(folder) = file.parent() else { return };
    let fresh = folder.join(format!("crossover.{}", std::process::id()));
    let kept = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&fresh, serde_json::to_vec_pretty(crossover)?))
        // Unlike a renamed file, a link never replaces another process's.
        .and_then(|()| fs::hard_link(&fresh, file));
    drop(kept);
    drop(fs::remove_file(&fresh));
}
