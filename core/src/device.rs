//! Which device trains, and why.

use std::str::FromStr;

use burn::{
    backend::wgpu::WgpuSetup,
    tensor::{Device, Int, Tensor},
};
use wgpu::{Backends, DeviceType};

use crate::{Error, Result, kernel::choice::Crossover};

/// OpenGL has no compute worth the name, and probing it complains on machines without a display.
const BACKENDS: Backends = Backends::VULKAN
    .union(Backends::METAL)
    .union(Backends::DX12)
    .union(Backends::BROWSER_WEBGPU);

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
                    "'{text}' is no device; choose auto, cpu, gpu or gpu:N (see `tightrope doctor`)"
                )),
            },
        }
    }
}

/// A device in use.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The device.
    pub device: Device,
    /// What it is, in words.
    pub name: String,
    /// Why it was taken.
    pub reason: String,
    /// Whether kernels run as WGSL.
    pub gpu: bool,
    /// Whether it is what it pretends to be, not a software adapter.
    pub hardware: bool,
    /// Where its dense kernels overtake the sparse ones.
    pub crossover: Crossover,
}

impl Chosen {
    /// A device that is already open.
    pub fn new(device: Device, name: &str, gpu: bool) -> Self {
        Self {
            device,
            name: name.to_owned(),
            reason: "given".to_owned(),
            gpu,
            hardware: true,
            crossover: Crossover::typical(gpu),
        }
    }
}

/// An adapter this machine offers.
pub struct Adapter {
    inner: wgpu::Adapter,
    instance: wgpu::Instance,
}

impl Adapter {
    /// Name, driver and API.
    pub fn describe(&self) -> String {
        let info = self.inner.get_info();
        format!(
            "{} ({:?}, {:?}, {})",
            info.name, info.device_type, info.backend, info.driver_info
        )
    }

    /// Whether it is hardware rather than a software rasteriser.
    pub fn is_hardware(&self) -> bool {
        self.rank() > 0
    }

    /// Its limits that matter to the kernels.
    pub fn limits(&self) -> Limits {
        let limits = self.inner.limits();
        Limits {
            storage_buffers: limits.max_storage_buffers_per_shader_stage,
            binding_bytes: limits.max_storage_buffer_binding_size,
            invocations: limits.max_compute_invocations_per_workgroup,
        }
    }

    fn rank(&self) -> u8 {
        match self.inner.get_info().device_type {
            DeviceType::DiscreteGpu => 4,
            DeviceType::IntegratedGpu => 3,
            DeviceType::VirtualGpu => 2,
            DeviceType::Other => 1,
            DeviceType::Cpu => 0,
        }
    }

    async fn open(&self) -> Result<Device> {
        let features = self.inner.features() - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("tightrope"),
            required_features: features & !wgpu::Features::all_experimental_mask(),
            required_limits: self.inner.limits(),
            ..Default::default()
        };
        let refused = |e: String| {
            Error::Device(format!(
                "{} refused: {e}; try --device cpu",
                self.describe()
            ))
        };
        let (device, queue) = self
            .inner
            .request_device(&descriptor)
            .await
            .map_err(|e| refused(e.to_string()))?;
        let setup = WgpuSetup {
            instance: self.instance.clone(),
            backend: self.inner.get_info().backend,
            adapter: self.inner.clone(),
            device,
            queue,
        };
        Device::wgpu_options()
            .setup(setup)
            .init()
            .map_err(|e| refused(e.to_string()))
    }
}

/// What an adapter allows a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Storage buffers one kernel may bind.
    pub storage_buffers: u32,
    /// Largest buffer it may bind, in bytes.
    pub binding_bytes: u64,
    /// Invocations in one workgroup.
    pub invocations: u32,
}

/// Lets the CPU backend use `threads` threads; only before anything has been computed.
///
/// # Errors
/// When the threads cannot be started, or have been already.
pub fn limit_threads(threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|e| Error::Device(format!("{threads} threads cannot be used: {e}")))
}

/// Threads the CPU backend uses.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// The vector instructions the CPU kernels use here.
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
    } else {
        "128-bit vectors at most"
    }
}

/// All adapters, best first; `gpu:N` counts in this order.
pub async fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: BACKENDS,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let found = instance.enumerate_adapters(BACKENDS).await;
    let mut adapters: Vec<Adapter> = found
        .into_iter()
        .map(|inner| Adapter {
            inner,
            instance: instance.clone(),
        })
        .collect();
    adapters.sort_by_key(|a| std::cmp::Reverse(a.rank()));
    adapters
}

/// Opens the device the user chose. `auto` never takes a software adapter: the CPU backend is far faster.
///
/// # Errors
/// When a GPU was asked for and there is none, or it refuses.
pub async fn open(choice: DeviceChoice) -> Result<Chosen> {
    let cpu = |reason: &str| Chosen {
        device: Device::flex(),
        name: match threads() {
            1 => "CPU (1 thread)".to_owned(),
            n => format!("CPU ({n} threads)"),
        },
        reason: reason.to_owned(),
        gpu: false,
        hardware: true,
        crossover: Crossover::typical(false),
    };
    if choice == DeviceChoice::Cpu {
        return Ok(cpu("asked for"));
    }
    let adapters = adapters().await;
    let (adapter, reason) = match choice {
        DeviceChoice::Auto => match adapters.first().filter(|a| a.is_hardware()) {
            Some(adapter) => (adapter, "the best hardware adapter"),
            None if adapters.is_empty() => return Ok(cpu("no graphics adapter was found")),
            None => {
                return Ok(cpu(
                    "the only adapters are software, far slower than the CPU backend",
                ));
            }
        },
        DeviceChoice::Gpu(None) => match adapters.first() {
            Some(adapter) => (adapter, "asked for, the best adapter"),
            None => return wrong("gpu: no graphics adapter was found; use cpu".into()),
        },
        DeviceChoice::Gpu(Some(n)) => match adapters.get(n) {
            Some(adapter) => (adapter, "asked for by number"),
            None => {
                let have = match adapters.len() {
                    0 => "no adapter was found; use cpu".to_owned(),
                    1 => "the only adapter is gpu:0".to_owned(),
                    n => format!("adapters are gpu:0 to gpu:{}", n - 1),
                };
                return wrong(format!("gpu:{n}: {have} (see `tightrope doctor`)"));
            }
        },
        DeviceChoice::Cpu => return Ok(cpu("asked for")),
    };
    Ok(Chosen {
        device: adapter.open().await?,
        name: adapter.describe(),
        reason: reason.to_owned(),
        gpu: true,
        hardware: adapter.is_hardware(),
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
        .map_err(|e| Error::Device(e.to_string()))?;
    Ok(data.iter::<i64>().map(|n| n as usize).collect())
}

fn wrong<T>(line: String) -> Result<T> {
    Err(Error::Settings(vec![format!("device: {line}")]))
}

/// Reads a tensor back without blocking the device's other work.
///
/// # Errors
/// When the device fails.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|e| Error::Device(e.to_string()))?;
    data.try_into_vec()
        .map_err(|e| Error::Device(format!("{e:?}")))
}
