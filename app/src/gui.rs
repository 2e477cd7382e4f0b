//! The window: panels draw from the `Model` and return `Action`s, which become `Request`s to the
//! lab.

mod action;
pub(crate) mod address;
#[cfg(target_arch = "wasm32")]
mod browser;
mod explain;
#[cfg(test)]
pub mod fixture;
mod link;
mod model;
#[cfg(target_arch = "wasm32")]
mod page;
mod panel;
mod picture;
mod platform;
#[cfg(any(test, target_arch = "wasm32"))]
mod remote;
mod requests;
mod shell;
mod story;
mod theme;

#[cfg(target_arch = "wasm32")]
pub use page::{Drawer, Found, Post, open, serve};
#[cfg(not(target_arch = "wasm32"))]
pub use shell::{Opening, bench, open};
