//! By what batch norm normalises generated samples.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::net::View;

/// What batch norm normalises samples by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormStatistics {
    /// The statistics of each batch of `norm_batch`, as ADAPT does.
    #[default]
    Batch,
    /// The running statistics of training, as GAN tickets and STU-GAN's SNGAN do: no sample depends on another.
    Running,
}

impl NormStatistics {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Running => "running",
        }
    }

    /// How a net is read for it.
    pub(crate) fn view(self) -> View {
        match self {
            Self::Batch => View::Frozen,
            Self::Running => View::Running,
        }
    }
}

impl FromStr for NormStatistics {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Batch, Self::Running]
            .into_iter()
            .find(|statistics| statistics.name() == text)
            .ok_or_else(|| {
                format!("'{text}' are no statistics of batch norm; there are batch and running")
            })
    }
}
