//! The engine's own operations: WGSL on cubecl devices, Rust twins on the CPU, gradients for
//! autodiff. No other module touches a backend's tensor primitives.

pub mod adam;
pub mod batch_norm;
pub mod choice;
pub mod conv2d;
pub mod cpu;
mod cube;
pub mod index;
mod launch;
pub mod mask;
pub mod measure;
pub mod product;
pub mod resample;
pub mod select;
pub mod self_test;
pub mod spectral;
