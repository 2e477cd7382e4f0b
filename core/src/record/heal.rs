//! Ends runs that were killed between their last checkpoint and their end.

use std::path::Path;

use super::{
    Checkpoint, Origin, RunFolder, checkpoint, has_ended, is_in_use, is_run_folder, read_config,
};
use crate::{
    error::Result,
    event::{EndReason, Event},
};

/// Writes the end of a run that has done all of its iterations, unless it is written already or a
/// process may be about to. Returns whether it did. Folders of other runs, and folders that cannot
/// be written, stay as they are.
pub fn heal(run: &Path) -> bool {
    // Elsewhere nothing tells whether a process is training the run.
    cfg!(unix)
        && is_run_folder(run)
        && !has_ended(run)
        && !is_in_use(run)
        && end(run).unwrap_or(false)
}

fn end(run: &Path) -> Result<bool> {
    let total = read_config(run)?.total_iterations();
    let Some((iteration, file)) = checkpoint::list(run)?.pop() else {
        return Ok(false);
    };
    if iteration < total {
        return Ok(false);
    }
    let origin = Origin {
        iteration,
        newest: iteration,
        events: Checkpoint::load(&file)?.events,
    };
    let reason = EndReason::Finished;
    RunFolder::open(run, origin)?.apply(&Event::Ended { iteration, reason })?;
    Ok(true)
}
