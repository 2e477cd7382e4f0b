//! Choice of the device that trains, with the reason for it.

use std::{fmt, str::FromStr};

use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, caught::caught, config::Crossover};

mod adapter;
mod words;

pub use adapter::{Adapter, Limits, Shared, adapters, best_first, descriptor};

/// Message for a missing GPU.
const NO_ADAPTER: &str = if cfg!(target_arch = "wasm32") {
    "this browser offers no WebGPU here"
} else {
    "no graphics adapter was found"
};

/// Hint at the command that lists the adapters; a browser has none.
const LISTED: &str = if cfg!(target_arch = "wasm32") {
    ""
} else {
    " (see `tightrope doctor`)"
};

/// The user's choice of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// A GPU if there is a real one, else the CPU.
    #[default]
    Auto,
    /// The CPU backend.
    Cpu,
    /// The best adapter, or the one `tightrope doctor` lists under this number.
    Gpu(Option<usize>),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu(None)),
            _ => match text.strip_prefix("gpu:").map(str::parse) {
                Some(Ok(n)) => Ok(Self::Gpu(Some(n))),
                _ => Err(format!(
                    "'{text}' is not a device; choose auto, cpu, gpu or gpu:N{LISTED}"
                )),
            },
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(None) => f.write_str("gpu"),
            Self::Gpu(Some(n)) => write!(f, "gpu:{n}"),
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

/// A device in use.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The device.
    pub device: Device,
    /// Description of the device.
    pub name: String,
    /// Reason for the choice.
    pub reason: String,
    /// Whether kernels run as WGSL.
    pub gpu: bool,
    /// Whether the device is real rather than a software adapter.
    pub hardware: bool,
    /// Whether the caller also draws with it.
    pub shared: bool,
    /// Densities at which its dense kernels overtake the sparse ones.
    pub crossover: Crossover,
}

impl Chosen {
    /// Wraps a device that is already open.
    pub fn new(device: Device, name: &str, gpu: bool) -> Self {
        Self {
            device,
            name: name.to_owned(),
            reason: "given".to_owned(),
            gpu,
            hardware: true,
            shared: false,
            crossover: Crossover::typical(gpu),
        }
    }

    /// Whether the device still computes: a GPU can be lost to a driver's reset, an update or a
    /// cable.
    pub async fn answers(&self) -> bool {
        let two = async { read(Tensor::<1>::ones([1], &self.device) + 1.0).await };
        matches!(caught(two).await, Ok(Ok(two)) if two == [2.0])
    }
}

/// Limits the CPU backend to `threads` threads. Call it before anything is computed.
///
/// # Errors
/// When the threads cannot be started, or already were.
pub fn limit_threads(threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|e| Error::Device(format!("{threads} threads cannot be used: {e}")))
}

/// Threads of the CPU backend.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Vector instructions of the CPU kernels on this machine.
pub fn vector_unit() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if pulp::x86::V4::try_new().is_some() {
            return "AVX-512";
        }
        if pulp::x86::V3::try_new().is_some() {
            return "AVX2";
        }
    }
    if cfg!(target_arch = "aarch64") {
        "NEON"
    } else if cfg!(target_feature = "simd128") {
        "SIMD128"
    } else {
        "128-bit vectors at most"
    }
}

/// Opens the device that the user chose. `auto` never takes a software adapter, because the CPU
/// backend is far faster.
///
/// # Errors
/// When the user asked for a GPU and none is found, or it refuses.
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    open_beside(choice, None).await
}

/// Opens a device for a caller that also draws. If both want the same adapter, they share one
/// device.
///
/// # Errors
/// When the user asked for a GPU and none is found, or it refuses.
pub async fn open_beside(choice: DeviceChoice, shared: Option<&Shared>) -> Result<Chosen> {
    let cpu = |reason: &str| Chosen {
        device: Device::flex(),
        name: match threads() {
            1 => "CPU (1 thread)".to_owned(),
            n => format!("CPU ({n} threads)"),
        },
        reason: reason.to_owned(),
        gpu: false,
        hardware: true,
        shared: false,
        crossover: Crossover::typical(false),
    };
    if choice == DeviceChoice::Cpu {
        return Ok(cpu("asked for"));
    }
    let adapters = adapters().await;
    let (adapter, reason) = match choice {
        DeviceChoice::Auto => match adapters.first().filter(|a| a.is_hardware()) {
            Some(adapter) => (adapter, "the best hardware adapter"),
            None if adapters.is_empty() => return Ok(cpu(NO_ADAPTER)),
            None => {
                return Ok(cpu(
                    "the only adapters are software, far slower than the CPU backend",
                ));
            }
        },
        DeviceChoice::Gpu(None) => match adapters.first() {
            Some(adapter) => (adapter, "asked for, the best adapter"),
            None => return wrong(format!("gpu: {NO_ADAPTER}; use cpu")),
        },
        DeviceChoice::Gpu(Some(n)) => match adapters.get(n) {
            Some(adapter) => (adapter, "asked for by number"),
            None => {
                let have = match adapters.len() {
                    0 => "no adapter was found; use cpu".to_owned(),
                    1 => "the only adapter is gpu:0".to_owned(),
                    n => format!("adapters are gpu:0 to gpu:{}", n - 1),
                };
                return wrong(format!("gpu:{n}: {have}{LISTED}"));
            }
        },
        DeviceChoice::Cpu => return Ok(cpu("asked for")),
    };
    let shared = shared.filter(|shared| shared.is_whole(adapter));
    Ok(Chosen {
        device: match shared {
            Some(shared) => shared.open_shared()?,
            None => adapter.share().await?.open()?,
        },
        name: adapter.describe(),
        reason: match shared {
            Some(_) => format!("{reason}, shared with the window"),
            None => reason.to_owned(),
        },
        gpu: true,
        hardware: adapter.is_hardware(),
        shared: shared.is_some(),
        crossover: Crossover::typical(true),
    })
}

/// Reads integers back, as [`read`] does.
///
/// # Errors
/// When the device fails.
pub async fn read_counts(tensor: Tensor<1, Int>) -> Result<Vec<usize>> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|e| words::trouble(&e.to_string()))?;
    Ok(data.iter::<i64>().map(|n| n as usize).collect())
}

fn wrong<T>(line: String) -> Result<T> {
    Err(Error::setting("device", line))
}

/// Reads a tensor back without blocking the device's other work.
///
/// # Errors
/// When the device fails.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|e| words::trouble(&e.to_string()))?;
    data.try_into_vec()
        .map_err(|e| Error::Device(format!("{e:?}")))
}
