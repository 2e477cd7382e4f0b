//! Evaluations of runs: anybody may write them down at any time, such as `tightrope eval --follow` beside a run that trains.

use std::{collections::HashMap, time::Duration};

use tightrope_core::record::{evaluations_size, read_evaluations};
use web_time::Instant;

use super::{Lab, Reply, RunKey};

/// Time between two looks.
const APART: Duration = Duration::from_secs(3);

/// How far evaluations are known.
#[derive(Default)]
pub(super) struct Judged {
    looked: Option<Instant>,
    /// Size of what was read last.
    sizes: HashMap<RunKey, u64>,
}

impl Lab {
    /// How long somebody who has nothing else to do waits before [`Self::look_for_evaluations`]; `None` while there are
    /// no runs.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn leisure(&self) -> Option<Duration> {
        (!self.places.is_empty()).then_some(APART)
    }

    /// Tells of evaluations that were written since the last look; right after that it costs nothing.
    pub fn look_for_evaluations(&mut self) {
        let looked = self.judged.looked;
        if looked.is_some_and(|looked| looked.elapsed() < APART) {
            return;
        }
        self.judged.looked = Some(Instant::now());
        (0..self.places.len()).for_each(|index| self.look_at(RunKey(index)));
    }

    /// Tells of a run's evaluations, unless they are known already.
    pub(super) fn look_at(&mut self, key: RunKey) {
        let Ok(place) = self.place(key) else {
            return;
        };
        let folder = place.folder.clone();
        let size = evaluations_size(&folder);
        if self.judged.sizes.insert(key, size).unwrap_or(0) == size {
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
