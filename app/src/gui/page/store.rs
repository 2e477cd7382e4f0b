//! Run folders and own data that outlive the page, kept in the browser's private file system
//! through `store.js`.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use js_sys::{Array, JsString, Uint8Array};
use tightrope_core::{
    event::EndReason,
    fs::{self, Change, Mirror},
    record::Summary,
};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};

use super::{DATA, OUT, desk::Desk, turns};
use crate::{
    export,
    lab::{BIN, KeptRun, Reply, Request},
};

/// Time between two scans for changes.
const APART: Duration = Duration::from_secs(1);

#[wasm_bindgen]
extern "C" {
    /// `Store` of `store.js`.
    pub type Drawer;
    #[wasm_bindgen(method, catch)]
    async fn folders(this: &Drawer, parent: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn files(this: &Drawer, folder: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn read(this: &Drawer, path: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn write(
        this: &Drawer,
        path: &str,
        at: usize,
        bytes: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn remove(this: &Drawer, path: &str) -> Result<JsValue, JsValue>;
}

/// Storage that outlives the page.
pub struct Store {
    drawer: Drawer,
    mirror: RefCell<Mirror>,
    /// Run folders kept but not in memory yet, and whether each run is at its end.
    away: RefCell<BTreeMap<PathBuf, bool>>,
}

impl Store {
    /// Opens the store. Own data are loaded into memory at once, runs on request.
    pub async fn open(drawer: Drawer) -> Result<Self, JsValue> {
        let keeps = |path: &Path| {
            let leaves = [BIN, export::FOLDER];
            !path.iter().any(|part| leaves.iter().any(|l| part == *l))
        };
        let store = Self {
            drawer,
            mirror: RefCell::new(Mirror::new([OUT.into(), DATA.into()], keeps)),
            away: RefCell::default(),
        };
        for folder in strings(&store.drawer.folders(OUT).await?) {
            let path = Path::new(OUT).join(folder);
            if store.read(&path.join("config.json")).await?.is_none() {
                // A folder without settings holds no run.
                store.drawer.remove(&name(&path)).await?;
                continue;
            }
            let summary = store.read(&path.join("summary.json")).await?;
            let summary: Option<Summary> =
                summary.and_then(|text| serde_json::from_slice(&text).ok());
            let is_over = summary.is_some_and(|summary| summary.reason == EndReason::Finished);
            // The empty folder reserves the run's number.
            fs::create_dir_all(&path).map_err(|why| why.to_string())?;
            store.away.borrow_mut().insert(path, is_over);
        }
        store.load(Path::new(DATA)).await?;
        Ok(store)
    }

    /// Runs kept from before this page.
    pub fn kept(&self) -> Vec<KeptRun> {
        let away = self.away.borrow();
        let kept = away.iter().map(|(folder, &is_over)| KeptRun {
            folder: folder.clone(),
            is_over,
        });
        kept.collect()
    }

    async fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, JsValue> {
        let found = self.drawer.read(&name(path)).await?;
        Ok(found.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
    }

    async fn load(&self, folder: &Path) -> Result<(), JsValue> {
        let files = self.drawer.files(&name(folder)).await?;
        for file in files.unchecked_ref::<Array>().iter() {
            let file: Array = file.unchecked_into();
            let path = PathBuf::from(String::from(file.get(0).unchecked_ref::<JsString>()));
            let bytes = file.get(1).unchecked_into::<Uint8Array>().to_vec();
            let folder = path.parent().unwrap_or(Path::new(""));
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, bytes))
                .map_err(|why| why.to_string())?;
        }
        self.mirror.borrow_mut().know(folder);
        Ok(())
    }

    /// Loads or deletes the folders that a request names; returns trouble, if any.
    pub async fn prepare(&self, request: &Request) -> Vec<Reply> {
        let done = self.fetch(request).await;
        let trouble = done.err().map(|why| Reply::Trouble {
            key: None,
            what: format!("the browser refuses access to its files: {}", words(&why)),
        });
        trouble.into_iter().collect()
    }

    async fn fetch(&self, request: &Request) -> Result<(), JsValue> {
        let wanted: Vec<PathBuf> = match request {
            Request::Open { folder, .. } => self.away_in(folder),
            Request::Discard(folders) => {
                for folder in folders {
                    self.away.borrow_mut().remove(folder);
                    self.drawer.remove(&name(folder)).await?;
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        for folder in wanted {
            self.load(&folder).await?;
            self.away.borrow_mut().remove(&folder);
        }
        Ok(())
    }

    fn away_in(&self, folder: &Path) -> Vec<PathBuf> {
        let away = self.away.borrow();
        let inside = away.keys().filter(|path| path.starts_with(folder));
        inside.cloned().collect()
    }

    /// Stores changes as long as the page exists.
    pub async fn keep(&self, desk: Arc<Desk>) {
        let mut has_failed = false;
        loop {
            turns::sleep(APART).await;
            let changes = self.mirror.borrow_mut().changes();
            let mut trouble = None;
            for change in &changes {
                if let Err(why) = self.carry_out(change).await {
                    self.mirror.borrow_mut().undone(change);
                    trouble.get_or_insert(why);
                }
            }
            // Reported once, until a scan succeeds again.
            if let Some(why) = trouble.as_ref().filter(|_| !has_failed) {
                let what = full(why);
                desk.answer(vec![Reply::Trouble { key: None, what }]);
            }
            has_failed = trouble.is_some();
        }
    }

    async fn carry_out(&self, change: &Change) -> Result<(), JsValue> {
        match change {
            Change::Write { path, at, bytes } => {
                let bytes = Uint8Array::from(&bytes[..]);
                self.drawer.write(&name(path), *at, &bytes).await?;
            }
            Change::Remove(path) => drop(self.drawer.remove(&name(path)).await?),
        }
        Ok(())
    }
}

fn full(why: &JsValue) -> String {
    format!(
        "the browser keeps no more of these runs ({}); they go on, but what is not taken away goes with the page: delete \
         runs that are not needed",
        words(why)
    )
}

fn words(why: &JsValue) -> String {
    match why.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => why.as_string().unwrap_or_default(),
    }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn strings(list: &JsValue) -> Vec<String> {
    let list = list.unchecked_ref::<Array>().iter();
    list.filter_map(|item| item.as_string()).collect()
}
