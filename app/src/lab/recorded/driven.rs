//! What the command line drives directly: it can wait for data, and asks when all is over.

use std::path::Path;

use tightrope_core::{Result, config::RunConfig, device::Chosen, event::Event, session::RunId};

use super::{super::datasets::Datasets, Recorded, Stored, check_out};

impl Recorded {
    /// [`add_ready`](Self::add_ready), with the data loaded first.
    ///
    /// # Errors
    /// When settings, data or the folder `out` are wrong, or the device fails.
    pub async fn add(
        &mut self,
        configs: Vec<RunConfig>,
        out: &Path,
        chosen: &Chosen,
    ) -> Result<Vec<RunId>> {
        check_out(out)?;
        let mut datasets = Datasets::default();
        let mut ready = Vec::new();
        for config in configs {
            let dataset = datasets.open(&config.data, &())?;
            ready.push((config, dataset));
        }
        self.add_ready(ready, out, chosen).await
    }

    /// [`resume_ready`](Self::resume_ready), with the data loaded first.
    ///
    /// # Errors
    /// When the data or the folder are wrong, or the device fails.
    pub async fn resume(
        &mut self,
        stored: &Stored,
        config: RunConfig,
        changes: Vec<Event>,
        chosen: &Chosen,
    ) -> Result<RunId> {
        let dataset = Datasets::default().open(&config.data, &())?;
        self.resume_ready(stored, config, changes, dataset, chosen)
            .await
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Whether every run has ended.
    pub fn is_over(&self) -> bool {
        self.session.is_over()
    }
}
