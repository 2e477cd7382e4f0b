//! The program of a page and of its worker.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::HtmlCanvasElement;

use crate::{gui, lab::wire};

#[allow(unsafe_code, reason = "the linker provides it")]
unsafe extern "C" {
    /// Runs the constructors with which cubecl registers its operations.
    safe fn __wasm_call_ctors();
}

/// What both the page and its worker begin with; JavaScript calls the rest.
pub fn main() {
    // Unless somebody calls them, the linker takes the module for a command and runs them again at every call from
    // JavaScript: seconds an iteration.
    __wasm_call_ctors();
    // The page has no other logger.
    drop(eframe::WebLogger::init(log::LevelFilter::Warn));
}

/// Opens the window in this canvas, as the page's address (its query) asks for it.
///
/// - `lab`: one end of a `MessageChannel`, at whose other end a worker calls `serveLab`; without it, the page trains
///   itself.
/// - `kept`: what `serveLab` has returned.
/// - `notice`: a line the window shows.
///
/// Rejected with a sentence when the address asks for what there is not.
#[wasm_bindgen(js_name = openWindow)]
pub async fn open_window(
    canvas: HtmlCanvasElement,
    query: String,
    lab: Option<gui::Post>,
    kept: Option<Vec<u8>>,
    notice: Option<String>,
) -> Result<(), JsValue> {
    let kept = kept.as_deref().map(wire::unpack).transpose()?;
    let kept = kept.unwrap_or_default();
    gui::open(canvas, &query, gui::Found { lab, kept, notice }).await
}

/// Serves the window at the other end of `post` from within a worker, and keeps its files in `drawer`, a `Store` of
/// `store.js`, if there is one.
#[wasm_bindgen(js_name = serveLab)]
pub async fn serve_lab(post: gui::Post, drawer: Option<gui::Drawer>) -> Result<Vec<u8>, JsValue> {
    gui::serve(post, drawer).await
}
