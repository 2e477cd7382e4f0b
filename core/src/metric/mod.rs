//! Measuring runs: training cost and the quality of samples.

pub mod flops;
pub mod frechet;
pub mod modes;
pub mod shapes;
