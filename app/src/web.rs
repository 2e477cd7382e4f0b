//! The program of a page.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::HtmlCanvasElement;

use crate::gui;

#[allow(unsafe_code, reason = "the linker provides it")]
unsafe extern "C" {
    /// Runs the constructors with which cubecl registers its operations.
    safe fn __wasm_call_ctors();
}

/// Opens the window in the page's canvas. Where that fails, the page has to say so.
pub fn main() {
    // Unless somebody calls them, the linker takes the module for a command and runs them again at every call from
    // JavaScript: seconds an iteration.
    __wasm_call_ctors();
    // The page has no other logger.
    drop(eframe::WebLogger::init(log::LevelFilter::Warn));
    wasm_bindgen_futures::spawn_local(async {
        if let Err(error) = open().await {
            // The page shows what nobody catches.
            wasm_bindgen::throw_val(error);
        }
    });
}

async fn open() -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let canvas = document
        .as_ref()
        .and_then(|document| document.get_element_by_id("window"))
        .and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok())
        .ok_or("the page has no canvas with the id `window`")?;
    gui::open(canvas).await?;
    // What the page shows until then, and where it says what went wrong.
    match document.and_then(|document| document.get_element_by_id("cover")) {
        Some(cover) => cover.set_attribute("hidden", ""),
        None => Ok(()),
    }
}
