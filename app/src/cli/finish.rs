//! The last lines of a training command.

use std::process::ExitCode;

use anyhow::Result;

use super::drive::Outcome;

/// Says how to go on after an interruption or a failure.
pub fn say(outcome: &Outcome) -> Result<ExitCode> {
    for failure in &outcome.failures {
        eprintln!("error: {failure}");
    }
    if outcome.interrupted {
        for folder in &outcome.folders {
            println!(
                "interrupted; go on with: tightrope train --resume {}",
                folder.display()
            );
        }
        return Ok(ExitCode::from(130));
    }
    Ok(if outcome.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
