//! From sources to `web/dist`.

use std::{
    env,
    fs::{self, File},
    io::{Read, Write},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use wasm_bindgen_cli_support::Bindgen;

use crate::{dist, offline, root};

const TARGET: &str = "wasm32-unknown-unknown";
/// The program, and how large it may be, gzipped: a class waits for it.
const PROGRAM: &str = "tightrope_bg.wasm";
const MOST: u64 = 5_000_000;
/// Smaller files gain nothing by being packed.
const WORTH_PACKING: u64 = 1024;

/// Builds the page.
pub fn build() -> Result<()> {
    let (root, dist) = (root(), dist());
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--profile",
            "web",
            "--target",
            TARGET,
            "-p",
            "tightrope",
        ])
        .current_dir(&root)
        .status()
        .context("cargo cannot be started")?;
    ensure!(
        built.success(),
        "the program does not build for {TARGET}; `rustup target add {TARGET}` adds the target"
    );
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("{} is in the way", dist.display()))?;
    }
    fs::create_dir_all(&dist)?;
    Bindgen::new()
        .input_path(root.join(target).join(TARGET).join("web/tightrope.wasm"))
        .web(true)?
        .typescript(false)
        // A fifth of the file, for whoever reads a profile; `KEEP_NAMES=1` keeps them.
        .remove_name_section(env::var_os("KEEP_NAMES").is_none())
        .remove_producers_section(true)
        .omit_default_module_path(false)
        .generate(&dist)
        .context("wasm-bindgen; its version must be that of the program's Cargo.lock")?;
    for page in fs::read_dir(root.join("web/page"))? {
        let page = page?;
        fs::copy(page.path(), dist.join(page.file_name()))?;
    }
    offline::seal(&dist)?;
    println!("{:>28} {:>10} {:>10} {:>10}", "", "bytes", "gzip", "brotli");
    let mut program = 0;
    let mut files: Vec<_> = fs::read_dir(&dist)?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name());
    for file in files {
        let bytes = file.metadata()?.len();
        let packed = match bytes > WORTH_PACKING {
            true => pack(&file.path())?,
            false => [bytes; 2],
        };
        let name = file.file_name();
        println!(
            "{:>28} {bytes:>10} {:>10} {:>10}",
            name.display(),
            packed[0],
            packed[1]
        );
        if name == PROGRAM {
            program = packed[0];
        }
    }
    ensure!(
        program <= MOST,
        "{PROGRAM} has {program} bytes gzipped, and may have {MOST}: something large has come in"
    );
    println!(
        "{}: to be served from any path",
        dist.canonicalize()?.display()
    );
    Ok(())
}

/// Puts the file beside itself as `.gz` and as `.br`, for servers that hand these out; their sizes.
fn pack(file: &Path) -> Result<[u64; 2]> {
    let mut bytes = Vec::new();
    File::open(file)?.read_to_end(&mut bytes)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let gzip = gzip.finish()?;
    let mut brotli = Vec::new();
    let most = brotli::enc::BrotliEncoderParams {
        quality: 10,
        lgwin: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &most)?;
    let name = file.display();
    fs::write(format!("{name}.gz"), &gzip)?;
    fs::write(format!("{name}.br"), &brotli)?;
    Ok([gzip.len() as u64, brotli.len() as u64])
}
