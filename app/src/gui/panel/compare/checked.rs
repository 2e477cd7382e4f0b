//! What comes of a form: the runs and their estimates, or what is wrong with it.

use std::path::Path;

use tightrope_core::{config::RunConfig, method::MethodSpec};

use super::form::{DATA, FIELDS, Form};
use crate::{estimate::Estimate, problems::lines};

/// What is wrong, by the field it is explained beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting's name; empty where no field has it.
    pub key: &'static str,
    /// What is wrong and what would do.
    pub text: String,
}

impl Problem {
    fn new(line: &str) -> Self {
        let (method, rest) = match line.split_once(": ") {
            Some((method, rest)) if method.parse::<MethodSpec>().is_ok() => (method, rest),
            _ => ("", line),
        };
        let keys = FIELDS
            .iter()
            .map(|field| field.key)
            .chain([DATA, "methods"]);
        for key in keys {
            if let Some(text) = rest
                .strip_prefix(key)
                .and_then(|rest| rest.strip_prefix(": "))
            {
                let text = match method {
                    "" => text.to_owned(),
                    method => format!("{method}: {text}"),
                };
                return Self { key, text };
            }
        }
        let (key, text) = ("", line.to_owned());
        Self { key, text }
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
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Resolves and checks everything.
    pub fn new(form: &Form) -> Self {
        let (mut runs, mut problems) = match form.runs() {
            Ok(runs) => (runs, Vec::new()),
            Err(error) => (
                Vec::new(),
                lines(&error)
                    .iter()
                    .map(|line| Problem::new(line))
                    .collect(),
            ),
        };
        let path = form.path.trim();
        // Where files cannot be looked for, opening them says what is wrong.
        if !path.is_empty() && matches!(Path::new(path).try_exists(), Ok(false)) {
            runs.clear();
            problems.push(Problem {
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
