//! Layers: what a model is made of.

pub mod blueprint;
pub mod init;
mod norm;
mod weighted;

pub use norm::BatchNorm;
pub use weighted::Weighted;
