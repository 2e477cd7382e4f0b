//! Exports a trained generator to other tools, as safetensors: dense tensors with their masks, or
//! compressed sparse rows.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use safetensors::tensor::{Dtype, View};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Checkpoint, HostTensor};
use crate::{
    config::{Role, RunConfig},
    error::{Error, Result},
    model,
    net::place,
};

/// Key of the description in a file's header.
const KEY: &str = "tightrope";

/// A generator from one checkpoint.
#[derive(Clone, Debug)]
pub struct Generator {
    config: RunConfig,
    iteration: u64,
    averaged: bool,
    parameters: Vec<Parameter>,
    /// Running mean and variance of every batch norm, by name.
    buffers: Vec<(String, Vec<f32>)>,
}

/// One parameter, row-major.
#[derive(Clone, Debug)]
struct Parameter {
    /// The authors' name.
    name: String,
    shape: Vec<usize>,
    values: Vec<f32>,
    /// 1 where a maskable weight is active.
    mask: Option<Vec<u8>>,
}

impl Generator {
    /// The generator of a checkpoint: averaged weights if `averaged` and the checkpoint has them,
    /// else live ones.
    ///
    /// # Errors
    /// When the checkpoint does not hold a complete generator.
    pub fn of(checkpoint: &Checkpoint, averaged: bool) -> Result<Self> {
        let config = checkpoint.config()?;
        let (_, blueprint) = model::build(&config, Role::G, config.data.channels());
        let (params, _) = place(&blueprint, config.net(Role::G));
        let averaged = averaged
            && params.iter().all(|p| {
                checkpoint
                    .tensors
                    .contains_key(&format!("G/average/{}", p.name))
            });
        let part = if averaged { "average" } else { "weight" };
        let mask = bytes(checkpoint, "G/mask")?;
        let mut parameters = Vec::new();
        for p in &params {
            let key = format!("G/{part}/{}", p.name);
            let values = floats(checkpoint, &key)?.to_vec();
            let own = p.offset..p.offset + p.len();
            let mask = match p.masked {
                Some(_) => Some(mask.get(own).ok_or_else(|| missing("G/mask"))?.to_vec()),
                None => None,
            };
            if values.len() != p.len() {
                return Err(missing(&key));
            }
            parameters.push(Parameter {
                name: p.name.clone(),
                shape: p.shape.clone(),
                values,
                mask,
            });
        }
        let mut buffers = Vec::new();
        for (name, channels) in &blueprint.norms {
            let key = format!("G/running/{name}");
            let both = floats(checkpoint, &key)?;
            for (row, what) in ["running_mean", "running_var"].into_iter().enumerate() {
                let own = both.get(row * channels..(row + 1) * channels);
                let own = own.ok_or_else(|| missing(&key))?;
                buffers.push((format!("{name}.{what}"), own.to_vec()));
            }
        }
        Ok(Self {
            iteration: checkpoint.meta["iteration"].as_u64().unwrap_or_default(),
            config,
            averaged,
            parameters,
            buffers,
        })
    }

    /// Every tensor under the authors' name and, for a maskable weight, `NAME.mask`: u8, 1 is
    /// active.
    ///
    /// # Errors
    /// When safetensors refuses the tensors.
    pub fn dense(&self) -> Result<Vec<u8>> {
        let mut file = self.file();
        for p in &self.parameters {
            file.add(&p.name, &p.shape, Entry::floats(&p.values));
            if let Some(mask) = &p.mask {
                let entry = Entry::new(Dtype::U8, mask.clone());
                file.add(&format!("{}.mask", p.name), &p.shape, entry);
            }
        }
        file.finish(&self.about("dense", Map::new()))
    }

    /// Every maskable weight as a matrix of compressed rows, one row per output:
    /// `NAME.crow_indices`, `NAME.col_indices` (i64) and `NAME.values`, as
    /// `torch.sparse_csr_tensor` takes them; other tensors unchanged. The header's `layers` has
    /// each weight's `shape` and, as `matrix`, its rows and columns.
    ///
    /// # Errors
    /// When safetensors refuses the tensors.
    pub fn csr(&self) -> Result<Vec<u8>> {
        let mut file = self.file();
        let mut layers = Map::new();
        for p in &self.parameters {
            let Some(mask) = &p.mask else {
                file.add(&p.name, &p.shape, Entry::floats(&p.values));
                continue;
            };
            let rows = p.shape[0];
            let columns = p.values.len() / rows.max(1);
            let (mut crow, mut col, mut values) = (vec![0_i64], Vec::new(), Vec::new());
            for row in 0..rows {
                for column in 0..columns {
                    let at = row * columns + column;
                    if mask[at] != 0 || p.values[at] != 0.0 {
                        col.push(column as i64);
                        values.push(p.values[at]);
                    }
                }
                crow.push(col.len() as i64);
            }
            let count = [values.len()];
            file.add(
                &format!("{}.crow_indices", p.name),
                &[rows + 1],
                Entry::integers(&crow),
            );
            file.add(
                &format!("{}.col_indices", p.name),
                &count,
                Entry::integers(&col),
            );
            file.add(
                &format!("{}.values", p.name),
                &count,
                Entry::floats(&values),
            );
            let about = json!({ "shape": p.shape, "matrix": [rows, columns] });
            layers.insert(p.name.clone(), about);
        }
        file.finish(&self.about("csr", layers))
    }

    /// Whether the weights are averaged.
    pub fn is_averaged(&self) -> bool {
        self.averaged
    }

    fn file(&self) -> File {
        let mut file = File::default();
        for (name, values) in &self.buffers {
            file.add(name, &[values.len()], Entry::floats(values));
        }
        file
    }

    fn about<'a>(&'a self, format: &'static str, layers: Map<String, Value>) -> About<'a> {
        About {
            format,
            iteration: self.iteration,
            averaged: self.averaged,
            layers,
            config: &self.config,
        }
    }
}

/// Description of a file.
#[derive(Serialize)]
struct About<'a> {
    /// `dense` or `csr`.
    format: &'static str,
    iteration: u64,
    averaged: bool,
    /// Shape and matrix of every layer in compressed rows, by its weight's name.
    layers: Map<String, Value>,
    config: &'a RunConfig,
}

/// A tensor's bytes.
struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Entry {
    fn new(dtype: Dtype, bytes: Vec<u8>) -> Self {
        Self {
            dtype,
            shape: Vec::new(),
            bytes,
        }
    }

    fn floats(values: &[f32]) -> Self {
        Self::new(Dtype::F32, bytemuck::cast_slice(values).to_vec())
    }

    fn integers(values: &[i64]) -> Self {
        Self::new(Dtype::I64, bytemuck::cast_slice(values).to_vec())
    }
}

impl View for &Entry {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.bytes.as_slice().into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// A safetensors file being built.
#[derive(Default)]
struct File(BTreeMap<String, Entry>);

impl File {
    fn add(&mut self, name: &str, shape: &[usize], entry: Entry) {
        let shape = shape.to_vec();
        self.0.insert(name.to_owned(), Entry { shape, ..entry });
    }

    fn finish(self, about: &About) -> Result<Vec<u8>> {
        let about = serde_json::to_string(about)
            .map_err(|e| Error::Record(format!("the generator's settings are not JSON: {e}")))?;
        // One string, because safetensors writes several in random order.
        let header = HashMap::from([(KEY.to_owned(), about)]);
        safetensors::serialize(&self.0, Some(header))
            .map_err(|e| Error::Record(format!("the generator's tensors are inconsistent: {e}")))
    }
}

fn floats<'a>(checkpoint: &'a Checkpoint, key: &str) -> Result<&'a [f32]> {
    match checkpoint.tensors.get(key) {
        Some(HostTensor::F32 { data, .. }) => Ok(data),
        _ => Err(missing(key)),
    }
}

fn bytes<'a>(checkpoint: &'a Checkpoint, key: &str) -> Result<&'a [u8]> {
    match checkpoint.tensors.get(key) {
        Some(HostTensor::U8 { data, .. }) => Ok(data),
        _ => Err(missing(key)),
    }
}

fn missing(key: &str) -> Error {
    Error::Record(format!(
        "the checkpoint has no whole `{key}`; use another checkpoint of the run"
    ))
}
