//! Shared by several tests: the reference vectors, devices, seeded random values, plain float64
//! versions of the layers, the mask update on the host, and a report of all differences at once.

pub mod devices;
pub mod host_update;
pub mod naive;
pub mod random;
pub mod report;
pub mod vectors;
