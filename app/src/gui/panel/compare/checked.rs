//! Outcome of a form: the runs and their estimates, or the problems.

use std::path::Path;

use tightrope_core::{Problem, config::RunConfig};

use super::form::{DATA, FIELDS, Form};
use crate::estimate::Estimate;

/// A problem, with the field it is shown beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The setting's name; empty if it has no field.
    pub key: &'static str,
    /// The problem, and values that would do.
    pub text: String,
}

impl Complaint {
    fn of(problem: &Problem) -> Self {
        let keys = FIELDS.iter().map(|field| field.key);
        let field = keys
            .chain([DATA, "methods"])
            .find(|key| *key == problem.key);
        match (field, &problem.method) {
            (Some(key), Some(method)) => Self {
                key,
                text: format!("{method}: {}", problem.text),
            },
            (Some(key), None) => Self {
                key,
                text: problem.text.clone(),
            },
            (None, _) => Self {
                key: "",
                text: problem.to_string(),
            },
        }
    }
}

/// A form and its outcome.
pub struct Checked {
    /// The form that was checked.
    pub form: Form,
    /// Runs it asks for, none if there are problems.
    pub runs: Vec<RunConfig>,
    /// Estimates for the runs of the first seed, one per method.
    pub estimates: Vec<Estimate>,
    /// Problems with the form.
    pub problems: Vec<Complaint>,
}

impl Checked {
    /// Resolves and checks a form.
    pub fn new(form: &Form) -> Self {
        let (mut runs, mut problems) = match form.runs() {
            Ok(runs) => (runs, Vec::new()),
            Err(error) => (
                Vec::new(),
                error.into_problems().iter().map(Complaint::of).collect(),
            ),
        };
        let path = form.path.trim();
        // If a path cannot be queried, opening it reports the problem.
        if !path.is_empty() && matches!(Path::new(path).try_exists(), Ok(false)) {
            runs.clear();
            problems.push(Complaint {
                key: DATA,
                text: format!("{path}: no such file or folder"),
            });
        }
        Self {
            form: form.clone(),
            estimates: runs
                .iter()
                .take(form.methods.len())
                .map(Estimate::of)
                .collect(),
            runs,
            problems,
        }
    }

    /// Problems with the setting of this name.
    pub fn wrong(&self, key: &str) -> impl Iterator<Item = &str> {
        let of_key = self.problems.iter().filter(move |p| p.key == key);
        of_key.map(|problem| problem.text.as_str())
    }
}
