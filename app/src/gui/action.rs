//! What a panel may want done, and the one place where it is done.

use std::path::PathBuf;

use egui::{self, ViewportCommand};
use tightrope_core::{config::RunConfig, error::Result, event::Command, session::RunState};

use super::{
    copying,
    link::Link,
    look::Look,
    model::{Cursor, Draft, Model, Speed, Undo},
    panel::wheel,
    picture::Picture,
    story,
};
use crate::{
    comparison::Comparison,
    lab::{Request, RunKey},
    part::Part,
    story::Story,
};

/// What a panel may want done.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ask the lab for something.
    Ask(Request),
    /// Tell every run that is in the lab, but none that a story has set aside.
    TellAll(Command),
    /// Have the browser ask for files, and open them.
    Choose,
    /// Start the showcase.
    Showcase,
    /// Go on with a run, or with all that were left unfinished.
    ContinueUnfinished,
    /// Forget that runs were left unfinished; their folders stay.
    LeaveUnfinished,
    /// Delete the runs that are kept from before.
    Discard,
    /// Open the dialog for a new comparison, or close it.
    SetDraft(Option<Draft>),
    /// Train this fast.
    SetSpeed(Speed),
    /// Start a run whose density of D the user steers, and ADAPT beside it.
    TakeTheWheel,
    /// Open the live settings of runs, or close them.
    SetEditing(bool),
    /// Show another moment.
    Seek(Cursor),
    /// Show a run's details.
    Select(RunKey),
    /// Leave a run out of samples and timelines, or show it again.
    Hide(RunKey, bool),
    /// Take back what was hidden or removed last.
    Undo,
    /// Start what the page's address sets up.
    TakeOffer,
    /// Forget what the page's address sets up.
    LeaveOffer,
    /// Copy what sets up the present runs: a link on a page, a command line elsewhere.
    CopySetup,
    /// Begin a story.
    OpenStory(&'static Story),
    /// End the story; other runs are as they were before it.
    LeaveStory,
    /// Open another page of the story, by its place.
    TurnPage(usize),
    /// The story, or else the shown runs, once more from the beginning.
    StartOver,
    /// Call a run something else.
    Rename(RunKey, String),
    /// See things another way.
    SetLook(Look),
    /// Show a part of the window, or hide it.
    Show(Part, bool),
    /// Put a notice away.
    Dismiss(usize),
    /// Take a picture of a part of the window.
    Picture(Picture),
    /// Fill the screen, or no longer.
    FullScreen,
    /// Save everything and close the window.
    Quit,
}

impl Action {
    /// Tells one run.
    pub fn tell(key: RunKey, command: Command) -> Self {
        Self::Ask(Request::Tell(key, command))
    }

    /// Opens what was dropped, chosen or named together, whatever it is.
    pub fn open(paths: Vec<PathBuf>) -> Self {
        Self::Ask(Request::Incoming(paths))
    }
}

/// Does what a panel wants.
pub fn perform(action: Action, model: &mut Model, link: &Link, ctx: &egui::Context) {
    match action {
        Action::Ask(request) => ask(request, model, link),
        Action::TellAll(command) => {
            let resumes = command == Command::Resume;
            let live: Vec<RunKey> = model
                .runs
                .iter()
                .filter(|run| {
                    run.aside.is_none()
                        && run.is_live()
                        && (!resumes || run.state == RunState::Paused)
                })
                .map(|run| run.key)
                .collect();
            for key in live {
                ask(Request::Tell(key, command.clone()), model, link);
            }
        }
        Action::Choose => {
            // Elsewhere a path is typed.
            #[cfg(target_arch = "wasm32")]
            super::page::choose(ctx);
        }
        Action::Showcase => match showcase() {
            Ok(configs) => ask(Request::Start(configs), model, link),
            Err(error) => model.trouble(error.to_string()),
        },
        Action::ContinueUnfinished => {
            let shown = std::mem::take(&mut model.shown_before);
            for folder in shown
                .into_iter()
                .chain(std::mem::take(&mut model.unfinished))
            {
                let go_on = true;
                ask(Request::Open { folder, go_on }, model, link);
            }
        }
        Action::LeaveUnfinished => {
            model.unfinished.clear();
            model.kept.clear();
        }
        Action::Discard => {
            model.unfinished.clear();
            let folders = std::mem::take(&mut model.kept).into_iter();
            let folders = folders.map(|kept| kept.folder).collect();
            ask(Request::Discard(folders), model, link);
        }
        Action::SetDraft(draft) => {
            model.draft = draft;
            ctx.request_repaint();
        }
        Action::SetSpeed(speed) => set_speed(speed, model, link),
        Action::TakeTheWheel => match wheel::runs(model) {
            Ok(configs) => {
                story::leave(model, link);
                perform(Action::TellAll(Command::Pause), model, link, ctx);
                perform(Action::SetSpeed(Speed::STEERABLE), model, link, ctx);
                let shown: Vec<RunKey> = model.shown().map(|run| run.key).collect();
                for key in shown {
                    perform(Action::Hide(key, true), model, link, ctx);
                }
                // The first of the new ones will be.
                model.selected = None;
                model.cursor = Cursor::Live;
                ask(Request::Start(configs), model, link);
            }
            Err(error) => model.trouble(error.to_string()),
        },
        Action::SetEditing(editing) => model.editing = editing,
        Action::Seek(cursor) => model.cursor = cursor,
        Action::Select(key) => model.selected = Some(key),
        Action::Hide(key, hidden) => {
            if let Some(run) = model.run_mut(key)
                && run.hidden != hidden
            {
                run.hidden = hidden;
                model.undo.push(Undo::Hide(key, !hidden));
            }
        }
        Action::Undo => match model.undo.pop() {
            Some(Undo::Hide(key, hidden)) => {
                if let Some(run) = model.run_mut(key) {
                    run.hidden = hidden;
                }
            }
            Some(Undo::Restore(key)) => ask(Request::Restore(key), model, link),
            None => {}
        },
        Action::TakeOffer => {
            if let Some(setup) = model.offer.take() {
                story::leave(model, link);
                ask(Request::Start(setup.runs), model, link);
            }
        }
        Action::LeaveOffer => model.offer = None,
        Action::CopySetup => copying::copy(model, ctx),
        Action::OpenStory(story) => story::open(story, model, link),
        Action::LeaveStory => story::leave(model, link),
        Action::TurnPage(page) => story::turn(page, model),
        Action::StartOver => story::start_over(model, link),
        Action::Rename(key, name) => {
            if let Some(run) = model.run_mut(key) {
                run.name = name;
            }
        }
        Action::SetLook(look) => {
            look.apply(ctx);
            if look.device != model.look.device {
                ask(Request::Device(look.device), model, link);
            }
            model.look = look;
        }
        Action::Show(part, shown) => model.show(part, shown),
        Action::Dismiss(index) => {
            if index < model.notices.len() {
                model.notices.remove(index);
            }
        }
        Action::Picture(picture) => picture.take(ctx),
        Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        Action::FullScreen => {
            let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
        }
    }
}

/// Trains this fast from now on.
pub fn set_speed(speed: Speed, model: &mut Model, link: &Link) {
    model.speed = speed;
    model.runs.iter_mut().for_each(|run| run.stills.clear());
    ask(speed.request(), model, link);
}

/// Sends a request; a lab that is gone is said once.
pub fn ask(request: Request, model: &mut Model, link: &Link) {
    if !link.ask(request) {
        model.lost_lab();
    }
}

/// ADAPT against STU-GAN on the 2-D spiral.
pub fn showcase() -> Result<Vec<RunConfig>> {
    Comparison::default().runs()
}
