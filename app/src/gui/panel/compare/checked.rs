//! What comes of a form: the runs and their estimates, or what is wrong with it.

use std::path::Path;

use tightrope_core::{Problem, config::RunConfig};

use super::form::{DATA, FIELDS, Form};
use crate::estimate::Estimate;

/// What is wrong, by the field it is explained beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The setting's name; empty where no field has it.
    pub key: &'static str,
    /// What is wrong and what would do.
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

/// A form and what comes of it.
pub struct Checked {
    /// The form this was made of.
    pub form: Form,
    /// The runs it asks for; none while anything is wrong.
    pub runs: Vec<RunConfig>,
    /// One for every method: the runs of the first seed.
    pub estimates: Vec<Estimate>,
    /// What is wrong.
    pub problems: Vec<Complaint>,
}

impl Checked {
    /// Resolves and checks everything.
    pub fn new(form: &Form) -> Self {
        let (mut runs, mut problems) = match form.runs() {
            Ok(runs) => (runs, Vec::new()),
            Err(error) => (
                Vec::new(),
                error.into_problems().iter().map(Complaint::of).collect(),
            ),
        };
        let path = form.path.trim();
        // Where files cannot be looked for, opening them says what is wrong.
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

    /// What is wrong with the setting of this name.
    pub fn wrong(&self, key: &str) -> impl Iterator<Item = &str> {
        let of_key = self.problems.iter().filter(move |p| p.key == key);
        of_key.map(|problem| problem.text.as_str())
    }
}
