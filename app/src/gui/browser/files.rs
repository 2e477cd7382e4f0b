//! Files in and out of a page: dropped or chosen, and downloaded.

use std::{
    cell::RefCell,
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use egui::{Context, DroppedFileHandle};
use js_sys::{Array, Uint8Array};
use tightrope_core::fs;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, HtmlElement};

use super::{chooser, post::Post};
use crate::lab::{Reply, Shelf, check_size};

/// Files that came in together: their paths, or the reason they could not be read.
type Together = Result<Vec<PathBuf>, String>;

/// Files that have come in since the last frame.
static READ: Mutex<Vec<Together>> = Mutex::new(Vec::new());

thread_local! {
    /// The worker that holds the lab's files; `None` if the page holds them itself.
    static LAB: RefCell<Option<Post>> = const { RefCell::new(None) };
}

/// Sets the destination of incoming files: the worker's memory or, without one, the page's own.
pub fn send_to(lab: Option<Post>) {
    LAB.set(lab);
}

/// Files dropped or chosen, once the lab has them. They never leave the page.
pub fn dropped(ctx: &Context) -> Vec<Together> {
    let fresh = ctx.input(|input| input.raw.dropped_files.clone());
    if !fresh.is_empty() {
        take_in(ctx, read(fresh));
    }
    std::mem::take(&mut READ.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Opens the browser's file chooser.
pub fn choose(ctx: &Context) {
    take_in(ctx, chooser::choose());
}

/// Takes in files by name and content once they are read.
fn take_in(
    ctx: &Context,
    files: impl Future<Output = Result<Vec<(String, Vec<u8>)>, String>> + 'static,
) {
    let ctx = ctx.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let taken = match files.await {
            Ok(files) if files.is_empty() => return,
            files => files.and_then(|files| keep(&files)),
        };
        let mut list = READ.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(taken);
        ctx.request_repaint();
    });
}

async fn read(dropped: Vec<DroppedFileHandle>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let sizes = dropped
        .iter()
        .filter_map(|file| Some(file.web_file()?.size()));
    check_size(sizes.sum::<f64>() as u64).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for file in dropped {
        let name = file.path().display().to_string();
        let bytes = file.bytes_async().await;
        let bytes = bytes.map_err(|why| format!("{name} cannot be read: {why}"))?;
        files.push((name, bytes));
    }
    Ok(files)
}

/// Stores files that came in together where the lab sees them.
fn keep(files: &[(String, Vec<u8>)]) -> Together {
    static GIVEN: AtomicUsize = AtomicUsize::new(0);
    let names = files.iter().map(|(name, _)| name.as_str());
    let paths = Shelf::new(Path::new("")).places(GIVEN.fetch_add(1, Ordering::Relaxed), names);
    let lab = LAB.with_borrow(Clone::clone);
    for (path, (_, bytes)) in paths.iter().zip(files) {
        match &lab {
            Some(lab) => lab
                .hand_over(&path.to_string_lossy(), &bytes[..].into())
                .map_err(|why| format!("{}: {why:?}", path.display()))?,
            None => put(path, bytes).map_err(|why| format!("{}: {why}", path.display()))?,
        }
    }
    Ok(paths)
}

/// Writes a file and its parent folders to memory.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, bytes)
}

/// Names and bytes of the files that these replies report as written, removed from memory.
pub fn written(said: &[Reply]) -> impl Iterator<Item = (String, Uint8Array)> {
    let written = said.iter().filter_map(|reply| match reply {
        Reply::Written(files) => Some(files),
        _ => None,
    });
    written.flatten().filter_map(|file| {
        let bytes = fs::read(file).ok()?;
        // The file was made only for the download.
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

/// Reads a file in memory, for scripts: `runs/00000-.../stats.jsonl`, for example.
#[wasm_bindgen(js_name = readFile)]
pub fn read_file(name: &str) -> Option<Vec<u8>> {
    fs::read(name).ok()
}

/// Names of the entries of a folder in memory.
#[wasm_bindgen(js_name = readFolder)]
pub fn read_folder(name: &str) -> Vec<String> {
    let entries = fs::read_dir(name).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.collect()
}
