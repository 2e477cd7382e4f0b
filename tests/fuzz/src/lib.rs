//! Helpers of all targets: a folder for the input, and the data readers behind one call.
//!
//! A target hands its bytes to the function that a user's file reaches. It fails on a panic, on
//! memory beyond the fuzzer's limit, on a hang, and on an error that cannot be shown.

use std::{fs, path::PathBuf, sync::LazyLock};

use tempfile::TempDir;
use tightrope_core::{config::DataConfig, data};

/// In memory where the system has such a place.
static SCRATCH: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = match fs::metadata("/dev/shm") {
        Ok(_) => tempfile::tempdir_in("/dev/shm"),
        Err(_) => tempfile::tempdir(),
    };
    folder.expect("a folder for the input can be made")
});

/// The path of a file of this process, which may lie in a folder.
pub fn scratch(name: &str) -> PathBuf {
    let path = SCRATCH.path().join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("a folder for the input can be made");
    }
    path
}

/// Writes the input where the reader expects it.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch(name);
    fs::write(&path, bytes).expect("the input can be written");
    path
}

/// Reads data from `path` within 64 MiB, as `--data SOURCE:PATH` does.
pub fn open(source: &str, path: &std::path::Path, side: usize) {
    let config = DataConfig {
        source: format!("{source}:{}", path.display()),
        side,
        flip: false,
        limit: 0,
        memory: 64,
    };
    check(data::open(&config));
}

/// An error must be text that can be shown: a line for each problem.
pub fn check<T>(outcome: Result<T, impl ToString>) {
    if let Err(error) = outcome {
        let text = error.to_string();
        let is_line = !text.is_empty() && !text.chars().any(|c| c.is_control() && c != '\n');
        assert!(is_line, "cannot be shown: {text:?}");
    }
}

/// Panics of decoders that the program catches are no finding; all others end the process.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if !tightrope_core::caught::is_expected() {
            eprintln!("{panic}");
        }
    }));
}
