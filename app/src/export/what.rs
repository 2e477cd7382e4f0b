//! What can be taken away, by the names that command line and window share.

use serde::{Deserialize, Serialize};

/// Something that can be taken away from runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The comparison as a page.
    Report,
    /// Numbers as tables.
    Csv,
    /// Numbers as lines.
    Jsonl,
    /// Samples of one moment.
    Samples,
    /// Samples through time.
    Gif,
    /// The same in all colours.
    Apng,
    /// The whole run folder.
    Run,
    /// The latest checkpoint.
    Checkpoint,
    /// The generator's tensors and masks.
    Generator,
    /// The generator in compressed rows.
    Csr,
    /// The settings.
    Settings,
}

impl What {
    /// All there are.
    #[cfg(not(target_arch = "wasm32"))]
    pub const ALL: [Self; 11] = [
        Self::Report,
        Self::Csv,
        Self::Jsonl,
        Self::Samples,
        Self::Gif,
        Self::Apng,
        Self::Run,
        Self::Checkpoint,
        Self::Generator,
        Self::Csr,
        Self::Settings,
    ];

    /// Its name on the command line, its title in the window, and a line about it.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Report => [
                "report",
                "Report (HTML)",
                "one page over all the runs: verdicts, samples, timelines, tables, settings",
            ],
            Self::Csv => [
                "csv",
                "Numbers (CSV)",
                "two tables over all the runs, statistics and events, named as in stats.jsonl and events.jsonl",
            ],
            Self::Jsonl => [
                "jsonl",
                "Numbers (JSONL)",
                "the same as JSON, one statistic or event a line",
            ],
            Self::Samples => ["samples", "Samples (PNG)", "a run's samples at one moment"],
            Self::Gif => [
                "gif",
                "Samples through time (GIF)",
                "every moment the run folder has, 256 colours a frame",
            ],
            Self::Apng => [
                "apng",
                "Samples through time (APNG)",
                "every moment the run folder has, in all colours",
            ],
            Self::Run => [
                "run",
                "Whole run (zip)",
                "the run folder with all it holds; dropped on a window or a page elsewhere, it goes on there",
            ],
            Self::Checkpoint => [
                "checkpoint",
                "Checkpoint",
                "everything a run needs to go on; a run that trains writes a new one first",
            ],
            Self::Generator => [
                "generator",
                "Generator (safetensors)",
                "dense tensors under the authors' names, each mask as NAME.mask",
            ],
            Self::Csr => [
                "csr",
                "Generator (CSR safetensors)",
                "each masked weight as NAME.crow_indices, NAME.col_indices and NAME.values",
            ],
            Self::Settings => [
                "settings",
                "Settings (JSON)",
                "config.json as --config and the window take it",
            ],
        }
    }

    /// Its name on the command line.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn name(self) -> &'static str {
        self.words()[0]
    }

    /// Its title in the window.
    pub fn title(self) -> &'static str {
        self.words()[1]
    }

    /// A line about it.
    pub fn about(self) -> &'static str {
        self.words()[2]
    }

    /// Whether it is made from a checkpoint.
    pub fn needs_checkpoint(self) -> bool {
        matches!(
            self,
            Self::Run | Self::Checkpoint | Self::Generator | Self::Csr
        )
    }
}
