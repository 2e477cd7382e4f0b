//! Parity with the authors' code: densities, mask updates, controller, averages, FLOPs and whole training runs,
//! from every vector file of `fixtures/vectors`, or of the folder in `TIGHTROPE_VECTORS`, by its name's pattern.

mod augment;
mod averaging;
mod drop_grow;
mod flops;
mod modules;
mod published;
mod rules;
mod traces;
