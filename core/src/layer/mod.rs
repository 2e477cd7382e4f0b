//! Layers: what a model is made of.

mod attention;
mod build;
mod lookup;
mod norm;
mod weighted;

pub use attention::SelfAttention;
pub use lookup::Lookup;
pub use norm::{BatchNorm, ConditionalNorm, Statistics};
pub use weighted::Weighted;
