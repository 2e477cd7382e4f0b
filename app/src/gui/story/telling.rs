//! Begins, turns and leaves stories.

use tightrope_core::{
    config::RunConfig,
    event::{Command, EndReason},
    session::RunState,
};

use crate::{
    gui::{
        link::Link,
        model::{
            Cursor, Model, RunView, Speed,
            story::{Aside, Telling, Told},
        },
        requests::{ask, set_speed},
    },
    lab::{Request, RunKey},
    part::Part,
    story::Story,
};

/// Begins a story; other runs are hidden and paused until it is left.
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

/// Leaves the story and restores the other runs.
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

/// Starts the story over with new runs or, without a story, the shown runs, hiding the old ones.
pub fn start_over(model: &mut Model, link: &Link) {
    let Some(telling) = &mut model.telling else {
        return start_shown_over(model, link);
    };
    // A second press would start the runs twice.
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

/// Opens another page, and the panel it refers to.
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
    set_speed(Speed::OF_STORIES, model, link);
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

/// Retires the runs of a story. Finished ones stay in the list, hidden unless `shown`; the others
/// leave. Returns the training speed before the story.
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

/// Takes the next step with every run on its way out.
pub fn settle(model: &mut Model, link: &Link) {
    for (key, told) in std::mem::take(&mut model.exits.going) {
        match model.run(key).map(|run| run.is_live()) {
            Some(true) => {
                if told == Told::Nothing {
                    ask(Request::Tell(key, Command::Stop), model, link);
                }
                model.exits.going.push((key, Told::ToStop));
            }
            Some(false) => {
                if told != Told::ToLeave {
                    let delete = false;
                    ask(Request::Remove { key, delete }, model, link);
                }
                model.exits.going.push((key, Told::ToLeave));
            }
            None => {}
        }
    }
}

fn hide(key: RunKey, model: &mut Model) {
    if let Some(run) = model.run_mut(key) {
        run.hidden = true;
    }
}

#[cfg(test)]
mod tests;
