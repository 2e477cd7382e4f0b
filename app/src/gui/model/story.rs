//! The story being told, and runs that leave with one.

use tightrope_core::config::RunConfig;

use super::{Model, RunView, Speed};
use crate::{
    lab::{Added, RunKey},
    story::{Page, Story},
};

/// A story being told.
#[derive(Debug)]
pub struct Telling {
    /// The story.
    pub story: &'static Story,
    /// Index of the open page.
    pub page: usize,
    /// Its runs, in story order.
    pub runs: Vec<RunKey>,
    /// Settings of runs that have not come in yet.
    pub(in crate::gui) awaited: Vec<RunConfig>,
    /// Training speed before the story.
    pub(in crate::gui) speed: Speed,
}

/// State of a run that a story has set aside, restored after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Whether it was hidden.
    pub hidden: bool,
    /// Whether it was running.
    pub running: bool,
}

impl Telling {
    /// A story at its first page, with all runs yet to come in.
    pub fn new(story: &'static Story, awaited: Vec<RunConfig>, speed: Speed) -> Self {
        Self {
            story,
            page: 0,
            runs: Vec::new(),
            awaited,
            speed,
        }
    }

    /// The open page.
    pub fn page(&self) -> &'static Page {
        &self.story.pages[self.page.min(self.story.pages.len() - 1)]
    }

    /// Whether runs have yet to come in.
    pub fn is_starting(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Index in the story of an incoming run, if it belongs to the story.
    pub fn takes(&mut self, added: &Added) -> Option<usize> {
        take_one(&mut self.awaited, added).then(|| {
            self.runs.push(added.key);
            self.runs.len() - 1
        })
    }

    /// Stops waiting for runs.
    pub fn give_up(&mut self) {
        self.awaited.clear();
    }
}

impl Model {
    /// Runs of the story being told, in story order.
    pub fn told(&self) -> Vec<&RunView> {
        let keys = self.telling.iter().flat_map(|telling| &telling.runs);
        keys.filter_map(|&key| self.run(key)).collect()
    }
}

/// Runs on their way out. The lab releases a run only after its last iteration, so this takes a
/// while.
#[derive(Debug, Default)]
pub struct Exits {
    /// Runs, each with the last request to it.
    pub(in crate::gui) going: Vec<(RunKey, Told)>,
    /// Settings of runs that were requested, have not come in, and are no longer wanted.
    unwanted: Vec<RunConfig>,
}

/// Last request to a run on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing yet.
    Nothing,
    /// To stop.
    ToStop,
    /// To leave the list.
    ToLeave,
}

impl Exits {
    /// Sends a run out.
    pub fn send(&mut self, key: RunKey) {
        self.going.push((key, Told::Nothing));
    }

    /// Whether a run is on its way out.
    pub fn has(&self, key: RunKey) -> bool {
        self.going.iter().any(|(going, _)| *going == key)
    }

    /// Sends runs out as soon as they come in.
    pub fn expect(&mut self, configs: Vec<RunConfig>) {
        self.unwanted.extend(configs);
    }

    /// Sends an incoming run out if it is no longer wanted, and returns whether it did.
    pub fn takes(&mut self, added: &Added) -> bool {
        let is_taken = take_one(&mut self.unwanted, added);
        if is_taken {
            self.send(added.key);
        }
        is_taken
    }
}

/// Removes the settings that a run was started with, and returns whether they were there.
fn take_one(configs: &mut Vec<RunConfig>, added: &Added) -> bool {
    let Some(own) = &added.history.config else {
        return false;
    };
    // Each device has its own crossover, which a run writes into its settings.
    let is_own = |config: &RunConfig| {
        RunConfig {
            crossover: config.crossover,
            ..own.clone()
        } == *config
    };
    let place = configs.iter().position(is_own);
    place.map(|place| configs.swap_remove(place)).is_some()
}
