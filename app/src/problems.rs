//! Gathering what is wrong, so that it is said once and all together.

use tightrope_core::config::RunConfig;
use tightrope_core::error::{Error, Result};
use tightrope_core::method::MethodSpec;

/// What `make` gives for every method; a problem all share is said once, others with the method they concern.
pub fn every(
    specs: &[MethodSpec],
    problems: &mut Vec<String>,
    make: impl Fn(&MethodSpec) -> Result<RunConfig>,
) -> Vec<RunConfig> {
    let results: Vec<(String, Result<RunConfig>)> = specs
        .iter()
        .map(|spec| (spec.to_string(), make(spec)))
        .collect();
    let wrong: Vec<(&str, Vec<String>)> = results
        .iter()
        .filter_map(|(name, result)| Some((name.as_str(), lines(result.as_ref().err()?))))
        .collect();
    for (name, of_one) in &wrong {
        for line in of_one {
            let shared =
                wrong.len() == specs.len() && wrong.iter().all(|(_, other)| other.contains(line));
            let line = if shared {
                line.clone()
            } else {
                format!("{name}: {line}")
            };
            if !problems.contains(&line) {
                problems.push(line);
            }
        }
    }
    results
        .into_iter()
        .filter_map(|(_, result)| result.ok())
        .collect()
}

/// An error's lines.
pub fn lines(error: &Error) -> Vec<String> {
    match error {
        Error::Settings(lines) => lines.clone(),
        other => vec![other.to_string()],
    }
}

/// `result`, unless there were problems before it; then all of them.
pub fn collect<T>(mut problems: Vec<String>, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(Error::Settings(problems)),
        Err(error) if problems.is_empty() => Err(error),
        Err(error) => {
            problems.extend(lines(&error));
            Err(Error::Settings(problems))
        }
    }
}
