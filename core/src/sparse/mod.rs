//! The arithmetic of sparsity: how density spreads, when and how masks change.

pub mod bits;
pub mod density;
pub mod host;
pub mod index;
pub mod plan;
pub mod schedule;
pub mod select;
