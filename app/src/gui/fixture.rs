//! Canned runs, and a stage for a single panel, for tests.

use std::sync::mpsc::{Receiver, Sender, channel};

use egui::{Theme, Ui, Vec2};
use egui_kittest::Harness;
use tightrope_core::{
    evaluation::{self, Evaluation},
    event::{EndReason, Event, SampleData, Samples},
    history::History,
    session::RunState,
};

use super::{action::Action, link::Link, model::Model, panel::Panel, theme};
use crate::{
    lab::{Added, Reply, Request, RunKey},
    report::fixture,
};

/// A finished ADAPT run and a STU-GAN run paused half way.
pub fn model() -> Model {
    let mut model = Model::default();
    for reply in replies() {
        model.take(reply);
    }
    model.preferences.welcome = false;
    model
}

/// Replies of the lab that build [`model`].
pub fn replies() -> Vec<Reply> {
    let mut replies = run(RunKey(0), "adapt-relax", 1000);
    let half = run(RunKey(1), "stu-gan", 1000).into_iter().filter(|reply| {
        !matches!(reply, Reply::Said(_, Event::Ended { .. }))
            && !matches!(reply, Reply::Said(_, Event::Stats(s)) if s.iteration > 500)
    });
    replies.extend(half);
    for (key, state, iteration) in [(0, RunState::Ended, 1000), (1, RunState::Paused, 500)] {
        replies.push(Reply::State {
            key: RunKey(key),
            state,
            iteration,
        });
    }
    replies
}

/// Replies of one run from start to end.
pub fn run(key: RunKey, method: &str, iterations: u64) -> Vec<Reply> {
    let stored = fixture::run(method, 42, iterations);
    let mut replies = vec![Reply::Added(Box::new(Added {
        key,
        folder: stored.path,
        history: History::new(stored.config),
        reals: Some(points(0.0)),
        state: RunState::Running,
    }))];
    for iteration in [0, iterations / 2] {
        replies.push(Reply::Said(
            key,
            Event::Samples(Samples {
                iteration,
                averaged: true,
                data: points(iteration as f32),
            }),
        ));
    }
    let events = fixture::events(method, 42, iterations);
    replies.extend(events.into_iter().map(|event| Reply::Said(key, event)));
    replies
}

fn points(shift: f32) -> SampleData {
    let point = |i: usize| [(i as f32 + shift).cos(), (i as f32 + shift).sin()];
    SampleData::Points((0..300).map(point).collect())
}

/// A run's evaluation with 10,000 samples.
pub fn evaluation(network: &str, iteration: u64, frechet: f64) -> Evaluation {
    Evaluation {
        samples: evaluation::Samples {
            iteration,
            averaged: true,
            count: 10_000,
            norm_batch: 100,
            ..evaluation::Samples::default()
        },
        network: network.into(),
        frechet,
        ..Evaluation::default()
    }
}

/// The event that ends a run early.
pub fn stopped(iteration: u64) -> Event {
    Event::Ended {
        iteration,
        reason: EndReason::Stopped,
    }
}

/// Both ends of a link; the test plays the lab.
pub fn link() -> (Link, Receiver<Request>, Sender<Reply>) {
    let (requests, asked) = channel();
    let (answers, replies) = channel();
    let ask = move |request| requests.send(request).is_ok();
    (Link::new(ask, replies), asked, answers)
}

/// A panel on its own, with its model and the actions it returned.
pub struct Stage<P> {
    /// The panel.
    pub panel: P,
    /// Its model.
    pub model: Model,
    /// Actions returned since the test last took them.
    pub actions: Vec<Action>,
}

/// Puts a panel in a window of this size.
pub fn stage<'a, P: Panel + 'a>(panel: P, model: Model, size: [f32; 2]) -> Harness<'a, Stage<P>> {
    let stage = Stage {
        panel,
        model,
        actions: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size(Vec2::from(size))
        .with_theme(Theme::Light)
        .build_ui_state(
            |ui: &mut Ui, stage: &mut Stage<P>| {
                theme::install(ui.ctx());
                let wanted = stage.panel.show(ui, &stage.model);
                stage.actions.extend(wanted);
            },
            stage,
        );
    harness.run_ok();
    harness
}
