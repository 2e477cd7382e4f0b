//! The devices a test runs on.

use std::io::Write;
use std::sync::OnceLock;

use burn::tensor::{Device, Tensor, TensorData};
use tightrope_core::device::{self, DeviceChoice};

/// The CPU backend.
pub fn flex() -> (&'static str, Device) {
    ("flex", Device::flex())
}

/// The best graphics adapter, be it a software one; says so when there is none.
pub fn wgsl() -> Option<(&'static str, Device)> {
    static FOUND: OnceLock<Option<Device>> = OnceLock::new();
    Some(("wgsl", FOUND.get_or_init(adapter).clone()?))
}

fn adapter() -> Option<Device> {
    match pollster::block_on(device::open(DeviceChoice::Gpu(None))) {
        Ok(chosen) => {
            println!("WGSL on {}", chosen.name);
            Some(chosen.device)
        }
        Err(why) => {
            // Past the test harness, which swallows what passing tests print.
            writeln!(std::io::stderr(), "skipped: no WGSL adapter ({why})").ok();
            None
        }
    }
}

/// The CPU backend and, where there is an adapter, WGSL.
pub fn all() -> Vec<(&'static str, Device)> {
    std::iter::once(flex()).chain(wgsl()).collect()
}

/// Host values as a tensor of this shape.
pub fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// A tensor's values on the host; none at all for an empty one.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    if tensor.dims().contains(&0) {
        return Vec::new();
    }
    pollster::block_on(device::read(tensor)).unwrap_or_else(|e| panic!("{e}"))
}
