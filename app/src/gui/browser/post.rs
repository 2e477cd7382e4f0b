//! Messages between the window and a lab in a worker: requests, replies and files.

use js_sys::{Array, Function, JsString, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::lab::wire;

#[wasm_bindgen]
extern "C" {
    /// One end of a message channel; the page calls its `onerror` when the worker at the other end
    /// fails.
    #[derive(Clone)]
    pub type Post;
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &Post, message: &Array, transfer: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Post, hear: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Post, hear: &Function);

    type MessageEvent;
    #[wasm_bindgen(method, getter)]
    fn data(this: &MessageEvent) -> JsValue;
}

/// One message.
pub enum Mail<T> {
    /// A request, or replies.
    Words(T),
    /// A file, dropped on the page or to be downloaded.
    File {
        /// Its path or name.
        name: String,
        /// Its content.
        bytes: Uint8Array,
    },
}

impl Post {
    /// Sends a serialized message.
    pub fn say(&self, words: &impl Serialize) -> Result<(), JsValue> {
        let bytes = wire::pack(words)?;
        self.send(&JsValue::UNDEFINED, &Uint8Array::from(&bytes[..]))
    }

    /// Sends a file. Its bytes are transferred, so this side loses them.
    pub fn hand_over(&self, name: &str, bytes: &Uint8Array) -> Result<(), JsValue> {
        self.send(&name.into(), bytes)
    }

    fn send(&self, name: &JsValue, bytes: &Uint8Array) -> Result<(), JsValue> {
        self.post_message(&Array::of2(name, bytes), &Array::of1(&bytes.buffer()))
    }

    /// Calls `take` for every message from now on.
    pub fn on_mail<T: DeserializeOwned>(&self, mut take: impl FnMut(Mail<T>) + 'static) {
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match open(&event.data()) {
                Ok(mail) => take(mail),
                Err(why) => log::error!("an unreadable message: {why}"),
            }
        });
        self.set_onmessage(hear.as_ref().unchecked_ref());
        // Leaked: messages are heard as long as the page exists.
        hear.forget();
    }

    /// Calls `take` when the other side fails.
    pub fn on_error(&self, take: impl FnOnce() + 'static) {
        self.set_onerror(Closure::once_into_js(take).unchecked_ref());
    }
}

fn open<T: DeserializeOwned>(message: &JsValue) -> Result<Mail<T>, String> {
    let parts: &Array = message.dyn_ref().ok_or("not a pair")?;
    let bytes: Uint8Array = parts.get(1).dyn_into().map_err(|_| "no bytes")?;
    Ok(match parts.get(0).dyn_ref::<JsString>() {
        Some(name) => Mail::File {
            name: name.into(),
            bytes,
        },
        None => Mail::Words(wire::unpack(&bytes.to_vec())?),
    })
}
