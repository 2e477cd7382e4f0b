//! Parts of the window, by the names that addresses, menus and stories use.

use std::str::FromStr;

/// A part of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The title bar: name, menus and beams.
    Title,
    /// The beams in the title bar.
    Beam,
    /// An introduction in three sentences.
    Welcome,
    /// The list of runs.
    Runs,
    /// The samples.
    Samples,
    /// The layers of the selected run.
    Layers,
    /// Evaluations of the runs.
    Evaluations,
    /// A sentence about each run.
    Going,
    /// The bar with play, steps and the slider.
    Controls,
    /// The timelines.
    Timelines,
}

impl Part {
    /// Parts the user can hide. A lesson needs its samples, so they stay.
    pub const HIDEABLE: [Self; 9] = [
        Self::Title,
        Self::Beam,
        Self::Welcome,
        Self::Runs,
        Self::Layers,
        Self::Evaluations,
        Self::Going,
        Self::Controls,
        Self::Timelines,
    ];

    /// Parts that an embedded page leaves out.
    pub const NOT_EMBEDDED: [Self; 3] = [Self::Welcome, Self::Runs, Self::Layers];

    /// The name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Beam => "beam",
            Self::Welcome => "welcome",
            Self::Runs => "runs",
            Self::Samples => "samples",
            Self::Layers => "layers",
            Self::Evaluations => "evaluations",
            Self::Going => "going",
            Self::Controls => "controls",
            Self::Timelines => "timelines",
        }
    }

    /// The name in a menu.
    pub fn title(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Beam => "Beams",
            Self::Welcome => "Welcome",
            Self::Runs => "Runs",
            Self::Samples => "Samples",
            Self::Layers => "Layers",
            Self::Evaluations => "Evaluations",
            Self::Going => "How it is going",
            Self::Controls => "Controls",
            Self::Timelines => "Timelines",
        }
    }

    /// The place in the window, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Title => "the title bar, at the top",
            Self::Beam => "the beams, at the top",
            Self::Welcome => "the welcome, below the title bar",
            Self::Runs => "the runs, on the left",
            Self::Samples => "the samples, in the middle",
            Self::Layers => "the layers, on the right",
            Self::Evaluations => "the evaluations, below the samples",
            Self::Going => "the sentences below the samples",
            Self::Controls => "the controls, above the timelines",
            Self::Timelines => "the timelines, at the bottom",
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::HIDEABLE.into_iter().find(|part| part.name() == text);
        found.ok_or_else(|| format!("choose from {}", Self::HIDEABLE.map(Self::name).join(", ")))
    }
}
