//! Layers: what a model is made of.

mod attention;
pub mod blueprint;
pub mod init;
mod lookup;
mod norm;
mod orthogonal;
mod weighted;

pub use attention::SelfAttention;
pub use lookup::Lookup;
pub use norm::{BatchNorm, ConditionalNorm, Statistics};
pub use weighted::Weighted;
