//! Checkpoints: one safetensors file with every tensor and, in its header, every number of a run's
//! state.
//!
//! The file alone is the checkpoint: it appears whole or not at all, and carries a checksum. The
//! JSON beside it copies the numbers for people and is never read back.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use flate2::Crc;
use safetensors::{
    SafeTensors,
    tensor::{Dtype, View},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    config::RunConfig,
    error::{Error, Result},
    fs::{self, atomic},
    text::quoted,
};

/// Version of the checkpoint layout; a newer one is refused.
pub const CHECKPOINT_VERSION: u32 = 1;
/// Checkpoints a run keeps.
pub const KEPT_CHECKPOINTS: usize = 3;
/// The folder of checkpoints within a run folder.
pub const FOLDER: &str = "checkpoints";
const KEY: &str = "tightrope";

/// Everything a run needs to continue.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Version of the layout, see [`CHECKPOINT_VERSION`].
    pub version: u32,
    /// Events on record before the checkpoint, its own included, without those of resumptions and
    /// ends; `None` in files of earlier programs.
    pub events: Option<u64>,
    /// Numbers, counters and stream states.
    pub meta: Value,
    /// Weights, masks, moments, averages and buffers by name.
    pub tensors: BTreeMap<String, HostTensor>,
}

/// A tensor on the host, row-major.
#[derive(Clone, Debug, PartialEq)]
pub enum HostTensor {
    /// Weights and the like.
    F32 {
        /// Dimensions.
        shape: Vec<usize>,
        /// Values.
        data: Vec<f32>,
    },
    /// Masks: 1 is active.
    U8 {
        /// Dimensions.
        shape: Vec<usize>,
        /// Values.
        data: Vec<u8>,
    },
}

impl View for &HostTensor {
    fn dtype(&self) -> Dtype {
        match self {
            HostTensor::F32 { .. } => Dtype::F32,
            HostTensor::U8 { .. } => Dtype::U8,
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            HostTensor::F32 { shape, .. } | HostTensor::U8 { shape, .. } => shape,
        }
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match self {
            HostTensor::F32 { data, .. } => bytemuck::cast_slice(data).into(),
            HostTensor::U8 { data, .. } => data.into(),
        }
    }

    fn data_len(&self) -> usize {
        match self {
            HostTensor::F32 { data, .. } => data.len() * size_of::<f32>(),
            HostTensor::U8 { data, .. } => data.len(),
        }
    }
}

/// Contents of the header. They are a single string, because safetensors writes several in random
/// order.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    crc32: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    meta: Value,
}

impl Checkpoint {
    /// A checkpoint of this version.
    pub fn new(meta: Value, tensors: BTreeMap<String, HostTensor>) -> Self {
        Self {
            version: CHECKPOINT_VERSION,
            events: None,
            meta,
            tensors,
        }
    }

    /// Settings of the checkpointed run.
    ///
    /// # Errors
    /// When the checkpoint does not hold a run.
    pub fn config(&self) -> Result<RunConfig> {
        #[derive(Deserialize)]
        struct Settings {
            config: RunConfig,
        }
        Ok(self.meta_as::<Settings>()?.config)
    }

    /// The iteration of the checkpointed run; `None` when the checkpoint does not hold one.
    pub fn iteration(&self) -> Option<u64> {
        self.meta.get("iteration")?.as_u64()
    }

    /// Numbers, counters and stream states of the run.
    pub(crate) fn meta_as<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.meta).map_err(|e| {
            Error::Record(format!(
                "the checkpoint does not hold a run ({e}); use an earlier one"
            ))
        })
    }

    /// The bytes of the safetensors file; equal checkpoints give equal bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let header = Header {
            version: self.version,
            crc32: self.checksum(),
            events: self.events,
            meta: self.meta.clone(),
        };
        let header = serde_json::to_string(&header)
            .map_err(|e| Error::Record(format!("the checkpoint's numbers are not JSON: {e}")))?;
        safetensors::serialize(&self.tensors, Some(HashMap::from([(KEY.into(), header)])))
            .map_err(|e| Error::Record(format!("the checkpoint's tensors are inconsistent: {e}")))
    }

    /// Reads [`Checkpoint::to_bytes`] back. The error describes the fault, not its place.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        fn damaged(error: impl std::fmt::Display) -> String {
            format!("is not a whole safetensors file ({})", quoted(&error))
        }
        let (_, layout) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let text = layout.metadata().as_ref().and_then(|m| m.get(KEY));
        let text = text.ok_or("is a safetensors file, but not a Tightrope checkpoint")?;
        let header: Value = serde_json::from_str(text).map_err(damaged)?;
        match header.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(CHECKPOINT_VERSION) => {
                return Err(format!(
                    "was written by a newer Tightrope (version {version}, this one reads up to {CHECKPOINT_VERSION})"
                ));
            }
            _ => {}
        }
        let header: Header = serde_json::from_value(header).map_err(damaged)?;
        let stored = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let mut tensors = BTreeMap::new();
        for (name, view) in stored.iter() {
            let shape = view.shape().to_vec();
            let tensor = match view.dtype() {
                Dtype::F32 => HostTensor::F32 {
                    shape,
                    data: bytemuck::pod_collect_to_vec(view.data()),
                },
                Dtype::U8 => HostTensor::U8 {
                    shape,
                    data: view.data().to_vec(),
                },
                other => return Err(format!("has a tensor of unknown type {other} ({name})")),
            };
            tensors.insert(name.to_owned(), tensor);
        }
        let checkpoint = Self {
            version: header.version,
            events: header.events,
            meta: header.meta,
            tensors,
        };
        if checkpoint.checksum() != header.crc32 {
            return Err("is damaged (its checksum does not match)".into());
        }
        Ok(checkpoint)
    }

    /// CRC-32 of the version, of the number of events if any, of the meta as JSON, then of every
    /// tensor's name, shape and bytes.
    fn checksum(&self) -> u32 {
        let mut crc = Crc::new();
        crc.update(&self.version.to_le_bytes());
        if let Some(events) = self.events {
            crc.update(&events.to_le_bytes());
        }
        crc.update(self.meta.to_string().as_bytes());
        for (name, tensor) in &self.tensors {
            crc.update(name.as_bytes());
            for dim in (&tensor).shape() {
                crc.update(&(*dim as u64).to_le_bytes());
            }
            crc.update(&(&tensor).data());
        }
        crc.sum()
    }

    /// Writes `run/checkpoints/000500.safetensors` and drops the oldest beyond
    /// [`KEPT_CHECKPOINTS`].
    pub fn save(&self, run: &Path, iteration: u64) -> Result<()> {
        let path = run.join(name(iteration));
        let bytes = self.to_bytes()?;
        // The checkpoint itself comes last: where it is, all is.
        atomic::write_json(&path.with_extension("json"), &self.meta)?;
        atomic::write(&path, &bytes)?;
        prune(run)
    }

    /// Reads a checkpoint file.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = fs::read_whole(path).map_err(|e| Error::io(path, e))?;
        Self::from_bytes(&bytes).map_err(|what| {
            Error::Record(format!(
                "{} {what}; resume from another checkpoint of the run",
                path.display()
            ))
        })
    }
}

/// Name of a checkpoint within its run folder.
pub fn name(iteration: u64) -> String {
    format!("{FOLDER}/{iteration:06}.safetensors")
}

/// A run's checkpoints by rising iteration.
pub fn list(run: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let folder = run.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(folder, e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io(&folder, e))?.path();
        if let Some(iteration) = iteration_of(&path) {
            found.push((iteration, path));
        }
    }
    found.sort();
    Ok(found)
}

/// The iteration in a checkpoint's file name.
pub fn iteration_of(path: &Path) -> Option<u64> {
    let is_checkpoint = path.extension().is_some_and(|e| e == "safetensors");
    path.file_stem()?
        .to_str()?
        .parse()
        .ok()
        .filter(|_| is_checkpoint)
}

/// The run's latest checkpoint.
pub fn latest(run: &Path) -> Result<PathBuf> {
    match list(run)?.pop() {
        Some((_, path)) => Ok(path),
        None if fs::is_dir(run) => Err(Error::Record(format!(
            "{}: has no checkpoint to resume from; delete the folder and start the run again",
            run.display()
        ))),
        None => Err(Error::Record(format!(
            "{}: no such run folder",
            run.display()
        ))),
    }
}

/// Removes all but the latest checkpoints, and files that a crash left half written or alone.
fn prune(run: &Path) -> Result<()> {
    let all = list(run)?;
    for (_, path) in &all[..all.len().saturating_sub(KEPT_CHECKPOINTS)] {
        remove(path)?;
    }
    let folder = run.join(FOLDER);
    let entries = fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is = |ending: &str| path.extension().is_some_and(|found| found == ending);
        let is_alone = is("json") && !fs::is_file(&path.with_extension("safetensors"));
        if is(atomic::PARTIAL) || is_alone {
            fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    Ok(())
}

/// Removes the checkpoints after `iteration`, from which a run resumes.
pub fn forget_after(run: &Path, iteration: u64) -> Result<()> {
    for (at, path) in list(run)? {
        if at > iteration {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    // The readable copy goes first, so that it never stands alone.
    let copy = path.with_extension("json");
    match fs::remove_file(&copy) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(copy, e)),
        _ => {}
    }
    fs::remove_file(path).map_err(|e| Error::io(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Checkpoint {
        let weights = HostTensor::F32 {
            shape: vec![2, 3],
            data: vec![0.1, -0.0, f32::MIN_POSITIVE, 1e-42, f32::INFINITY, 3.0],
        };
        let mask = HostTensor::U8 {
            shape: vec![5],
            data: vec![0, 1, 1, 0, 1],
        };
        let tensors = [("g.weight", weights), ("g.mask", mask)];
        Checkpoint::new(
            serde_json::json!({"iteration": 500, "br": [0.1, 1.0 / 3.0], "stream": u64::MAX}),
            tensors
                .map(|(name, tensor)| (name.to_owned(), tensor))
                .into(),
        )
    }

    #[test]
    fn comes_back_bit_for_bit() {
        let bytes = small().to_bytes().unwrap();
        assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), small());
        assert_eq!(bytes, small().to_bytes().unwrap());
        let empty = Checkpoint::new(Value::Null, BTreeMap::new());
        assert_eq!(
            Checkpoint::from_bytes(&empty.to_bytes().unwrap()).unwrap(),
            empty
        );
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = small().to_bytes().unwrap();
        for end in 0..bytes.len() {
            assert!(
                Checkpoint::from_bytes(&bytes[..end]).is_err(),
                "cut at {end}"
            );
        }
        assert!(Checkpoint::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed() {
        let bytes = small().to_bytes().unwrap();
        for at in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[at / 8] ^= 1 << (at % 8);
            if let Ok(read) = Checkpoint::from_bytes(&bad) {
                assert_eq!(read, small(), "bit {at}");
            }
        }
    }

    #[test]
    fn foreign_and_newer_files_are_named_as_such() {
        let foreign = safetensors::serialize(&small().tensors, None).unwrap();
        let error = Checkpoint::from_bytes(&foreign).unwrap_err();
        assert!(error.contains("not a Tightrope checkpoint"), "{error}");
        let mut newer = small();
        newer.version = 3;
        let error = Checkpoint::from_bytes(&newer.to_bytes().unwrap()).unwrap_err();
        assert!(
            error.contains("newer Tightrope (version 3, this one reads up to 1)"),
            "{error}"
        );
        let error = Checkpoint::from_bytes(b"PK\x03\x04 a zip, say").unwrap_err();
        assert!(error.contains("not a whole safetensors file"), "{error}");
    }

    #[test]
    fn the_latest_three_stay() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path();
        assert!(
            latest(run)
                .unwrap_err()
                .to_string()
                .contains("no checkpoint")
        );
        assert!(
            latest(&run.join("x"))
                .unwrap_err()
                .to_string()
                .contains("no such run folder")
        );
        fs::create_dir(run.join(FOLDER)).unwrap();
        for iteration in [5, 10, 999_999, 1_000_000] {
            small().save(run, iteration).unwrap();
            let file = run.join(name(iteration));
            assert_eq!(Checkpoint::load(&file).unwrap(), small());
        }
        let kept: Vec<u64> = list(run).unwrap().into_iter().map(|(at, _)| at).collect();
        assert_eq!(kept, [10, 999_999, 1_000_000]);
        assert!(latest(run).unwrap().ends_with("1000000.safetensors"));
        assert_eq!(fs::read_dir(run.join(FOLDER)).unwrap().count(), 6);
        forget_after(run, 10).unwrap();
        assert!(latest(run).unwrap().ends_with("000010.safetensors"));
        assert!(
            Checkpoint::load(&run.join("gone"))
                .unwrap_err()
                .to_string()
                .contains("gone")
        );
    }
}
