//! Reads files of weights: safetensors, or the output of `torch.save`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

use super::refused;
#[cfg(not(target_arch = "wasm32"))]
use crate::memory;
use crate::{Error, Result, fs, text::quoted};

/// Parts of tensor names in known weights files that no forward pass needs.
const UNUSED: [&str; 2] = ["num_batches_tracked", "AuxLogits."];

/// Shapes and values, row-major, by name.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// The tensors of a file; each can be taken once.
pub struct Weights {
    path: PathBuf,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    tensors: Tensors,
}

impl Weights {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is neither kind of file.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read_whole(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                refused(path, "no such file; docs/METHODS.md says where to get it")
            }
            _ => Error::io(path, error),
        })?;
        let sha256 = hex(&Sha256::digest(&bytes));
        // Zip archives, pickles from the second protocol on and tar archives all differ here from a
        // safetensors header.
        let is_safetensors = bytes.get(8) == Some(&b'{');
        let tensors = if is_safetensors {
            safetensors(path, &bytes)?
        } else {
            drop(bytes);
            torch(path)?
        };
        Ok(Self {
            path: path.to_owned(),
            sha256,
            tensors,
        })
    }

    /// Wraps tensors in memory.
    pub fn of(tensors: Tensors) -> Self {
        let mut hash = Sha256::new();
        for (name, (_, values)) in &tensors {
            hash.update(name);
            hash.update(bytemuck::cast_slice(values));
        }
        Self {
            path: "weights in memory".into(),
            sha256: hex(&hash.finalize()),
            tensors,
        }
    }

    /// Whether a tensor of this name exists.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The error for a missing tensor.
    pub fn lacks(&self, name: &str) -> Error {
        let found = match self.tensors.keys().next() {
            Some(first) => format!(
                "it has {} tensors, `{first}` among them",
                self.tensors.len()
            ),
            None => "it has no tensors".to_owned(),
        };
        refused(
            &self.path,
            format_args!("not the weights of this network: there is no `{name}`; {found}"),
        )
    }

    /// Takes a tensor, row-major.
    ///
    /// # Errors
    /// When no tensor has this name, or its shape differs.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let (found, values) = self.tensors.remove(name).ok_or_else(|| self.lacks(name))?;
        if found != shape {
            return Err(refused(
                &self.path,
                format_args!(
                    "not the weights of this network: `{name}` is {found:?} where {shape:?} belongs"
                ),
            ));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(refused(
                &self.path,
                format_args!("`{name}` has values that are not finite; the file is damaged"),
            ));
        }
        Ok(values)
    }

    /// Checks that every tensor was taken.
    ///
    /// # Errors
    /// When tensors are left over: the file belongs to another network.
    pub fn finish(&self) -> Result<()> {
        let is_left = |name: &&String| !UNUSED.iter().any(|unused| name.contains(unused));
        match self.tensors.keys().find(is_left) {
            Some(name) => Err(refused(
                &self.path,
                format_args!("not the weights of this network: it has no place for `{name}`"),
            )),
            None => Ok(()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn safetensors(path: &Path, bytes: &[u8]) -> Result<Tensors> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        refused(
            path,
            format_args!("not a whole safetensors file: {}", quoted(&error)),
        )
    })?;
    let mut tensors = Tensors::new();
    for (name, view) in file.iter() {
        if view.dtype() == Dtype::F32 {
            let values = floats(view.data());
            tensors.insert(name.to_owned(), (view.shape().to_vec(), values));
        } else if !UNUSED.iter().any(|unused| name.contains(unused)) {
            return Err(refused(
                path,
                format_args!("`{name}` is {:?}; weights are F32", view.dtype()),
            ));
        }
    }
    Ok(tensors)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (whole, _) = bytes.as_chunks::<4>();
    whole.iter().map(|&four| f32::from_le_bytes(four)).collect()
}

#[cfg(not(target_arch = "wasm32"))]
fn torch(path: &Path) -> Result<Tensors> {
    use pytorch_reader::{DType, PytorchReader};

    let wrong = |error: &dyn std::fmt::Display| {
        refused(
            path,
            format_args!("neither safetensors nor weights saved by PyTorch ({error})"),
        )
    };
    let file = PytorchReader::new(path).map_err(|error| wrong(&error))?;
    let mut tensors = Tensors::new();
    for (name, tensor) in file.into_tensors() {
        if tensor.dtype() == DType::F32 {
            let count: usize = tensor.shape().iter().product();
            memory::check(4 * count as u64).map_err(|error| wrong(&error))?;
            let bytes = tensor.read().map_err(|error| wrong(&error))?;
            let values = bytemuck::pod_collect_to_vec(&bytes);
            tensors.insert(name, (tensor.shape().to_vec(), values));
        } else if !UNUSED.iter().any(|unused| name.contains(unused)) {
            return Err(refused(
                path,
                format_args!("`{name}` is {:?}; weights are F32", tensor.dtype()),
            ));
        }
    }
    Ok(tensors)
}

#[cfg(target_arch = "wasm32")]
fn torch(path: &Path) -> Result<Tensors> {
    Err(refused(
        path,
        "not a safetensors file; a page reads no other weights",
    ))
}
