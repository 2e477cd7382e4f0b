//! Carries out the actions of panels.

use egui::{Context, ViewportCommand};
use tightrope_core::{config::RunConfig, error::Result, event::Command, session::RunState};

use super::copying;
use crate::{
    comparison::Comparison,
    gui::{
        action::Action,
        link::Link,
        model::{Cursor, Model, Speed, Undo},
        panel::wheel,
        requests::{ask, set_speed},
        story,
    },
    lab::{Request, RunKey},
};

/// Carries out an action.
pub fn perform(action: Action, model: &mut Model, link: &Link, ctx: &Context) {
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
            // The desktop has a field for paths instead.
            #[cfg(target_arch = "wasm32")]
            crate::gui::browser::files::choose(ctx);
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
                // The first of the new runs gets selected.
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
        Action::SetPreferences(preferences) => {
            preferences.apply(ctx);
            if preferences.device != model.preferences.device {
                ask(Request::Device(preferences.device), model, link);
            }
            model.preferences = preferences;
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

/// ADAPT against STU-GAN on the 2-D spiral.
pub fn showcase() -> Result<Vec<RunConfig>> {
    Comparison::default().runs()
}
