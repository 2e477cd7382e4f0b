//! Gathering what is wrong, so that it is said once and all together.

use tightrope_core::config::RunConfig;
use tightrope_core::method::MethodSpec;
use tightrope_core::{Error, Problem, Result};

/// What `make` gives for every method; a problem all share is said once, others with the method they concern.
pub fn every(
    specs: &[MethodSpec],
    problems: &mut Vec<Problem>,
    make: impl Fn(&MethodSpec) -> Result<RunConfig>,
) -> Vec<RunConfig> {
    let (mut runs, mut wrong) = (Vec::new(), Vec::new());
    for spec in specs {
        match make(spec) {
            Ok(run) => runs.push(run),
            Err(error) => wrong.push((spec.to_string(), error.into_problems())),
        }
    }
    for (name, of_one) in &wrong {
        for problem in of_one {
            let is_shared = wrong.len() == specs.len()
                && wrong.iter().all(|(_, other)| other.contains(problem));
            let problem = Problem {
                method: (!is_shared).then(|| name.clone()),
                ..problem.clone()
            };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    runs
}

/// `result`, unless there were problems before it; then all of them.
pub fn collect<T>(mut problems: Vec<Problem>, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(Error::Settings(problems)),
        Err(error) if problems.is_empty() => Err(error),
        Err(error) => {
            problems.extend(error.into_problems());
            Err(Error::Settings(problems))
        }
    }
}
