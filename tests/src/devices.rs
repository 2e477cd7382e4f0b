//! Devices for tests.

use std::{io::Write, sync::OnceLock};

use burn::tensor::{Device, Tensor, TensorData};
use tightrope_core::device::{self, DeviceChoice};

/// The CPU backend.
pub fn flex() -> (&'static str, Device) {
    ("flex", Device::flex())
}

/// The best graphics adapter, even a software one. Prints a line if it finds none.
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
            // Writes past the test harness, which hides the output of passing tests.
            writeln!(std::io::stderr(), "skipped: no WGSL adapter ({why})").ok();
            None
        }
    }
}

/// The CPU backend and, given an adapter, WGSL.
pub fn all() -> Vec<(&'static str, Device)> {
    std::iter::once(flex()).chain(wgsl()).collect()
}

/// A tensor of this shape from host values.
pub fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// A tensor's values on the host.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    if tensor.dims().contains(&0) {
        return Vec::new();
    }
    pollster::block_on(device::read(tensor)).unwrap_or_else(|e| panic!("{e}"))
}
