//! The frame around the panels: their layout, keyboard shortcuts, the execution of actions, and the
//! window itself.

#[cfg(not(target_arch = "wasm32"))]
pub mod bench;
mod copying;
#[cfg(not(target_arch = "wasm32"))]
mod frame_pacing;
mod keyboard;
mod layout;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub mod perform;
pub mod window;
#[cfg(not(target_arch = "wasm32"))]
mod worker;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Opening, open};
