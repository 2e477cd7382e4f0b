//! Layers, the parts of a model.

mod attention;
mod build;
mod lookup;
mod norm;
mod norm_statistics;
mod weighted;

pub use attention::SelfAttention;
pub use lookup::Lookup;
pub use norm::{BatchNorm, ConditionalNorm, Statistics};
pub use norm_statistics::NormStatistics;
pub use weighted::Weighted;
