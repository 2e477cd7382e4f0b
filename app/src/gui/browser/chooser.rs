//! The browser's file chooser, for users who cannot drop files.

use js_sys::{ArrayBuffer, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::lab::check_size;

#[wasm_bindgen]
extern "C" {
    type Input;
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    fn create_element(name: &str) -> Input;
    #[wasm_bindgen(method, setter)]
    fn set_type(this: &Input, kind: &str);
    #[wasm_bindgen(method, setter)]
    fn set_multiple(this: &Input, multiple: bool);
    #[wasm_bindgen(method, setter)]
    fn set_onchange(this: &Input, hear: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_oncancel(this: &Input, hear: &Function);
    #[wasm_bindgen(method)]
    fn click(this: &Input);
    #[wasm_bindgen(method, getter)]
    fn files(this: &Input) -> FileList;

    type FileList;
    #[wasm_bindgen(method, getter)]
    fn length(this: &FileList) -> u32;
    #[wasm_bindgen(method)]
    fn item(this: &FileList, index: u32) -> ChosenFile;

    type ChosenFile;
    #[wasm_bindgen(method, getter)]
    fn name(this: &ChosenFile) -> String;
    #[wasm_bindgen(method, getter)]
    fn size(this: &ChosenFile) -> f64;
    #[wasm_bindgen(method, js_name = arrayBuffer)]
    fn array_buffer(this: &ChosenFile) -> Promise;
}

/// Asks for files and returns their names and contents, none if the user cancels. Browsers allow
/// this only shortly after a click or a key press.
///
/// # Errors
/// When the files are too large, or one cannot be read.
pub async fn choose() -> Result<Vec<(String, Vec<u8>)>, String> {
    let input = create_element("input");
    input.set_type("file");
    input.set_multiple(true);
    let answered = Promise::new(&mut |resolve, _| {
        let chosen = Closure::once_into_js(move || drop(resolve.call0(&JsValue::NULL)));
        input.set_onchange(chosen.unchecked_ref());
        input.set_oncancel(chosen.unchecked_ref());
    });
    input.click();
    JsFuture::from(answered).await.map_err(|why| words(&why))?;
    let list = input.files();
    let files: Vec<ChosenFile> = (0..list.length()).map(|index| list.item(index)).collect();
    let size: f64 = files.iter().map(ChosenFile::size).sum();
    check_size(size as u64).map_err(|error| error.to_string())?;
    let mut read = Vec::new();
    for file in files {
        let name = file.name();
        let bytes = JsFuture::from(file.array_buffer()).await;
        let bytes = bytes.map_err(|why| format!("{name} cannot be read: {}", words(&why)))?;
        let bytes = Uint8Array::new(bytes.unchecked_ref::<ArrayBuffer>());
        read.push((name, bytes.to_vec()));
    }
    Ok(read)
}

fn words(why: &JsValue) -> String {
    js_sys::JsString::from(js_sys::Reflect::get(why, &"message".into()).unwrap_or_default()).into()
}
