//! The window of a desktop.

use std::time::Duration;

use anyhow::{Result, anyhow};
use eframe::NativeOptions;
use egui::{Context, ViewportBuilder};

use super::{absolute, window::Window, worker};
use crate::cli::args::WindowArgs;

/// Shortest time between two frames that only show what training has said.
const FRAME: Duration = Duration::from_millis(33);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When there is no display, or nothing to draw with.
pub fn open(args: &WindowArgs) -> Result<()> {
    let viewport = ViewportBuilder::default()
        .with_title("Tightrope")
        .with_app_id("tightrope")
        .with_inner_size([1280.0, 860.0])
        .with_min_inner_size([800.0, 600.0]);
    let options = NativeOptions {
        viewport,
        ..NativeOptions::default()
    };
    let (device, out) = (args.device, absolute(&args.out));
    let runs = args.runs.clone();
    eframe::run_native(
        "tightrope",
        options,
        Box::new(move |creation| {
            let link = worker::start(device, out, waker(creation.egui_ctx.clone()))?;
            Ok(Box::new(Window::new(creation, link, runs)))
        }),
    )
    .map_err(|error| {
        let why = error.to_string();
        let why = why.lines().next().unwrap_or("no reason given");
        anyhow!("no window can be opened here ({why}); on the command line, start with `tightrope compare`")
    })
}

/// Wakes the window, but not more often than it is worth drawing.
fn waker(ctx: Context) -> impl Fn() + Send + 'static {
    move || ctx.request_repaint_after(FRAME)
}
