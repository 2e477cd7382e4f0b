//! The balance between the two players: how it is measured, and who changes a mask because of it.

pub mod controller;
pub mod criterion;
pub mod overfitting;
pub mod ratio;

pub use controller::Controller;
pub use overfitting::Overfitting;
pub use ratio::{Sample, Window};
