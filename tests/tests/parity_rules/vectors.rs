//! Finding and reading vector files.

use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use serde_json::Value;

/// All files `prefix*.extension` of the vectors' folder, in order; at least one.
pub fn files(prefix: &str, extension: &str) -> Vec<PathBuf> {
    let folder = std::env::var_os("TIGHTROPE_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors"),
        PathBuf::from,
    );
    let listing =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = listing
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .filter(|path| {
            path.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with(prefix))
        })
        .collect();
    files.sort();
    assert!(
        !files.is_empty(),
        "no {prefix}*.{extension} in {}",
        folder.display()
    );
    files
}

/// A JSON file.
pub fn json(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A JSON number.
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

/// A JSON list of sizes.
pub fn shape(value: &Value) -> Vec<usize> {
    let sizes = value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is not a shape"));
    sizes.iter().map(|size| number(size) as usize).collect()
}

/// A JSON object's entries.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is not an object"));
    object.iter().map(|(key, value)| (key.as_str(), value))
}

/// A JSON list of strings.
pub fn names(value: &Value) -> Vec<String> {
    let names = value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is not a list"));
    names
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

/// The layers `folder/<layer>` of a safetensors file, one after another; nothing if the file has none of them.
pub fn flat(tensors: &SafeTensors<'_>, folder: &str, layers: &[String]) -> Option<Vec<f32>> {
    let mut values = Vec::new();
    for layer in layers {
        let view = tensors.tensor(&format!("{folder}/{layer}")).ok()?;
        assert_eq!(view.dtype(), safetensors::Dtype::F32, "{folder}/{layer}");
        let numbers = view.data().chunks_exact(4);
        values.extend(numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    }
    Some(values)
}
