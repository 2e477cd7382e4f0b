//! Runs on their way out: stopped, and taken from the list once they have ended.

use tightrope_core::{config::RunConfig, event::Command};

use crate::{
    gui::{action::ask, link::Link, model::Model},
    lab::{Added, Request, RunKey},
};

/// Runs on their way out. The lab lets go of a run only after its last iteration, so this takes a while.
#[derive(Debug, Default)]
pub struct Exits {
    /// Runs, and what they were last told.
    going: Vec<(RunKey, Told)>,
    /// Settings of runs that were asked for, have not come in, and are no longer wanted.
    unwanted: Vec<RunConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    ToStop,
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

    /// Sends runs out that have yet to come in.
    pub fn expect(&mut self, configs: Vec<RunConfig>) {
        self.unwanted.extend(configs);
    }

    /// Whether a run that has come in goes out at once.
    pub fn takes(&mut self, added: &Added) -> bool {
        let is_taken = take_one(&mut self.unwanted, added);
        if is_taken {
            self.send(added.key);
        }
        is_taken
    }
}

/// Takes the settings out that a run was started with, if they are there.
pub fn take_one(configs: &mut Vec<RunConfig>, added: &Added) -> bool {
    let Some(own) = &added.history.config else {
        return false;
    };
    // Each device has a crossover of its own, which a run writes into its settings.
    let is_own = |config: &RunConfig| {
        RunConfig {
            crossover: config.crossover,
            ..own.clone()
        } == *config
    };
    let place = configs.iter().position(is_own);
    place.map(|place| configs.swap_remove(place)).is_some()
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
