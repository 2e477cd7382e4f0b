//! A D too thin again, and a method that notices.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::{MaskChange, Verdict};

pub(super) static STORY: Story = Story {
    name: "rescue",
    title: "ADAPT rescues",
    question: "Can training notice on its own that the judge is too weak?",
    preset: "spiral",
    methods: &["stu-gan", "adapt-strict"],
    settings: &[("iterations", "2000")],
    pages: &[
        Page {
            title: "The same bad start",
            text: &[
                "This is the spiral again. Each network has only 5 % of its weights: the start that led to collapse.",
                "STU-GAN explores G's mask and leaves D alone. ADAPT explores G's mask too, and sets the density of D \
                 by the balance it measures.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(60),
        },
        Page {
            title: "D is too weak",
            text: &[
                "BR lies above its band in both runs. STU-GAN ignores it. ADAPT checks it every 50 iterations.",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(1, Verdict::DTooWeak),
        },
        Page {
            title: "ADAPT raises d_D",
            text: &[
                "Each time BR is at or above 0.3, ADAPT grows weights in D where the gradient is largest. d_D climbs \
                 in steps of 0.1, to 0.5 at most: \"strict\" means this cap.",
            ],
            look: Some(Part::Timelines),
            attempt: Some(
                "Pause with Space and point at a step of d_D to see the BR that caused it.",
            ),
            until: Condition::Moved(1, MaskChange::Raise),
        },
        Page {
            title: "Out of the collapse",
            text: &[
                "With a D that can judge, the second G spreads along the spiral. When BR falls below its band, ADAPT \
                 lowers d_D again: weights that D does not need then cost nothing.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Modes(1, 16),
        },
        Page {
            title: "Summary",
            text: &[
                "Over five seeds, STU-GAN ended with 3.8 of 24 modes (1 to 11), ADAPT with 20.0 (18 to 22).",
                "A D that is dense from the start does as well, at three times the cost. ADAPT's merit is that it \
                 found a sufficient density on its own.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("Drag the slider back to where d_D first rose."),
            until: Condition::None,
        },
    ],
};
