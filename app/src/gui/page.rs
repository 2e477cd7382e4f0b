//! The window of a page. Its lab works in a web worker or, where the browser has none for it, in the page itself, in turn
//! with everything else that happens there.

mod chooser;
mod desk;
mod far;
mod files;
mod port;
mod post;
mod store;
mod turns;
mod worker;

use std::{
    cell::RefCell,
    path::Path,
    rc::Rc,
    sync::{
        Arc,
        atomic::AtomicBool,
        mpsc::{Sender, channel},
    },
    time::Duration,
};

use eframe::{WebOptions, WebRunner};
use egui::Context;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::HtmlCanvasElement;

use super::{
    address::Address,
    link::Link,
    place::Place,
    window::{Begin, Left, Window},
};
use crate::lab::{KeptRun, Lab, Reply, Request, Shelf};
use desk::Desk;

pub use files::{choose, dropped};
pub use port::tell;
pub use post::Post;
pub use store::Drawer;
pub use worker::serve;

/// Where run folders go.
const OUT: &str = "runs";
/// Where own data lie.
const DATA: &str = "data";
/// Shortest time between two frames that only show what training has said.
const FRAME: Duration = Duration::from_millis(33);

/// No terminal interrupts a page.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What a page has found out before its window opens.
#[derive(Default)]
pub struct Found {
    /// The worker where the lab works, if it does.
    pub lab: Option<Post>,
    /// Runs that the browser keeps from before.
    pub kept: Vec<KeptRun>,
    /// What the user should know of it.
    pub notice: Option<String>,
}

/// Opens the window in this canvas, as the page's address asks for it.
///
/// # Errors
/// When the browser cannot draw it, or the address asks for what there is not.
pub async fn open(canvas: HtmlCanvasElement, query: &str, found: Found) -> Result<(), JsValue> {
    let address = Address::parse(query)?;
    let home = home().unwrap_or_default();
    let place = Place::Page { home };
    let Found { lab, kept, notice } = found;
    files::send_to(lab.clone());
    let runner = WebRunner::new();
    let asked = runner.clone();
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        port::open(asked, creation.egui_ctx.clone());
        let (answers, replies) = channel();
        let window = creation.egui_ctx.clone();
        let ask = match lab {
            Some(lab) => far::open(lab, window, answers),
            None => near(window, answers),
        };
        if let Some(device) = address.device {
            ask(Request::Device(device));
        }
        save_when_hidden(Rc::clone(&ask));
        let link = Link::new(move |request| ask(request), replies);
        let begin = Begin {
            runs: Vec::new(),
            address,
            place,
            again: false,
            kept,
            notice,
            interrupted: &INTERRUPTED,
        };
        let left = Rc::new(RefCell::new(Left::default()));
        Ok(Box::new(Window::new(creation, link, begin, left)))
    });
    runner.start(canvas, WebOptions::default(), create).await
}

/// The page's address, without what it asks for.
fn home() -> Option<String> {
    let location = web_sys::window()?.location();
    Some(location.origin().ok()? + &location.pathname().ok()?)
}

/// Asks the lab for something; `false` when it is gone.
type Ask = Rc<dyn Fn(Request) -> bool>;

/// A lab in this page.
fn near(window: Context, answers: Sender<Reply>) -> Ask {
    let desk = Desk::new();
    let mut lab = Lab::new(Default::default(), OUT.into(), desk.clone());
    lab.keep_data(Shelf::new(Path::new("")));
    wasm_bindgen_futures::spawn_local(desk::work(lab, desk.clone(), None));
    let outbox = Arc::clone(&desk);
    wasm_bindgen_futures::spawn_local(async move {
        let pass_on = |said: Vec<Reply>| {
            files::written(&said).for_each(|(name, bytes)| files::download(&name, &bytes));
            window.request_repaint_after(FRAME);
            said.into_iter().all(|reply| answers.send(reply).is_ok())
        };
        outbox.deliver(pass_on).await;
    });
    Rc::new(move |request| desk.ask(request))
}

/// A hidden page may never be seen again.
fn save_when_hidden(ask: Ask) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let shown = document.clone();
    let save = Closure::<dyn FnMut()>::new(move || {
        if shown.hidden() {
            ask(Request::Save);
        }
    });
    let hear = save.as_ref().unchecked_ref();
    drop(document.add_event_listener_with_callback("visibilitychange", hear));
    // For as long as the page is there.
    save.forget();
}
