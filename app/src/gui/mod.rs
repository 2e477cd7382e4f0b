//! The window: `Model` in, drawn by panels that return `Action`s, which become `Request`s to the lab.

mod action;
mod address;
#[cfg(not(target_arch = "wasm32"))]
pub mod bench;
mod copying;
mod explain;
#[cfg(test)]
pub mod fixture;
mod inspection;
mod judged;
mod keyboard;
mod layout;
mod link;
mod look;
mod model;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
mod pace;
#[cfg(target_arch = "wasm32")]
mod page;
mod panel;
mod picture;
mod place;
#[cfg(any(test, target_arch = "wasm32"))]
mod remote;
pub mod story;
mod theme;
mod trace;
mod window;
#[cfg(not(target_arch = "wasm32"))]
mod worker;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Opening, open};
#[cfg(target_arch = "wasm32")]
pub use page::{Drawer, Found, Post, open, serve};
