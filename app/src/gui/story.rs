//! Stories told in the window: pages, the runs on stage, and when a page may be turned.

mod condition;
mod telling;

pub use telling::{leave, open, settle, start_over, turn};

#[cfg(test)]
pub mod tests;
