//! Measures training cost and the quality of samples.

pub mod flops;
pub mod frechet;
pub mod inception_score;
pub mod kid;
pub mod modes;
pub mod neighbours;
pub mod shapes;

#[cfg(test)]
mod tests;
