//! Turn-taking: a page does one thing at a time, and draws only in between.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use js_sys::Function;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(work: &Function, milliseconds: i32) -> i32;

    type MessageChannel;
    #[wasm_bindgen(constructor)]
    fn new() -> MessageChannel;
    #[wasm_bindgen(method, getter)]
    fn port1(this: &MessageChannel) -> MessagePort;
    #[wasm_bindgen(method, getter)]
    fn port2(this: &MessageChannel) -> MessagePort;

    type MessagePort;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &MessagePort, hear: &Function);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &MessagePort, message: &JsValue);
}

/// Calls `work` once `time` is over.
pub fn after(time: Duration, work: impl FnOnce() + 'static) {
    // Rounded up: the waiting task checks the clock, so the timer must not be early.
    let milliseconds = i32::try_from(time.as_millis() + 1).unwrap_or(i32::MAX);
    set_timeout(Closure::once_into_js(work).unchecked_ref(), milliseconds);
}

/// Waits until `time` is over.
pub async fn sleep(time: Duration) {
    let is_over = Rc::new(Cell::new(false));
    let sleeper = Rc::new(Cell::new(None::<Waker>));
    let (over, waker) = (is_over.clone(), sleeper.clone());
    after(time, move || {
        over.set(true);
        if let Some(waker) = waker.take() {
            waker.wake();
        }
    });
    poll_fn(|context| {
        if is_over.get() {
            return Poll::Ready(());
        }
        sleeper.set(Some(context.waker().clone()));
        Poll::Pending
    })
    .await;
}

thread_local! {
    static BELL: MessagePort = bell();
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// A port that wakes all waiting tasks. A message to oneself arrives as soon as everything else has
/// had its turn; timers are throttled to four milliseconds, and in a hidden tab to a second.
fn bell() -> MessagePort {
    let channel = MessageChannel::new();
    let ring = Closure::<dyn FnMut()>::new(|| {
        WAITING.take().into_iter().for_each(Waker::wake);
    });
    channel.port1().set_onmessage(ring.as_ref().unchecked_ref());
    // Leaked: the bell rings as long as the page exists.
    ring.forget();
    channel.port2()
}

/// Yields to everything else on the page.
pub async fn next() {
    let mut has_rung = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_rung, true) {
            return Poll::Ready(());
        }
        WAITING.with_borrow_mut(|waiting| waiting.push(context.waker().clone()));
        BELL.with(|bell| bell.post_message(&JsValue::NULL));
        Poll::Pending
    })
    .await;
}
