//! Outcome of typed changes for one run, by the engine's own rules.

use std::collections::BTreeMap;

use tightrope_core::Problem;

use crate::gui::model::RunView;

/// Outcome of typed changes for one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Changes the run will accept, in an order that works.
    pub accepted: Vec<(&'static str, String)>,
    /// Changes it would refuse, with the reasons.
    pub refused: Vec<(&'static str, String)>,
}

impl Plan {
    /// Tries the changes on the run's present settings. One may depend on another, as `br_low`
    /// needs room below `br_high`.
    pub fn new(run: &RunView, typed: &BTreeMap<&'static str, String>) -> Self {
        let mut plan = Self::default();
        let Some(mut settings) = run.history.settings().cloned() else {
            return plan;
        };
        let mut left: Vec<(&'static str, &str)> = typed
            .iter()
            .map(|(&key, text)| (key, text.trim()))
            .collect();
        loop {
            let before = left.len();
            plan.refused.clear();
            left.retain(|&(key, text)| match settings.set_live(key, text) {
                Ok(_) => {
                    plan.accepted.push((key, text.to_owned()));
                    false
                }
                Err(error) => {
                    let problems = error.into_problems().into_iter();
                    let why: Vec<String> = problems.map(|problem| beside(key, problem)).collect();
                    plan.refused.push((key, why.join("; ")));
                    true
                }
            });
            if left.is_empty() || left.len() == before {
                return plan;
            }
        }
    }

    /// Reason a change would be refused.
    pub fn why_not(&self, key: &str) -> Option<&str> {
        let refused = self.refused.iter().find(|(refused, _)| *refused == key);
        refused.map(|(_, why)| why.as_str())
    }
}

/// A problem shown beside its own field need not name the setting.
fn beside(key: &str, problem: Problem) -> String {
    if problem.key == key {
        problem.text
    } else {
        problem.to_string()
    }
}
