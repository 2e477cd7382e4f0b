//! Link to an embedding page, through the port it offers.

use std::cell::{OnceCell, RefCell};

use js_sys::Function;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::{
    gui::{model::Model, remote},
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

/// Carries out a one-word request of the embedding page, or returns why it cannot.
type Obey = Box<dyn Fn(&str) -> Result<(), String>>;

thread_local! {
    static WINDOW: OnceCell<Obey> = const { OnceCell::new() };
    static PORT: RefCell<Option<Port>> = const { RefCell::new(None) };
}

/// Opens the window to requests through a port.
pub fn open(obey: impl Fn(&str) -> Result<(), String> + 'static) {
    // A page has one window.
    WINDOW.with(|window| drop(window.set(Box::new(obey))));
}

/// Obeys requests through this port from now on, and reports through it what the runs say.
#[wasm_bindgen(js_name = obey)]
pub fn obey(port: Port) {
    let hear = Closure::<dyn Fn(MessageEvent)>::new(|message: MessageEvent| {
        let word = message.data().as_string().unwrap_or_default();
        if let Err(why) = ask(&word) {
            post(&remote::refusal(&why));
        }
    });
    port.set_onmessage(hear.as_ref().unchecked_ref());
    // Leaked: the port listens as long as the page exists.
    hear.forget();
    PORT.set(Some(port));
}

/// Asks at once rather than in the next frame: a page scrolled out of view draws no frames.
fn ask(word: &str) -> Result<(), String> {
    WINDOW.with(|window| window.get().ok_or("the window is not open yet")?(word))
}

/// Forwards a reply of the lab to the embedding page, if there is one.
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
