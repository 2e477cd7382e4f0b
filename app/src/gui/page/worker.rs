//! The lab's end in a web worker, which trains whether or not the page is hidden.

use std::{path::Path, rc::Rc, sync::Arc};

use tightrope_core::device::DeviceChoice;
use wasm_bindgen::JsValue;

use super::{
    OUT,
    desk::{self, Desk},
    store::{Drawer, Store},
};
use crate::{
    gui::browser::{
        files,
        post::{Mail, Post},
    },
    lab::{Lab, Reply, Request, Shelf, wire},
};

/// Serves the window at the other end of `post`. If given, `drawer` keeps runs and own data beyond
/// the page. Returns the runs kept from before, packed.
///
/// # Errors
/// When the kept runs cannot be read.
pub async fn serve(post: Post, drawer: Option<Drawer>) -> Result<Vec<u8>, JsValue> {
    let store = match drawer {
        Some(drawer) => Some(Rc::new(Store::open(drawer).await?)),
        None => None,
    };
    let desk = Desk::new();
    let asked = Arc::clone(&desk);
    post.on_mail(move |mail: Mail<Request>| match mail {
        Mail::Words(request) => drop(asked.ask(request)),
        Mail::File { name, bytes } => {
            if let Err(why) = files::put(Path::new(&name), &bytes.to_vec()) {
                let what = format!("{name}: {why}");
                asked.answer(vec![Reply::Trouble { key: None, what }]);
            }
        }
    });
    let kept = store.as_ref().map(|store| store.kept());
    if let Some(store) = &store {
        let (store, desk) = (Rc::clone(store), Arc::clone(&desk));
        wasm_bindgen_futures::spawn_local(async move { store.keep(desk).await });
    }
    let mut lab = Lab::new(DeviceChoice::Auto, OUT.into(), desk.clone());
    lab.keep_data(Shelf::new(Path::new("")));
    wasm_bindgen_futures::spawn_local(desk::work(lab, desk.clone(), store));
    wasm_bindgen_futures::spawn_local(async move {
        desk.deliver(|said| send(&post, &said).is_ok()).await;
    });
    Ok(wire::pack(&kept.unwrap_or_default())?)
}

/// Sends replies; written files go before the reply that reports them.
fn send(post: &Post, said: &[Reply]) -> Result<(), JsValue> {
    for (name, bytes) in files::written(said) {
        post.hand_over(&name, &bytes)?;
    }
    post.say(&said)
}
