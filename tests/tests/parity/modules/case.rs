//! The modules in the vectors, read from their folders.

use std::collections::BTreeMap;

use tightrope_tests::vectors::{Array, arrays, files, integers};

/// One folder of a vector file.
pub struct Case {
    pub name: String,
    pub arrays: BTreeMap<String, Array>,
    /// Labels of the input, if it has any.
    pub labels: Vec<i64>,
}

impl Case {
    pub fn get(&self, key: &str) -> &Array {
        let name = &self.name;
        let found = self.arrays.get(key);
        found.unwrap_or_else(|| panic!("{name} has no {key}"))
    }

    pub fn has(&self, key: &str) -> bool {
        self.arrays.contains_key(&format!("before/{key}"))
    }

    /// A parameter's shape, with or without spectral norm.
    pub fn shape(&self, layer: &str) -> &[usize] {
        let suffix = if self.is_spectral(layer) { "_orig" } else { "" };
        &self.get(&format!("before/{layer}.weight{suffix}")).shape
    }

    pub fn is_spectral(&self, layer: &str) -> bool {
        self.has(&format!("{layer}.weight_orig"))
    }

    /// The input: an image, a map or z; `[n, c, h, w]`.
    pub fn input(&self) -> (&'static str, [usize; 4]) {
        let name = ["x", "z"]
            .into_iter()
            .find(|name| self.arrays.contains_key(&format!("in/{name}")));
        let name = name.unwrap_or_else(|| panic!("{}: no input", self.name));
        let mut shape = [1; 4];
        for (to, from) in shape.iter_mut().zip(&self.get(&format!("in/{name}")).shape) {
            *to = *from;
        }
        (name, shape)
    }
}

pub fn cases() -> Vec<Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for file in files("modules", "safetensors") {
        for (key, array) in arrays(&file) {
            let (name, key) = key.split_once('/').expect("a folder a module");
            let case = cases.entry(name.to_owned()).or_insert_with(|| Case {
                name: name.to_owned(),
                arrays: BTreeMap::new(),
                labels: Vec::new(),
            });
            case.arrays.insert(key.to_owned(), array);
        }
        for (key, values) in integers(&file) {
            if let Some((name, "y")) = key.split_once("/in/") {
                cases.get_mut(name).expect("a module").labels = values;
            }
        }
    }
    cases.into_values().collect()
}
