//! A story that is being told: its page, its runs, and what stood on the stage before.

use tightrope_core::{
    config::RunConfig,
    event::{Command, EndReason},
    session::RunState,
};

use super::{PACE, exits::take_one};
use crate::{
    gui::{
        action::{ask, set_speed},
        link::Link,
        model::{Cursor, Model, RunView, Speed},
    },
    lab::{Added, Request, RunKey},
    part::Part,
    story::{Page, Story},
};

/// A story that is being told.
#[derive(Debug)]
pub struct Telling {
    /// Which.
    pub story: &'static Story,
    /// The place of the page that is open.
    pub page: usize,
    /// Its runs, by their places in the story.
    pub runs: Vec<RunKey>,
    /// Settings of those that have not come in yet.
    awaited: Vec<RunConfig>,
    /// How fast training went before it.
    speed: Speed,
}

/// What a run that is no part of the story goes back to after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    hidden: bool,
    running: bool,
}

impl Telling {
    fn new(story: &'static Story, awaited: Vec<RunConfig>, speed: Speed) -> Self {
        Self {
            story,
            page: 0,
            runs: Vec::new(),
            awaited,
            speed,
        }
    }

    /// The page that is open.
    pub fn page(&self) -> &'static Page {
        &self.story.pages[self.page.min(self.story.pages.len() - 1)]
    }

    /// Whether runs have yet to come in.
    pub fn is_starting(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// The place in the story of a run that has come in, if it is one of its own.
    pub fn takes(&mut self, added: &Added) -> Option<usize> {
        take_one(&mut self.awaited, added).then(|| {
            self.runs.push(added.key);
            self.runs.len() - 1
        })
    }

    /// No more runs will come in.
    pub fn give_up(&mut self) {
        self.awaited.clear();
    }
}

impl Model {
    /// The runs of the story that is told, by their places in it.
    pub fn told(&self) -> Vec<&RunView> {
        let keys = self.telling.iter().flat_map(|telling| &telling.runs);
        keys.filter_map(|&key| self.run(key)).collect()
    }
}

/// Begins a story; other runs are hidden and held until it is left.
pub fn open(story: &'static Story, model: &mut Model, link: &Link) {
    let configs = match story.runs() {
        Ok(configs) => configs,
        Err(error) => return model.trouble(error.to_string()),
    };
    let speed = match model.telling.take() {
        Some(before) => retire(before, model, false),
        None => model.speed,
    };
    let others = model.runs.iter().filter(|run| run.aside.is_none());
    for key in others.map(|run| run.key).collect::<Vec<_>>() {
        set_aside(key, model, link);
    }
    model.telling = Some(Telling::new(story, configs.clone(), speed));
    begin(configs, model, link);
}

/// Ends the story; other runs are as they were before it.
pub fn leave(model: &mut Model, link: &Link) {
    let Some(telling) = model.telling.take() else {
        return;
    };
    let is_alone = model.runs.iter().all(|run| telling.runs.contains(&run.key));
    let speed = retire(telling, model, is_alone);
    set_speed(speed, model, link);
    let mut resumed = Vec::new();
    for run in &mut model.runs {
        if let Some(aside) = run.aside.take() {
            run.hidden = aside.hidden;
            resumed.extend(aside.running.then_some(run.key));
        }
    }
    for key in resumed {
        ask(Request::Tell(key, Command::Resume), model, link);
    }
    model.cursor = Cursor::Live;
}

/// In a story: from its beginning, with new runs. Else: the shown runs anew, the old ones hidden.
pub fn start_over(model: &mut Model, link: &Link) {
    let Some(telling) = &mut model.telling else {
        return start_shown_over(model, link);
    };
    // Pressed twice, it would start twice as many.
    if telling.is_starting() {
        return;
    }
    let configs = match telling.story.runs() {
        Ok(configs) => configs,
        Err(error) => return model.trouble(error.to_string()),
    };
    telling.awaited.clone_from(&configs);
    for key in std::mem::take(&mut telling.runs) {
        send_out(key, model);
    }
    begin(configs, model, link);
}

/// Opens another page, and the panel it speaks of.
pub fn turn(page: usize, model: &mut Model) {
    if let Some(telling) = &mut model.telling {
        telling.page = page.min(telling.story.pages.len() - 1);
        if let Some(part @ (Part::Layers | Part::Timelines)) = telling.page().look {
            model.show(part, true);
        }
    }
}

fn begin(configs: Vec<RunConfig>, model: &mut Model, link: &Link) {
    turn(0, model);
    model.cursor = Cursor::Live;
    set_speed(PACE, model, link);
    ask(Request::Start(configs), model, link);
}

fn start_shown_over(model: &mut Model, link: &Link) {
    let shown = model.shown();
    let old: Vec<(RunKey, RunConfig)> = shown
        .filter_map(|run| Some((run.key, run.history.config.clone()?)))
        .collect();
    if old.is_empty() {
        return;
    }
    for &(key, _) in &old {
        if model.run(key).is_some_and(RunView::is_live) {
            ask(Request::Tell(key, Command::Stop), model, link);
        }
        hide(key, model);
    }
    model.cursor = Cursor::Live;
    let configs = old.into_iter().map(|(_, config)| config).collect();
    ask(Request::Start(configs), model, link);
}

/// A story's runs leave with it, except those at their end: they stay in the list, hidden unless `shown`. Returns how
/// fast training went before the story.
fn retire(telling: Telling, model: &mut Model, shown: bool) -> Speed {
    model.exits.expect(telling.awaited);
    for key in telling.runs {
        let ended = model.run(key).and_then(|run| run.history.ended.as_ref());
        if ended.is_some_and(|ended| ended.reason == EndReason::Finished) {
            if !shown {
                hide(key, model);
            }
        } else {
            send_out(key, model);
        }
    }
    telling.speed
}

fn set_aside(key: RunKey, model: &mut Model, link: &Link) {
    let Some(run) = model.run_mut(key) else {
        return;
    };
    let running = run.state == RunState::Running;
    let hidden = std::mem::replace(&mut run.hidden, true);
    run.aside = Some(Aside { hidden, running });
    if running {
        ask(Request::Tell(key, Command::Pause), model, link);
    }
}

fn send_out(key: RunKey, model: &mut Model) {
    hide(key, model);
    model.exits.send(key);
}

fn hide(key: RunKey, model: &mut Model) {
    if let Some(run) = model.run_mut(key) {
        run.hidden = true;
    }
}

#[cfg(test)]
mod tests;
