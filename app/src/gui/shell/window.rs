//! The window as an eframe app: take in replies, draw, carry out actions.

use std::{
    cell::RefCell,
    path::PathBuf,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use egui::{Context, Id, Ui, ViewportCommand};
use serde::{Deserialize, Serialize};
use tightrope_core::{device::DeviceChoice, fs};

use super::{keyboard, layout::Panels, perform::perform};
#[cfg(target_arch = "wasm32")]
use crate::gui::browser::files::dropped;
#[cfg(any(test, target_arch = "wasm32"))]
use crate::gui::remote;
use crate::{
    gui::{
        action::Action,
        address::Address,
        link::Link,
        model::{Model, Notice, preferences::Preferences},
        picture,
        platform::Platform,
        requests::ask,
        story, theme,
    },
    lab::{KeptRun, Request},
    paths::absolute,
};

/// Time between two saves of preferences and runs: nothing announces the end of a page.
const SAVED: Duration = Duration::from_secs(5);

/// The whole window.
pub struct Window {
    model: Model,
    panels: Panels,
    link: Link,
    help: bool,
    left: Rc<RefCell<Left>>,
    interrupted: Option<&'static AtomicBool>,
    embed: bool,
    /// The user's own preferences, and those after the address changed them.
    lent: [Preferences; 2],
}

/// State that a window leaves behind, however it ends.
#[derive(Default)]
pub struct Left {
    /// Folders of its runs.
    pub folders: Vec<PathBuf>,
    /// Whether it closed because the device it drew with is lost.
    pub cannot_draw: bool,
}

/// Initial state of a window.
pub struct Begin {
    /// Files to open: run folders, folders or zips of them, a settings file, data.
    pub runs: Vec<PathBuf>,
    /// Settings from an address or the command line.
    pub address: Address,
    /// Platform of the window.
    pub platform: Platform,
    /// Whether it replaces a window that could no longer draw.
    pub again: bool,
    /// Runs kept from earlier sessions, as reported by their storage.
    pub kept: Vec<KeptRun>,
    /// A notice to begin with.
    pub notice: Option<String>,
    /// Set when the terminal asks the program to end.
    pub interrupted: &'static AtomicBool,
}

/// State kept from one start to the next.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    #[serde(rename = "look")]
    preferences: Preferences,
    /// Folders of unfinished runs.
    unfinished: Vec<PathBuf>,
    /// Folders of all runs in the window.
    shown: Vec<PathBuf>,
}

impl Window {
    /// A window that opens the given files; on the very first start, the showcase.
    pub fn new(
        creation: &eframe::CreationContext<'_>,
        link: Link,
        begin: Begin,
        left: Rc<RefCell<Left>>,
    ) -> Self {
        let kept: Option<Kept> = creation
            .storage
            .and_then(|storage| eframe::get_value(storage, eframe::APP_KEY));
        let is_first = kept.is_none() && begin.kept.is_empty();
        let mut kept = kept.unwrap_or_default();
        let own = kept.preferences.clone();
        let remembered = own.device;
        let address = begin.address;
        address.lend(&mut kept.preferences);
        let lent = [own, kept.preferences.clone()];
        let mut window = Self::with(&creation.egui_ctx, link, kept.preferences);
        window.lent = lent;
        window.embed = address.embed;
        window.model.platform = begin.platform;
        window.left = left;
        window.interrupted = Some(begin.interrupted);
        if address.device.is_none() && remembered != DeviceChoice::Auto {
            ask(Request::Device(remembered), &mut window.model, &window.link);
        }
        if begin.again {
            window.model.trouble(
                "drawing failed, most likely because the graphics device was lost, and the window was started again; \
                 Continue resumes its runs from their last checkpoints"
                    .to_owned(),
            );
        }
        let notice = begin.notice.map(Notice::plain);
        window.model.notices.extend(notice);
        window.model.unfinished = kept.unfinished;
        window.model.unfinished.retain(|folder| fs::is_dir(folder));
        window.model.keep(begin.kept, &kept.shown);
        let paths = begin.runs.iter().map(|path| absolute(path)).collect();
        window.open(paths, address, is_first, &creation.egui_ctx);
        window
    }

    /// Opens these files or, without any, the contents of the address.
    fn open(&mut self, runs: Vec<PathBuf>, address: Address, is_first: bool, ctx: &Context) {
        self.model.hidden = address.hidden();
        let mut actions = if !runs.is_empty() {
            vec![Action::open(runs)]
        } else if let Some(story) = address.story {
            vec![Action::OpenStory(story)]
        } else if let Some(setup) = address.setup {
            self.model.offer = Some(setup);
            // An embedded lesson starts at once; a followed link only offers its runs.
            let starts = address.embed.then_some(Action::TakeOffer);
            starts.into_iter().collect()
        } else if is_first || address.embed {
            vec![Action::Showcase]
        } else {
            Vec::new()
        };
        actions.extend(address.speed.map(Action::SetSpeed));
        self.perform(actions, ctx);
    }

    /// An empty window with these preferences.
    pub fn with(ctx: &Context, link: Link, preferences: Preferences) -> Self {
        theme::install(ctx);
        preferences.apply(ctx);
        let mut model = Model::default();
        model.preferences = preferences;
        Self {
            model,
            panels: Panels::default(),
            link,
            help: false,
            left: Rc::default(),
            interrupted: None,
            embed: false,
            lent: Default::default(),
        }
    }

    /// Takes in replies of the lab, and closes once everything is saved.
    pub fn hear(&mut self, ctx: &Context) {
        let mut has_news = false;
        loop {
            match self.link.next() {
                Ok(Some(reply)) => {
                    #[cfg(target_arch = "wasm32")]
                    crate::gui::browser::port::tell(&reply, &self.model);
                    self.model.take(reply);
                    has_news = true;
                }
                Ok(None) => break,
                Err(_) if self.model.closing => {
                    self.model.closed = true;
                    break;
                }
                Err(_) => {
                    self.model.lost_lab();
                    break;
                }
            }
        }
        if has_news {
            let mut left = self.left.borrow_mut();
            let runs = self.model.runs.iter();
            left.folders = runs.map(|run| absolute(&run.folder)).collect();
            left.cannot_draw = self.model.cannot_draw;
        }
        if self.model.cannot_draw {
            (self.model.closing, self.model.closed) = (true, true);
        }
        story::settle(&mut self.model, &self.link);
        let interrupted = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        let asked = ctx.input(|input| input.viewport().close_requested())
            || self.interrupted.is_some_and(interrupted);
        let is_at_work = self.model.is_live() || !self.model.tasks.is_empty();
        if asked && !self.model.closed && is_at_work {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            if !self.model.closing {
                self.model.closing = true;
                ask(Request::Close, &mut self.model, &self.link);
            }
        }
        if asked && !is_at_work || self.model.closing && self.model.closed {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Draws everything and carries out the user's actions.
    pub fn show(&mut self, ui: &mut Ui) {
        let mut actions = keyboard::actions(ui.ctx(), &self.model, &mut self.help);
        for files in dropped(ui.ctx()) {
            match files {
                Ok(paths) => actions.push(Action::open(paths)),
                Err(why) => self.model.trouble(why),
            }
        }
        actions.extend(picture::taken(ui.ctx()).map(Action::Ask));
        actions.extend(self.panels.show(ui, &self.model, &mut self.help));
        if self.model.closing {
            saving(ui);
        }
        let ctx = ui.ctx().clone();
        self.perform(actions, &ctx);
    }

    fn perform(&mut self, actions: Vec<Action>, ctx: &Context) {
        for action in actions {
            perform(action, &mut self.model, &self.link, ctx);
        }
    }
}

/// Requests of an embedding page.
#[cfg(any(test, target_arch = "wasm32"))]
impl Window {
    /// Carries out a one-word request.
    ///
    /// # Errors
    /// When the word is unknown.
    pub fn obey(&mut self, word: &str, ctx: &Context) -> Result<(), String> {
        self.hear(ctx);
        let action = remote::wanted(word, &self.model)?;
        self.perform(vec![action], ctx);
        Ok(())
    }
}

/// Queries of the benchmarks.
#[cfg(not(target_arch = "wasm32"))]
impl Window {
    /// Iterations of all runs together.
    pub fn iterations(&self) -> u64 {
        self.model.runs.iter().map(|run| run.iteration).sum()
    }

    /// Whether the lab is gone.
    pub fn is_without_lab(&self) -> bool {
        self.model.lab_is_gone
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.hear(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.show(ui);
    }

    fn auto_save_interval(&self) -> Duration {
        SAVED
    }

    #[cfg(target_arch = "wasm32")]
    fn as_any_mut(&mut self) -> Option<&mut dyn std::any::Any> {
        Some(self)
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if self.embed {
            return;
        }
        let runs = || self.model.runs.iter();
        let here = runs()
            .filter(|run| run.is_live() || run.can_continue())
            .map(|run| absolute(&run.folder));
        let kept = Kept {
            preferences: self.model.preferences.without(&self.lent[1], &self.lent[0]),
            unfinished: self.model.unfinished.iter().cloned().chain(here).collect(),
            shown: runs().map(|run| absolute(&run.folder)).collect(),
        };
        eframe::set_value(storage, eframe::APP_KEY, &kept);
    }
}

/// Folders and files dropped together on the window.
#[cfg(not(target_arch = "wasm32"))]
fn dropped(ctx: &Context) -> Vec<Result<Vec<PathBuf>, String>> {
    ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        let paths: Vec<PathBuf> = files.map(|file| absolute(file.path())).collect();
        match paths.is_empty() {
            true => Vec::new(),
            false => vec![Ok(paths)],
        }
    })
}

fn saving(ui: &Ui) {
    egui::Modal::new(Id::unique("saving")).show(ui.ctx(), |ui| {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label("Writing checkpoints\u{2026}");
        });
    });
}

#[cfg(test)]
mod tests;
