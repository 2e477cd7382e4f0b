//! Files in and out of a page: dropped on it, and downloaded.

use std::{
    cell::RefCell,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use egui::{Context, DroppedFileHandle};
use js_sys::{Array, Uint8Array};
use tightrope_core::fs;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, HtmlElement};

use super::post::Post;
use crate::lab::Reply;

/// Where dropped files lie.
const DROPPED: &str = "dropped";

/// Those that have been read since the last frame, or why one could not be.
static READ: Mutex<Vec<Result<PathBuf, String>>> = Mutex::new(Vec::new());

thread_local! {
    /// The worker whose files the lab sees; those of the page itself, without one.
    static LAB: RefCell<Option<Post>> = const { RefCell::new(None) };
}

/// Puts dropped files where the lab sees them: in this worker's memory or, without one, in the page's own.
pub fn send_to(lab: Option<Post>) {
    LAB.set(lab);
}

/// Files dropped on the window, as soon as the lab has them; they never leave the page.
pub fn dropped(ctx: &Context) -> Vec<Result<PathBuf, String>> {
    let fresh = ctx.input(|input| input.raw.dropped_files.clone());
    for file in fresh {
        let ctx = ctx.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let kept = keep(&file).await;
            let mut list = READ.lock().unwrap_or_else(PoisonError::into_inner);
            list.push(kept.map_err(|why| format!("{}: {why}", file.path().display())));
            ctx.request_repaint();
        });
    }
    std::mem::take(&mut READ.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn keep(file: &DroppedFileHandle) -> Result<PathBuf, String> {
    let bytes = file.bytes_async().await?;
    let name = file.path().file_name().unwrap_or_default();
    let path = Path::new(DROPPED).join(name);
    match LAB.with_borrow(Clone::clone) {
        Some(lab) => lab
            .hand_over(&path.to_string_lossy(), &bytes[..].into())
            .map_err(|why| format!("{why:?}"))?,
        None => put(&path, &bytes).map_err(|why| why.to_string())?,
    }
    Ok(path)
}

/// Puts a file into memory, and the folders it lies in.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, bytes)
}

/// Names and bytes of the files that these replies say were written; they are in memory no more.
pub fn written(said: &[Reply]) -> impl Iterator<Item = (String, Uint8Array)> {
    let written = said.iter().filter_map(|reply| match reply {
        Reply::Written(files) => Some(files),
        _ => None,
    });
    written.flatten().filter_map(|file| {
        let bytes = fs::read(file).ok()?;
        // It was only made to be taken away.
        fs::remove_file(file).ok()?;
        let name = file.file_name()?.to_string_lossy().into_owned();
        Some((name, Uint8Array::from(&bytes[..])))
    })
}

/// Hands bytes to the browser's downloads.
pub fn download(name: &str, bytes: &Uint8Array) {
    if offer(name, bytes).is_err() {
        log::warn!("{name} could not be downloaded");
    }
}

fn offer(name: &str, bytes: &Uint8Array) -> Result<(), JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(bytes))?;
    let url = create_object_url(&blob);
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.ok_or("no page")?.create_element("a")?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<HtmlElement>().click();
    revoke_object_url(&url);
    Ok(())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL)]
    fn create_object_url(blob: &Blob) -> String;
    #[wasm_bindgen(js_namespace = URL, js_name = revokeObjectURL)]
    fn revoke_object_url(url: &str);
}

/// A file in memory, for scripts: `runs/00000-.../stats.jsonl`, for one.
#[wasm_bindgen(js_name = readFile)]
pub fn read_file(name: &str) -> Option<Vec<u8>> {
    fs::read(name).ok()
}

/// The names in a folder in memory.
#[wasm_bindgen(js_name = readFolder)]
pub fn read_folder(name: &str) -> Vec<String> {
    let entries = fs::read_dir(name).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.collect()
}
