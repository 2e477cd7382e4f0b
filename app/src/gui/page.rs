//! The window of a page. Its lab works in a web worker or, if the browser has none for it, in the
//! page itself, in turn with everything else there.

mod desk;
mod far;
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
    browser::{files, port},
    link::Link,
    platform::Platform,
    shell::window::{Begin, Left, Window},
};
use crate::lab::{KeptRun, Lab, Reply, Request, Shelf};
use desk::Desk;

pub use super::browser::post::Post;
pub use store::Drawer;
pub use worker::serve;

/// Folder of all runs.
const OUT: &str = "runs";
/// Folder of the user's own data.
const DATA: &str = "data";
/// Shortest time between two frames that only show news from training.
const FRAME: Duration = Duration::from_millis(33);

/// Stays `false`: no terminal interrupts a page.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// State that a page finds before its window opens.
#[derive(Default)]
pub struct Found {
    /// The worker that hosts the lab, if one does.
    pub lab: Option<Post>,
    /// Runs kept by the browser from earlier sessions.
    pub kept: Vec<KeptRun>,
    /// A notice about them for the user.
    pub notice: Option<String>,
}

/// Opens the window in this canvas, set up by the page's address.
///
/// # Errors
/// When the browser cannot draw the window, or the address is refused.
pub async fn open(canvas: HtmlCanvasElement, query: &str, found: Found) -> Result<(), JsValue> {
    let address = Address::parse(query)?;
    let home = home().unwrap_or_default();
    let platform = Platform::Page { home };
    let Found { lab, kept, notice } = found;
    files::send_to(lab.clone());
    let runner = WebRunner::new();
    let asked = runner.clone();
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let ctx = creation.egui_ctx.clone();
        port::open(move |word| {
            let window = asked.app_mut::<Window>();
            window
                .ok_or("the window is not open any more")?
                .obey(word, &ctx)
        });
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
            platform,
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

/// The page's address without its query.
fn home() -> Option<String> {
    let location = web_sys::window()?.location();
    Some(location.origin().ok()? + &location.pathname().ok()?)
}

/// Sends a request to the lab; `false` once it is gone.
type Ask = Rc<dyn Fn(Request) -> bool>;

/// Starts a lab in this page.
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

/// Saves when the page is hidden, since it may never be shown again.
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
    // Leaked: the listener lives as long as the page.
    save.forget();
}
