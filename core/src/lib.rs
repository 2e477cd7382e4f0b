//! Tightrope's engine: trains sparse GANs, measures and steers the balance between the two players.
//!
//! The way in: a [`config::RunConfig`] becomes a [`run::Run`], a [`session::Session`] advances any number of them
//! in lock-step, takes [`event::Command`]s and yields [`event::Event`]s; [`history::History`] folds events, a
//! [`record::RunFolder`] writes them down.
#![recursion_limit = "256"]

pub mod augment;
pub mod balance;
mod caught;
pub mod config;
pub mod data;
pub mod device;
pub mod error;
pub mod evaluation;
pub mod event;
pub mod feature;
pub mod fs;
mod hint;
pub mod history;
pub mod kernel;
pub mod layer;
mod loss;
pub mod method;
pub mod metric;
pub mod model;
pub mod net;
pub mod preset;
pub mod progress;
pub mod record;
pub mod rng;
pub mod run;
pub mod session;
pub mod sparse;

pub use error::{Error, Problem, Result};
