//! Memory that work may take.

/// Bytes that may be taken now: what the system has free or could free, within the limit of a
/// container; in a page, where nobody tells, 4 GiB.
pub fn free() -> u64 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        let mut system = sysinfo::System::new();
        system.refresh_memory();
        let free = system.available_memory();
        let limit = system.cgroup_limits().map(|limits| limits.free_memory);
        limit.map_or(free, |limit| limit.min(free))
    }
    #[cfg(target_arch = "wasm32")]
    {
        4 << 30
    }
}

/// Bytes that may be taken without asking the system, whose answer takes a while.
const SMALL: u64 = 1 << 20;

/// Bytes that one piece of work may take unless told otherwise: a quarter of what is free.
pub fn share() -> u64 {
    free() / 4
}

/// Refuses to take more than the [`share`] of one piece of work.
///
/// # Errors
/// Says how many bytes are needed, and how many are allowed.
pub fn check(bytes: u64) -> std::io::Result<()> {
    if bytes <= SMALL {
        return Ok(());
    }
    let allowed = share();
    if bytes <= allowed {
        return Ok(());
    }
    Err(std::io::Error::other(format!(
        "it takes {} of memory, a quarter of what is free is {}",
        shown(bytes),
        shown(allowed)
    )))
}

/// Bytes as people read them, e.g. `1.3 GB`.
pub fn shown(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        ..1e6 => format!("{:.0} kB", (bytes / 1e3).ceil()),
        ..1e9 => format!("{:.0} MB", bytes / 1e6),
        _ => format!("{:.1} GB", bytes / 1e9),
    }
}
