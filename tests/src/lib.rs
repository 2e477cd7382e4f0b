//! What several tests share: the reference vectors, the devices to test on, seeded random values, plain float64
//! versions of the layers, and a report that says everything that differs at once.

pub mod devices;
pub mod naive;
pub mod random;
pub mod report;
pub mod vectors;
