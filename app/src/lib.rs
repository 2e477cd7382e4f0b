//! Tightrope: train sparse GANs in balance, compare methods, see the balance.
//!
//! This is the program; the engine is [`tightrope_core`]. Nothing here is meant for other crates
//! but what the program's `main` and the fuzz targets call.

#[cfg(not(target_arch = "wasm32"))]
mod cli;
mod comparison;
mod device;
mod estimate;
mod export;
mod gui;
#[cfg(not(target_arch = "wasm32"))]
mod interruption;
mod lab;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod part;
mod paths;
mod report;
mod story;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
pub use native::main;
#[cfg(target_arch = "wasm32")]
pub use web::main;

/// Reads the query of a page's address and forgets it again.
///
/// # Errors
/// When it is malformed, names anything unknown, or asks for more than a page can hold.
pub fn read_address(query: &str) -> Result<(), String> {
    gui::address::Address::parse(query).map(drop)
}
