//! Builds Tightrope's page, and serves it: `cargo web build`, `cargo web serve [PORT]`.

mod build;
mod offline;
mod serve;

use std::path::PathBuf;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["build"] => build::build(),
        ["serve"] => serve::serve("8000"),
        ["serve", port] => serve::serve(port),
        _ => bail!("either `build`, which makes web/dist, or `serve [PORT]`, which serves it"),
    }
}

/// The repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the page is put: static files, to be served from anywhere.
fn dist() -> PathBuf {
    root().join("web/dist")
}
