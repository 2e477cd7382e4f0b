//! How the WGSL kernels are put together where an operation takes several.

pub mod conv2d;
