//! Finds and reads the reference vectors.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

/// All files `prefix*.extension` of `fixtures/vectors`, or of the folder in `TIGHTROPE_VECTORS`, in
/// order. At least one must exist.
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

/// Reads a JSON file.
pub fn json(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Reads a JSON number.
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

/// Reads a JSON list of sizes.
pub fn shape(value: &Value) -> Vec<usize> {
    let sizes = value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is not a shape"));
    sizes.iter().map(|size| number(size) as usize).collect()
}

/// The entries of a JSON object.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is not an object"));
    object.iter().map(|(key, value)| (key.as_str(), value))
}

/// Reads a JSON list of strings.
pub fn names(value: &Value) -> Vec<String> {
    let names = value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is not a list"));
    names
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

/// An array of a safetensors file, row-major.
#[derive(Clone, Debug)]
pub struct Array {
    /// Dimensions.
    pub shape: Vec<usize>,
    /// Values; float64 holds bytes and float32 exactly.
    pub values: Vec<f64>,
}

impl Array {
    /// The values as float32.
    pub fn floats(&self) -> Vec<f32> {
        self.values.iter().map(|&v| v as f32).collect()
    }

    /// Entry `i` along the first dimension.
    pub fn row(&self, i: usize) -> Self {
        let shape = self.shape[1..].to_vec();
        let len = shape.iter().product::<usize>();
        Self {
            values: self.values[i * len..(i + 1) * len].to_vec(),
            shape,
        }
    }
}

/// Every float and byte array of a safetensors file by its name. Leaves out counters (integers).
pub fn arrays(path: &Path) -> BTreeMap<String, Array> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file =
        SafeTensors::deserialize(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut arrays = BTreeMap::new();
    for (name, view) in file.iter() {
        let data = view.data();
        let values = match view.dtype() {
            Dtype::F32 => data
                .chunks_exact(4)
                .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
                .collect(),
            Dtype::F64 => data
                .chunks_exact(8)
                .map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
                .collect(),
            Dtype::U8 => data.iter().map(|&b| f64::from(b)).collect(),
            _ => continue,
        };
        let shape = view.shape().to_vec();
        arrays.insert(name.to_owned(), Array { shape, values });
    }
    arrays
}

/// Every array of integers by its name: labels, draws, counters.
pub fn integers(path: &Path) -> BTreeMap<String, Vec<i64>> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file =
        SafeTensors::deserialize(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let whole = file.iter().filter(|(_, view)| view.dtype() == Dtype::I64);
    whole
        .map(|(name, view)| {
            let (words, _) = view.data().as_chunks::<8>();
            let values = words.iter().map(|&word| i64::from_le_bytes(word));
            (name.to_owned(), values.collect())
        })
        .collect()
}

/// The layers `folder/<layer>`, concatenated; `None` if the file has none of them.
pub fn flat(arrays: &BTreeMap<String, Array>, folder: &str, layers: &[String]) -> Option<Vec<f32>> {
    let arrays = layers
        .iter()
        .map(|layer| arrays.get(&format!("{folder}/{layer}")));
    Some(
        arrays
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flat_map(Array::floats)
            .collect(),
    )
}
