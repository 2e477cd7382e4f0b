//! Launches of the operations that take several WGSL kernels.

pub mod conv2d;
