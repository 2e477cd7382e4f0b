//! The arithmetic of sparsity: the spread of density, and the time and kind of mask changes.

pub mod bits;
pub mod density;
pub mod plan;
pub mod schedule;
pub mod select;
