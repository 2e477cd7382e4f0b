//! The balance between the two players: its measures, and the controller that changes a mask by
//! them.

pub mod controller;
pub mod criterion;
pub mod overfitting;
pub mod ratio;

pub use controller::Controller;
pub use overfitting::Overfitting;
pub use ratio::{Sample, Window};
