//! Kinds of exports, by the names that command line and window share.

use serde::{Deserialize, Serialize};

/// A kind of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The report as an HTML page.
    Report,
    /// Statistics and events as CSV tables.
    Csv,
    /// Statistics and events as JSON lines.
    Jsonl,
    /// Samples of one iteration.
    Samples,
    /// Samples through time, as a GIF.
    Gif,
    /// Samples through time in full colour, as an animated PNG.
    Apng,
    /// The whole run folder.
    Run,
    /// The latest checkpoint.
    Checkpoint,
    /// The generator's tensors and masks.
    Generator,
    /// The generator in compressed sparse rows.
    Csr,
    /// The settings.
    Settings,
}

impl What {
    /// Every kind.
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

    /// The name on the command line, the title in the window, and a description.
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

    /// The name on the command line.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn name(self) -> &'static str {
        self.words()[0]
    }

    /// The title in the window.
    pub fn title(self) -> &'static str {
        self.words()[1]
    }

    /// A description in one line.
    pub fn about(self) -> &'static str {
        self.words()[2]
    }

    /// Whether the export reads a checkpoint.
    pub fn needs_checkpoint(self) -> bool {
        matches!(
            self,
            Self::Run | Self::Checkpoint | Self::Generator | Self::Csr
        )
    }
}
