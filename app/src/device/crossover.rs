//! The density at which a device's dense kernels overtake the sparse ones. Measuring takes about a
//! second; the user's cache folder keeps the result.

use std::{fs, path::PathBuf};

use tightrope_core::{
    Result,
    config::Crossover,
    device::{self, Chosen},
    kernel::measure,
};

/// Reads the crossover of this device from the cache, or measures it.
///
/// # Errors
/// When the device fails.
pub async fn of(chosen: &Chosen) -> Result<Crossover> {
    let file = cache_file(chosen);
    if let Some(known) = file.as_ref().and_then(read) {
        return Ok(known);
    }
    let measured = measure::crossover(&chosen.device).await?;
    let Some(file) = file else {
        return Ok(measured);
    };
    // Processes that measure at the same time must agree: the first one's numbers count.
    write(&file, &measured);
    Ok(read(&file).unwrap_or(measured))
}

/// One file per device and version, since kernels change. The name leaves out the number of CPU
/// threads, so that results do not depend on it.
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

/// Ignores errors: the next run measures again.
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
