//! What the page's service worker has to know of a build.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// The worker's file.
const WORKER: &str = "service.js";

/// Puts the names of all other files and their digests before the worker's program: another build is another worker.
pub fn seal(dist: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(dist)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name != WORKER {
            files.insert(name, digest(&fs::read(file.path())?));
        }
    }
    let files = serde_json::to_string_pretty(&files)?;
    let build = digest(files.as_bytes());
    let path = dist.join(WORKER);
    let program =
        fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
    fs::write(
        path,
        format!("const FILES = {files};\nconst BUILD = \"{build}\";\n\n{program}"),
    )?;
    Ok(())
}

/// As `integrity` of a request takes it.
fn digest(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_the_standard() {
        // Of the empty file, as every tool gives it.
        assert_eq!(
            digest(b""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }
}
