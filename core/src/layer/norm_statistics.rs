//! Statistics that batch norm applies to generated samples.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::net::View;

/// Statistics that batch norm applies to samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormStatistics {
    /// The statistics of each batch of `norm_batch`, as ADAPT does.
    #[default]
    Batch,
    /// The running statistics of training, as in GAN tickets and STU-GAN's SNGAN: no sample depends
    /// on another.
    Running,
}

impl NormStatistics {
    /// Name of the statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Running => "running",
        }
    }

    /// The view of a net that uses these statistics.
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
                format!("'{text}' is not a kind of batch norm statistics; choose batch or running")
            })
    }
}
