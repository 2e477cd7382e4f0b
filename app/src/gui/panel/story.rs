//! The story being told: one page of text, and the way to the next.

use egui::{Align, Button, Frame, Layout, Panel as Side, RichText, ScrollArea, Ui};

use super::Panel;
use crate::{
    gui::{
        action::Action,
        model::{Model, story::Telling},
    },
    story::{Condition, Page, STORIES, Story},
};

/// The text beside the other panels.
#[derive(Default)]
pub struct StoryText;

impl Panel for StoryText {
    fn show(&mut self, ui: &mut Ui, model: &Model) -> Vec<Action> {
        let Some(telling) = &model.telling else {
            return Vec::new();
        };
        let mut actions = Vec::new();
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let why = "Back to the other runs; this story's unfinished runs end";
                if ui.button("Leave").on_hover_text(why).clicked() {
                    actions.push(Action::LeaveStory);
                }
                let why = "The story from its beginning, with new runs (R)";
                if ui.button("Start over").on_hover_text(why).clicked() {
                    actions.push(Action::StartOver);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.weak("Story");
                });
            });
        });
        ui.heading(telling.story.title);
        ui.label(RichText::new(telling.story.question).italics());
        Side::bottom("pages").frame(Frame::NONE).show(ui, |ui| {
            ui.add_space(8.0);
            actions.extend(pages(ui, model, telling));
        });
        ScrollArea::vertical()
            .id_salt((telling.story.name, telling.page))
            .auto_shrink([false, false])
            .show(ui, |ui| page(ui, telling, telling.page()));
        actions
    }
}

fn page(ui: &mut Ui, telling: &Telling, page: &Page) {
    ui.strong(page.title);
    for paragraph in page.text {
        ui.label(*paragraph);
    }
    if let Some(part) = page.look {
        labelled(ui, "Look at", part.words());
    }
    if let Some(attempt) = page.attempt {
        labelled(ui, "Try", attempt);
    }
    ui.collapsing("On the command line", |ui| {
        ui.monospace(telling.story.command());
    });
}

/// A line that begins with a label in bold.
fn labelled(ui: &mut Ui, word: &str, text: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.strong(format!("{word}:"));
        ui.label(text);
    });
}

/// Buttons to the previous and next page, and the condition the next page waits for.
fn pages(ui: &mut Ui, model: &Model, telling: &Telling) -> Option<Action> {
    let mut action = None;
    let (place, count) = (telling.page, telling.story.pages.len());
    let until = telling.page().until;
    let is_open = until.opens(&model.told(), model.cursor);
    ui.horizontal(|ui| {
        if ui.add_enabled(place > 0, Button::new("Back")).clicked() {
            action = Some(Action::TurnPage(place - 1));
        }
        ui.weak(format!("{} of {count}", place + 1));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if place + 1 < count {
                let next = Button::new(RichText::new("Next").strong()).selected(is_open);
                if ui.add_enabled(is_open, next).clicked() {
                    action = Some(Action::TurnPage(place + 1));
                }
            } else if let Some(next) = after(telling) {
                let button = ui.button("Next story").on_hover_text(next.title);
                if button.clicked() {
                    action = Some(Action::OpenStory(next));
                }
            }
        });
    });
    let line = if telling.is_starting() {
        "Starting\u{2026}".to_owned()
    } else if is_open || until == Condition::None {
        String::new()
    } else {
        format!("Waits for {}", until.words(telling.story))
    };
    ui.small(line);
    action
}

/// The story after this one.
fn after(telling: &Telling) -> Option<&'static Story> {
    let place = STORIES
        .iter()
        .position(|story| story.name == telling.story.name)?;
    STORIES.get(place + 1).copied()
}

/// The menu of all stories.
pub fn menu(ui: &mut Ui) -> Option<Action> {
    let mut action = None;
    ui.menu_button("Stories", |ui| {
        for (place, story) in STORIES.into_iter().enumerate() {
            let text = format!("{}. {}", place + 1, story.title);
            if ui.button(text).on_hover_text(story.question).clicked() {
                action = Some(Action::OpenStory(story));
            }
        }
        ui.separator();
        let example = ui
            .button("Example")
            .on_hover_text("ADAPT against STU-GAN on the 2-D spiral");
        if example.clicked() {
            action = Some(Action::Showcase);
        }
    })
    .response
    .on_hover_text("Guided lessons of about two minutes each");
    action
}

#[cfg(test)]
mod tests;
