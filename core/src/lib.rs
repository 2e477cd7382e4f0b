//! Tightrope's engine: trains sparse GANs, measures and steers the balance between the two players.
//!
//! A [`config::RunConfig`] becomes a [`run::Run`]. A [`session::Session`] advances any number of
//! runs in lock-step, takes [`event::Command`]s and yields [`event::Event`]s. [`history::History`]
//! folds the events, and a [`record::RunFolder`] writes them down. A [`session::RecordedSession`] does
//! all of it:
//!
//! ```
//! use tightrope_core::{
//!     Result, device, method::Method, preset, record::read_run, session::RecordedSession,
//! };
//!
//! async fn train(out: &std::path::Path) -> Result<()> {
//!     let chosen = device::open(device::DeviceChoice::Cpu).await?;
//!     let settings = [("iterations".to_owned(), "20".to_owned())];
//!     let config = preset::resolve(preset::find("ring")?, Method::AdaptRelax, None, &settings)?;
//!     let mut session = RecordedSession::default();
//!     let run = session.add(vec![config], out, &chosen).await?[0];
//!     while !session.is_over() {
//!         session.advance().await;
//!         for (_, event) in session.drain() {
//!             println!("{event:?}");
//!         }
//!     }
//!     let history = read_run(session.path(run))?.history;
//!     assert_eq!(history.iteration(), 20);
//!     Ok(())
//! }
//!
//! let out = tempfile::tempdir().unwrap();
//! pollster::block_on(train(out.path())).unwrap();
//! ```
//!
//! `core/examples` has more: a run that is resumed, and a growth rule of one's own.
#![recursion_limit = "256"]

pub mod augment;
pub mod balance;
pub mod caught;
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
pub mod memory;
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
mod text;
#[cfg(feature = "archives")]
mod zip_archive;

pub use error::{Error, Problem, Result};
pub use text::printable;
