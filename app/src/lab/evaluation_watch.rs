//! Watches for evaluations of runs. Another process may write them at any time, e.g.
//! `tightrope eval --follow` beside a training run.

use std::{collections::HashMap, time::Duration};

use tightrope_core::record::{evaluations_size, read_evaluations};
use web_time::Instant;

use super::{Lab, Reply, RunKey};

/// Shortest time between two looks.
const APART: Duration = Duration::from_secs(3);

/// Evaluations the front end already knows.
#[derive(Default)]
pub(super) struct EvaluationWatch {
    looked: Option<Instant>,
    /// Size of each run's evaluation file at the last look.
    sizes: HashMap<RunKey, u64>,
}

impl Lab {
    /// Time an idle host waits before [`Self::look_for_evaluations`]; `None` while the lab has no
    /// runs.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn leisure(&self) -> Option<Duration> {
        (!self.slots.is_empty()).then_some(APART)
    }

    /// Reports evaluations written since the last look. A call soon after the last one does
    /// nothing.
    pub fn look_for_evaluations(&mut self) {
        let looked = self.evaluation_watch.looked;
        if looked.is_some_and(|looked| looked.elapsed() < APART) {
            return;
        }
        self.evaluation_watch.looked = Some(Instant::now());
        (0..self.slots.len()).for_each(|index| self.look_at(RunKey(index)));
    }

    /// Reports a run's evaluations, unless the front end knows them.
    pub(super) fn look_at(&mut self, key: RunKey) {
        let Ok(slot) = self.slot(key) else {
            return;
        };
        let folder = slot.folder.clone();
        let size = evaluations_size(&folder);
        if self.evaluation_watch.sizes.insert(key, size).unwrap_or(0) == size {
            return;
        }
        self.replies.push(match read_evaluations(&folder) {
            Ok(evaluations) => Reply::Evaluations(key, evaluations),
            Err(error) => Reply::Trouble {
                key: None,
                what: error.to_string(),
            },
        });
    }
}

#[cfg(test)]
mod tests;
