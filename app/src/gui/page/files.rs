//! Files in and out of a page: dropped on it, and downloaded.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use egui::{Context, DroppedFileHandle};
use js_sys::{Array, Uint8Array};
use tightrope_core::fs;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, HtmlElement};

/// Where dropped files lie.
const DROPPED: &str = "dropped";

/// Those that have been read since the last frame, or why one could not be.
static READ: Mutex<Vec<Result<PathBuf, String>>> = Mutex::new(Vec::new());

/// Files dropped on the window, as soon as they are in memory; they never leave it.
pub fn dropped(ctx: &Context) -> Vec<Result<PathBuf, String>> {
    let fresh = ctx.input(|input| input.raw.dropped_files.clone());
    for file in fresh {
        let ctx = ctx.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let read = keep(&file).await;
            let mut list = READ.lock().unwrap_or_else(PoisonError::into_inner);
            list.push(read.map_err(|why| format!("{}: {why}", file.path().display())));
            ctx.request_repaint();
        });
    }
    std::mem::take(&mut READ.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn keep(file: &DroppedFileHandle) -> Result<PathBuf, String> {
    let bytes = file.bytes_async().await?;
    let name = file.path().file_name().unwrap_or_default();
    let path = Path::new(DROPPED).join(name);
    fs::create_dir_all(DROPPED)
        .and_then(|()| fs::write(&path, bytes))
        .map_err(|why| why.to_string())?;
    Ok(path)
}

/// Hands a file to the browser's downloads.
pub fn download(file: &Path) {
    if offer(file).is_err() {
        log::warn!("{} could not be downloaded", file.display());
    }
}

fn offer(file: &Path) -> Result<(), JsValue> {
    let bytes = fs::read(file).map_err(|why| why.to_string())?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(&bytes[..])))?;
    let url = create_object_url(&blob);
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.ok_or("no page")?.create_element("a")?;
    let name = file.file_name().unwrap_or_default();
    link.set_attribute("href", &url)?;
    link.set_attribute("download", &name.to_string_lossy())?;
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

/// A file of the page's memory, for scripts of the page: `runs/00000-.../stats.jsonl`, for one.
#[wasm_bindgen(js_name = readFile)]
pub fn read_file(name: &str) -> Option<Vec<u8>> {
    fs::read(name).ok()
}

/// The names in a folder of the page's memory.
#[wasm_bindgen(js_name = readFolder)]
pub fn read_folder(name: &str) -> Vec<String> {
    let entries = fs::read_dir(name).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.collect()
}
