//! The way to and from a page around this one, which offered a port.

use std::cell::{OnceCell, RefCell};

use eframe::WebRunner;
use egui::Context;
use js_sys::Function;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::{
    gui::{model::Model, remote, window::Window},
    lab::Reply,
};

#[wasm_bindgen]
extern "C" {
    /// One end of a channel between two pages.
    #[wasm_bindgen(js_name = MessagePort)]
    pub type Port;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Port, hear: &Function);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &Port, message: &str);

    type MessageEvent;
    #[wasm_bindgen(method, getter)]
    fn data(this: &MessageEvent) -> JsValue;
}

thread_local! {
    static WINDOW: OnceCell<(WebRunner, Context)> = const { OnceCell::new() };
    static PORT: RefCell<Option<Port>> = const { RefCell::new(None) };
}

/// Lets this window be asked through a port.
pub fn open(runner: WebRunner, ctx: Context) {
    // A page has one window.
    WINDOW.with(|window| drop(window.set((runner, ctx))));
}

/// Does from now on what is asked through this port, and tells it what the runs say.
#[wasm_bindgen(js_name = obey)]
pub fn obey(port: Port) {
    let hear = Closure::<dyn Fn(MessageEvent)>::new(|message: MessageEvent| {
        let word = message.data().as_string().unwrap_or_default();
        if let Err(why) = ask(&word) {
            post(&remote::refusal(&why));
        }
    });
    port.set_onmessage(hear.as_ref().unchecked_ref());
    // For as long as the page is there.
    hear.forget();
    PORT.set(Some(port));
}

/// At once and not in the next frame: a page that is scrolled out of view draws none.
fn ask(word: &str) -> Result<(), String> {
    WINDOW.with(|window| {
        let (runner, ctx) = window.get().ok_or("the window is not open yet")?;
        let mut window = runner
            .app_mut::<Window>()
            .ok_or("the window is not open any more")?;
        window.obey(word, ctx)
    })
}

/// Tells the page around, if there is one, what the lab has said.
pub fn tell(reply: &Reply, model: &Model) {
    if PORT.with_borrow(Option::is_some)
        && let Some(line) = remote::said(reply, model)
    {
        post(&line);
    }
}

fn post(line: &str) {
    PORT.with_borrow(|port| {
        if let Some(port) = port {
            port.post_message(line);
        }
    });
}
