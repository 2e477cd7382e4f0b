//! Parity with the authors' code: densities, mask updates, controller, averages, FLOPs and whole
//! training runs. The tests read every vector file of `fixtures/vectors`, or of the folder in
//! `TIGHTROPE_VECTORS`, by the pattern of its name.

mod augment;
mod averaging;
mod drop_grow;
mod flops;
mod modules;
mod published;
mod rules;
mod traces;
