//! Graphics adapters, and one device shared by compute and drawing.

use std::sync::Arc;

use burn::{backend::wgpu::WgpuSetup, tensor::Device};
use wgpu::{Backends, DeviceType};

use crate::{Error, Result};

/// Backends worth probing. OpenGL is left out: its compute is too weak, and probing it complains on
/// machines without a display.
const BACKENDS: Backends = Backends::VULKAN
    .union(Backends::METAL)
    .union(Backends::DX12)
    .union(Backends::BROWSER_WEBGPU);

/// Parts of the names of software rasterisers; `web/page/preflight.js` has the same list.
const SOFTWARE: [&str; 3] = ["swiftshader", "llvmpipe", "basic render"];

/// A graphics adapter of this machine.
pub struct Adapter {
    inner: wgpu::Adapter,
    instance: wgpu::Instance,
}

impl Adapter {
    /// Name, driver and API.
    pub fn describe(&self) -> String {
        describe(&self.inner)
    }

    /// Whether it is hardware rather than a software rasteriser.
    pub fn is_hardware(&self) -> bool {
        self.rank() > 0
    }

    /// Limits that matter to the kernels.
    pub fn limits(&self) -> Limits {
        let limits = self.inner.limits();
        Limits {
            storage_buffers: limits.max_storage_buffers_per_shader_stage,
            binding_bytes: limits.max_storage_buffer_binding_size,
            invocations: limits.max_compute_invocations_per_workgroup,
        }
    }

    fn rank(&self) -> u8 {
        rank(&self.inner)
    }

    /// Opens a device for compute and drawing.
    ///
    /// # Errors
    /// When the adapter refuses.
    pub async fn share(&self) -> Result<Shared> {
        let (device, queue) = self
            .inner
            .request_device(&descriptor(&self.inner))
            .await
            .map_err(|e| refused(&self.inner, e.to_string()))?;
        Ok(Shared {
            instance: self.instance.clone(),
            adapter: self.inner.clone(),
            device,
            queue,
        })
    }
}

/// An open device, for compute and drawing.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Instance that found the adapter.
    pub instance: wgpu::Instance,
    /// Adapter of the device.
    pub adapter: wgpu::Adapter,
    /// The device, opened by [`descriptor`].
    pub device: wgpu::Device,
    /// Queue of the device.
    pub queue: wgpu::Queue,
}

impl Shared {
    /// Whether this is a device of `adapter` with all of its limits.
    pub(super) fn is_whole(&self, adapter: &Adapter) -> bool {
        self.adapter.get_info() == adapter.inner.get_info()
            && self.device.limits() == adapter.inner.limits()
    }

    /// Opens the device for compute while the caller draws with it.
    pub(super) fn open_shared(&self) -> Result<Device> {
        let device = self.open()?;
        // The kernels' own handler panics on every error. Errors of a surface while the device is
        // busy or lost are left to the drawing code.
        self.device.on_uncaptured_error(Arc::new(|error| {
            let said = match &error {
                wgpu::Error::Validation { description, .. }
                | wgpu::Error::Internal { description, .. } => description.clone(),
                memory => memory.to_string(),
            };
            if !said.contains("Surface") && !said.contains("lost") {
                panic!("wgpu error: {said}");
            }
        }));
        Ok(device)
    }

    pub(super) fn open(&self) -> Result<Device> {
        let setup = WgpuSetup {
            instance: self.instance.clone(),
            backend: self.adapter.get_info().backend,
            adapter: self.adapter.clone(),
            device: self.device.clone(),
            queue: self.queue.clone(),
        };
        Device::wgpu_options()
            .setup(setup)
            .init()
            .map_err(|e| refused(&self.adapter, e.to_string()))
    }
}

fn refused(adapter: &wgpu::Adapter, why: String) -> Error {
    Error::Device(format!(
        "{} refused: {why}; try --device cpu",
        describe(adapter)
    ))
}

/// Descriptor of a device with everything that the adapter offers and the kernels can use.
pub fn descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let features = adapter.features() - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;
    wgpu::DeviceDescriptor {
        label: Some("tightrope"),
        required_features: features & !wgpu::Features::all_experimental_mask(),
        required_limits: adapter.limits(),
        ..Default::default()
    }
}

/// Limits of an adapter for a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Storage buffers one kernel may bind.
    pub storage_buffers: u32,
    /// Largest buffer a kernel may bind, in bytes.
    pub binding_bytes: u64,
    /// Invocations in one workgroup.
    pub invocations: u32,
}

/// All adapters, best first; `gpu:N` counts in this order.
pub async fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: BACKENDS,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let found = found(&instance).await;
    let adapters = best_first(found).into_iter();
    adapters
        .map(|inner| Adapter {
            inner,
            instance: instance.clone(),
        })
        .collect()
}

#[cfg(not(target_arch = "wasm32"))]
async fn found(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    instance.enumerate_adapters(BACKENDS).await
}

/// A browser offers one adapter: the one that suits the request best.
#[cfg(target_arch = "wasm32")]
async fn found(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    let fastest = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let found = instance.request_adapter(&fastest).await;
    found.into_iter().collect()
}

/// Adapters that can train, best first.
pub fn best_first(mut adapters: Vec<wgpu::Adapter>) -> Vec<wgpu::Adapter> {
    adapters.retain(|adapter| BACKENDS.contains(adapter.get_info().backend.into()));
    adapters.sort_by_key(|adapter| std::cmp::Reverse(rank(adapter)));
    adapters
}

fn rank(adapter: &wgpu::Adapter) -> u8 {
    let info = adapter.get_info();
    // Some browsers do not mark these as a fallback.
    let name = info.name.to_lowercase();
    if SOFTWARE.iter().any(|software| name.contains(software)) {
        return 0;
    }
    match info.device_type {
        DeviceType::DiscreteGpu => 4,
        DeviceType::IntegratedGpu => 3,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 1,
        DeviceType::Cpu => 0,
    }
}

fn describe(adapter: &wgpu::Adapter) -> String {
    let info = adapter.get_info();
    // A browser may withhold name and driver.
    let name = match info.name.as_str() {
        "" => "graphics adapter",
        name => name,
    };
    let driver = match info.driver_info.as_str() {
        "" => String::new(),
        driver => format!(", {driver}"),
    };
    format!(
        "{name} ({:?}, {:?}{driver})",
        info.device_type, info.backend
    )
}
