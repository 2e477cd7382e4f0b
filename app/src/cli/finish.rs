//! The last lines of a training command.

use std::process::ExitCode;

use anyhow::Result;

use super::{
    drive::Outcome,
    output::{complain, say},
};
use crate::interruption::INTERRUPTED;

/// Tells the user how to continue after an interruption or a failure.
pub fn tell(outcome: &Outcome) -> Result<ExitCode> {
    for failure in &outcome.failures {
        complain(format_args!("error: {failure}"));
    }
    for folder in &outcome.interrupted {
        say(format_args!(
            "interrupted; continue with `tightrope train --resume {}`",
            folder.display()
        ))?;
    }
    Ok(if outcome.stopped {
        ExitCode::from(INTERRUPTED)
    } else if outcome.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
