//! Protocol of an embedding page: its requests, and reports on the runs. Both are text, fit for a
//! port.

use serde::Serialize;
use tightrope_core::{
    event::{Command, Event},
    session::RunState,
};

use super::{action::Action, model::Model};
use crate::lab::Reply;

/// Words that an embedding page may send.
const WORDS: &str = "start, pause or step";

/// Action requested by an embedding page.
///
/// # Errors
/// When the word is unknown.
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

/// Report of a reply to the embedding page, as JSON: events as a run folder has them, changes of
/// state, and trouble. Like the run folder's events, reports leave out samples and masks.
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

/// Report to the embedding page that its request was refused.
pub fn refusal(reason: &str) -> String {
    let what = trouble(reason);
    // Serializing two strings cannot fail.
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
