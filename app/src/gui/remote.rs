//! A page around this one: what it may want done, and what it hears of the runs. Text both ways, fit for a port.

use serde::Serialize;
use tightrope_core::{
    event::{Command, Event},
    session::RunState,
};

use super::{action::Action, model::Model};
use crate::lab::Reply;

/// What there is to be asked of a lab.
const WORDS: &str = "start, pause or step";

/// What the page around wants done.
///
/// # Errors
/// When it asks for what there is not.
pub fn wanted(word: &str, model: &Model) -> Result<Action, String> {
    match word {
        "start" if model.is_live() => Ok(Action::TellAll(Command::Resume)),
        "start" => Ok(Action::StartOver),
        "pause" => Ok(Action::TellAll(Command::Pause)),
        "step" => Ok(Action::TellAll(Command::Step)),
        _ => Err(format!("a lab cannot '{word}'; choose {WORDS}")),
    }
}

/// A line of JSON about one run.
#[derive(Serialize)]
struct Line<'a> {
    run: &'a str,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What<'a> {
    Event(&'a Event),
    State {
        event: &'static str,
        state: &'static str,
        iteration: u64,
    },
    Trouble {
        event: &'static str,
        reason: &'a str,
    },
}

/// What the page around hears of a reply, as JSON: events as a run folder has them, and a run's change of state. Samples
/// and masks are no lines there either.
pub fn said(reply: &Reply, model: &Model) -> Option<String> {
    let (key, what) = match reply {
        Reply::Said(_, Event::Samples(_) | Event::Field(_) | Event::Masks(_)) => return None,
        Reply::Said(key, event) => (Some(*key), What::Event(event)),
        Reply::State {
            key,
            state,
            iteration,
        } => (
            Some(*key),
            What::State {
                event: "state",
                state: word(*state),
                iteration: *iteration,
            },
        ),
        Reply::Trouble { key, what } => (*key, trouble(what)),
        _ => return None,
    };
    let run = match key {
        Some(key) => &model.run(key)?.name,
        None => "",
    };
    serde_json::to_string(&Line { run, what }).ok()
}

/// What the page around hears when it cannot have what it wants.
pub fn refusal(reason: &str) -> String {
    let what = trouble(reason);
    // Two strings are always JSON.
    serde_json::to_string(&Line { run: "", what }).unwrap_or_default()
}

fn trouble(reason: &str) -> What<'_> {
    let event = "trouble";
    What::Trouble { event, reason }
}

fn word(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Paused => "paused",
        RunState::Ended => "ended",
    }
}

#[cfg(test)]
mod tests;
