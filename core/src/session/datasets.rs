//! Datasets in memory, shared by runs that learn from the same data.

use std::sync::{Arc, Weak};

use crate::{
    Result,
    config::{DataConfig, RunConfig},
    data::{self, Dataset},
    progress::Progress,
};

/// Datasets of the current runs. Each is freed with the last run that needs it.
#[derive(Clone, Default)]
pub struct Datasets(Vec<(DataConfig, Weak<Dataset>)>);

impl Datasets {
    /// The dataset that these settings name, read only if it is not in memory yet.
    ///
    /// # Errors
    /// When the data cannot be read, or `progress` cancels.
    pub fn open(&mut self, config: &DataConfig, progress: &dyn Progress) -> Result<Arc<Dataset>> {
        let mut known = self.0.iter().filter(|(known, _)| is_same(known, config));
        if let Some(dataset) = known.find_map(|(_, dataset)| dataset.upgrade()) {
            return Ok(dataset);
        }
        let dataset = Arc::new(data::open_watched(config, progress)?);
        self.keep(config, &dataset);
        Ok(dataset)
    }

    /// The settings of several runs, each with its dataset.
    ///
    /// # Errors
    /// When the data cannot be read, or `progress` cancels.
    pub fn open_all(
        &mut self,
        configs: Vec<RunConfig>,
        progress: &dyn Progress,
    ) -> Result<Vec<(RunConfig, Arc<Dataset>)>> {
        let with_data = |config: RunConfig| {
            let dataset = self.open(&config.data, progress)?;
            Ok((config, dataset))
        };
        configs.into_iter().map(with_data).collect()
    }

    /// Remembers a dataset that was read elsewhere.
    pub fn keep(&mut self, config: &DataConfig, dataset: &Arc<Dataset>) {
        self.0.retain(|(_, known)| known.strong_count() > 0);
        self.0.push((config.clone(), Arc::downgrade(dataset)));
    }
}

/// Whether two runs read the same pixels. Flips do not matter: they are made batch by batch.
fn is_same(a: &DataConfig, b: &DataConfig) -> bool {
    (&a.source, a.side, a.limit) == (&b.source, b.side, b.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_read_once_and_go_with_their_last_run() {
        let config = |flip, limit| DataConfig {
            source: "shapes".into(),
            side: 16,
            flip,
            limit,
            memory: 0,
        };
        let mut datasets = Datasets::default();
        let first = datasets.open(&config(false, 100), &()).unwrap();
        let second = datasets.open(&config(true, 100), &()).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let other = datasets.open(&config(false, 200), &()).unwrap();
        assert!(!Arc::ptr_eq(&first, &other));
        let weak = Arc::downgrade(&first);
        drop((first, second));
        assert!(weak.upgrade().is_none());
        assert_eq!(datasets.open(&config(false, 100), &()).unwrap().len(), 100);
    }
}
