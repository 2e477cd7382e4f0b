//! The program of a page and of its worker.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::HtmlCanvasElement;

use crate::{gui, lab::wire};

#[allow(unsafe_code, reason = "the linker provides it")]
unsafe extern "C" {
    /// Runs the constructors through which cubecl registers its operations.
    safe fn __wasm_call_ctors();
}

/// Entry point of the page and of its worker; JavaScript calls the rest.
pub fn main() {
    // Without this call, the linker takes the module for a command and runs the constructors again
    // at every call from JavaScript, which costs seconds an iteration.
    __wasm_call_ctors();
    // The page has no other logger.
    drop(eframe::WebLogger::init(log::LevelFilter::Warn));
}

/// Opens the window in this canvas, as the query of the page's address asks.
///
/// - `lab`: one end of a `MessageChannel`, at whose other end a worker calls `serveLab`. Without
///   it, the page trains itself.
/// - `kept`: the result of `serveLab`.
/// - `notice`: a line the window shows.
///
/// Rejects with a sentence if the address asks for something that does not exist.
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

/// Serves the window at the other end of `post` from a worker. Its files stay in `drawer`, a
/// `Store` of `store.js`, if the page has one.
#[wasm_bindgen(js_name = serveLab)]
pub async fn serve_lab(post: gui::Post, drawer: Option<gui::Drawer>) -> Result<Vec<u8>, JsValue> {
    gui::serve(post, drawer).await
}
