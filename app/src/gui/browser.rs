//! Interfaces to the browser: files in and out, embedding pages, messages to a worker.

mod chooser;
pub mod files;
pub mod port;
pub mod post;
