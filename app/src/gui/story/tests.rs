use std::collections::HashSet;

use tightrope_core::{
    config::{Role, RunConfig},
    event::{EndReason, Event, MaskChange, MaskEvent, Quality, Stats, Verdict},
    history::History,
    session::RunState,
};

use crate::{
    gui::model::{Cursor, RunView, Speed},
    lab::{Added, RunKey},
    story::{Condition, STORIES},
};

/// A run of a story that has just come in.
pub fn added(key: usize, config: RunConfig) -> Added {
    Added {
        key: RunKey(key),
        folder: format!("runs/{key:05}").into(),
        history: History::new(config),
        reals: None,
        state: RunState::Running,
    }
}

fn run(config: RunConfig) -> RunView {
    RunView::new(added(0, config), 0)
}

/// A run that meets every condition a page may wait for.
fn eventful(config: RunConfig) -> RunView {
    let iteration = config.iterations;
    let mut run = run(config);
    for change in [MaskChange::Raise, MaskChange::Lower, MaskChange::DropGrow] {
        run.apply(&Event::Mask(MaskEvent {
            iteration,
            net: Role::D,
            change,
            dropped: 0,
            grown: 0,
            regrown: 0,
            active: 0,
            density: 0.5,
            drop_fraction: None,
            br: None,
            layers: Vec::new(),
        }));
    }
    for verdict in [Verdict::DTooStrong, Verdict::Balanced, Verdict::DTooWeak] {
        run.apply(&Event::Balance { iteration, verdict });
    }
    run.apply(&Event::Quality(Quality {
        iteration,
        modes: Some(8),
        modes_total: Some(8),
        ..Quality::default()
    }));
    run.apply(&Event::Stats(Stats {
        iteration,
        exploration_g: 0.07,
        ..Stats::default()
    }));
    run.apply(&Event::Ended {
        iteration,
        reason: EndReason::Finished,
    });
    run.state = RunState::Ended;
    run
}

#[test]
fn every_story_starts_one_valid_run_a_method() {
    let Speed::Limit(rate) = Speed::OF_STORIES else {
        panic!("stories are held back")
    };
    let mut names = HashSet::new();
    for story in STORIES {
        assert!(names.insert(story.name), "{}", story.name);
        let runs = story.runs().unwrap();
        assert_eq!(runs.len(), story.methods.len(), "{}", story.name);
        for run in runs {
            run.validate().unwrap();
            let minutes = run.iterations as f64 / rate / 60.0;
            assert!((0.5..=2.0).contains(&minutes), "{}: {minutes}", story.name);
        }
    }
}

#[test]
fn pages_are_short_and_whole() {
    for story in STORIES {
        assert!(story.question.ends_with('?'), "{}", story.name);
        let last = story.pages.last().map(|page| page.until);
        assert_eq!(last, Some(Condition::None), "{}", story.name);
        for page in story.pages {
            let words: usize = page.text.iter().map(|text| text.split(' ').count()).sum();
            assert!((10..=80).contains(&words), "{}: {words}", page.title);
            for text in page.text.iter().chain(page.attempt.iter()) {
                let is_whole = text.ends_with('.') && !text.contains("  ");
                assert!(is_whole, "{}: {text}", page.title);
            }
        }
    }
}

#[test]
fn every_condition_is_closed_at_first_and_can_be_met() {
    for story in STORIES {
        let configs = story.runs().unwrap();
        let fresh: Vec<RunView> = configs.iter().cloned().map(run).collect();
        let fresh: Vec<&RunView> = fresh.iter().collect();
        let mut done: Vec<RunView> = configs.into_iter().map(eventful).collect();
        if story.preset == "spiral" {
            for run in &mut done {
                run.history.quality[0].modes = Some(24);
            }
        }
        let done: Vec<&RunView> = done.iter().collect();
        for page in story.pages {
            let (until, name) = (page.until, page.title);
            if until != Condition::None {
                assert!(!until.opens(&fresh, Cursor::Live), "{name}");
                assert!(!until.opens(&[], Cursor::Live), "{name}");
                assert!(!until.words(story).is_empty(), "{name}");
            }
            assert!(until.is_met(&done, Cursor::At(1)), "{name}");
        }
    }
}

#[test]
fn a_page_opens_when_its_runs_have_ended_without_what_it_waits_for() {
    let mut run = run(STORIES[0].runs().unwrap().remove(0));
    let until = Condition::Modes(0, 8);
    assert!(!until.opens(&[&run], Cursor::Live));
    run.state = RunState::Ended;
    assert!(until.opens(&[&run], Cursor::Live) && !until.is_met(&[&run], Cursor::Live));
    assert!(!Condition::Back.opens(&[&run], Cursor::Live));
}

#[test]
fn a_pause_is_noticed() {
    let mut run = run(STORIES[0].runs().unwrap().remove(0));
    assert!(!Condition::Held.opens(&[&run], Cursor::Live));
    run.state = RunState::Paused;
    assert!(Condition::Held.opens(&[&run], Cursor::Live));
}
