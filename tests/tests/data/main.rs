//! Datasets as a user gives them: whole, truncated, foreign, missing. The tests make their files,
//! and read the real sets where they exist.

mod binary;
mod limit;
mod pictures;
mod progress;
mod real;
mod recognised;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use tightrope_core::{
    config::DataConfig,
    data::{self, Dataset, ImageSet},
    error::Result,
};

fn open(name: &str, path: &Path, side: usize, limit: usize) -> Result<ImageSet> {
    let config = DataConfig {
        source: format!("{name}:{}", path.display()),
        side,
        flip: false,
        limit,
        memory: 0,
    };
    data::open(&config).map(|dataset| match dataset {
        Dataset::Images(images) => images,
        Dataset::Mixture(_) => panic!("{name} gives images"),
    })
}

fn images(name: &str, path: &Path, side: usize) -> ImageSet {
    open(name, path, side, 0).unwrap()
}

/// The error message, which must be one line that the user can act on.
fn refusal(name: &str, path: &Path, side: usize) -> String {
    let error = open(name, path, side, 0).expect_err("this must be refused");
    assert!(error.is_input());
    let message = error.to_string();
    assert!(
        !message.contains('\n') && message.starts_with(&format!("data: {name}: ")),
        "{message}"
    );
    message
}

fn assert_refused(name: &str, path: &Path, side: usize, parts: &[&str]) {
    let message = refusal(name, path, side);
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn every_source_refuses_a_missing_path() {
    for source in data::SOURCES.iter().filter(|source| source.needs_path) {
        assert_refused(
            source.name,
            Path::new("no/such/path"),
            16,
            &["no/such/path does not exist"],
        );
    }
}
