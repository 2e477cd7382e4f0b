//! The window of a page. The lab works in the page itself, in turn with everything else that happens there.

mod desk;
mod files;
mod turns;

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{atomic::AtomicBool, mpsc::channel},
};

use eframe::{WebOptions, WebRunner};
use wasm_bindgen::JsValue;
use web_sys::HtmlCanvasElement;

use super::{
    address::Address,
    link::Link,
    window::{Begin, Left, Window},
};
use crate::lab::Lab;
use desk::Desk;

pub use files::dropped;

/// Where run folders go.
const OUT: &str = "runs";

/// No terminal interrupts a page.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Opens the window in this canvas, as the page's address asks for it.
///
/// # Errors
/// When the browser cannot draw it, or the address asks for what there is not.
pub async fn open(canvas: HtmlCanvasElement) -> Result<(), JsValue> {
    let location = web_sys::window().map(|window| window.location());
    let query = location.and_then(|location| location.search().ok());
    let Address {
        device,
        story,
        embed,
    } = Address::parse(&query.unwrap_or_default())?;
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let (answers, replies) = channel();
        let desk = Desk::new(answers, creation.egui_ctx.clone());
        let lab = Lab::new(device.unwrap_or_default(), OUT.into(), desk.clone());
        wasm_bindgen_futures::spawn_local(desk::work(lab, desk.clone()));
        let link = Link::new(move |request| desk.ask(request), replies);
        let begin = Begin {
            runs: Vec::new(),
            device,
            story,
            embed,
            again: false,
            interrupted: &INTERRUPTED,
        };
        let left = Rc::new(RefCell::new(Left::default()));
        Ok(Box::new(Window::new(creation, link, begin, left)))
    });
    WebRunner::new()
        .start(canvas, WebOptions::default(), create)
        .await
}
