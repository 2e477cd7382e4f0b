use egui_kittest::kittest::Queryable;
use tightrope_core::session::RunState;

use super::*;
use crate::{
    gui::{fixture, shell::perform::perform, story::tests::added},
    lab::Reply,
};

/// A story whose runs have just started.
fn model(place: usize) -> Model {
    let (mut model, (link, ..)) = (Model::default(), fixture::link());
    let story = STORIES[place];
    let ctx = egui::Context::default();
    perform(Action::OpenStory(story), &mut model, &link, &ctx);
    for (key, config) in story.runs().unwrap().into_iter().enumerate() {
        model.take(Reply::Added(Box::new(added(key, config))));
    }
    model
}

#[test]
fn the_next_page_waits_for_the_runs() {
    let mut harness = fixture::stage(StoryText, model(0), [290.0, 420.0]);
    harness.get_by_label("Balance at work");
    harness.get_by_label("1 of 5");
    harness.get_by_label("Waits for iteration 60");
    harness.get_by_label("Next").click();
    harness.run_ok();
    assert!(harness.state().actions.is_empty());
    for run in &mut harness.state_mut().model.runs {
        run.iteration = 60;
    }
    harness.run_ok();
    harness.get_by_label("Next").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(matches!(wanted[..], [Action::TurnPage(1)]), "{wanted:?}");
}

#[test]
fn a_story_can_be_started_over_and_left() {
    let mut harness = fixture::stage(StoryText, model(1), [290.0, 420.0]);
    harness.get_by_label("Start over").click();
    harness.run_ok();
    harness.get_by_label("Leave").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::StartOver, Action::LeaveStory]),
        "{wanted:?}"
    );
}

#[test]
fn the_last_page_leads_to_the_next_story_and_the_last_story_to_none() {
    let last = |place: usize| {
        let mut model = model(place);
        let telling = model.telling.as_mut().unwrap();
        telling.page = telling.story.pages.len() - 1;
        for run in &mut model.runs {
            run.state = RunState::Ended;
        }
        fixture::stage(StoryText, model, [290.0, 420.0])
    };
    let mut harness = last(0);
    harness.get_by_label("Next story").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(wanted[..], [Action::OpenStory(story)] if story.name == STORIES[1].name),
        "{wanted:?}"
    );
    let harness = last(4);
    harness.get_by_label("5 of 5");
    assert!(harness.query_by_label("Next story").is_none());
}

#[test]
fn every_page_of_every_story_can_be_read_in_a_small_window() {
    for (place, story) in STORIES.into_iter().enumerate() {
        for page in 0..story.pages.len() {
            let mut model = model(place);
            model.telling.as_mut().unwrap().page = page;
            let harness = fixture::stage(StoryText, model, [280.0, 330.0]);
            harness.get_by_label(story.pages[page].title);
            let count = format!("{} of {}", page + 1, story.pages.len());
            let foot = harness.get_by_label(&count);
            assert!(foot.rect().bottom() <= 330.0, "{}", story.pages[page].title);
        }
    }
}
