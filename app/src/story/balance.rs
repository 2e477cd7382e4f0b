//! Two players of equal size: how balance looks when nothing is wrong.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::Verdict;

pub(super) static STORY: Story = Story {
    name: "balance",
    title: "Balance at work",
    question: "What does a GAN look like when training goes well?",
    preset: "ring",
    methods: &["static", "dda"],
    settings: &[],
    pages: &[
        Page {
            title: "Two players",
            text: &[
                "The generator G turns random numbers into points. The discriminator D scores points: high for real, \
                 low for fake. Each learns from the other.",
                "The real points form eight clusters on a ring, the modes. Both runs start from the same weights. Each \
                 network has 40 % of its weights active.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(60),
        },
        Page {
            title: "The beam is level",
            text: &[
                "The balance ratio (BR) is the share of the gap between real and fake scores that one step of G \
                 closes. Near 0, D cannot be fooled. Near 1, D cannot judge.",
                "While BR is in its target band, here 0.05 to 0.35, the beam is near level and the verdict is \
                 \"balanced\".",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::Balanced),
        },
        Page {
            title: "One player alone",
            text: &[
                "A GAN improves only while both players learn. Pause them and see what one does without the other.",
            ],
            look: Some(Part::Controls),
            attempt: Some(
                "Choose \"raw\" above the samples and press Space to pause. Press G about twenty times: the points \
                 move, but D does not change. Press D: the points stay. Press Space to go on.",
            ),
            until: Condition::Held,
        },
        Page {
            title: "From one lump to eight modes",
            text: &[
                "G first makes one lump, then reaches one mode after another. Meanwhile, BR stays in its band.",
                "The second run may change d_D, the density of D. It has little to correct: d_D ends between 0.40 and \
                 0.45.",
            ],
            look: Some(Part::Timelines),
            attempt: None,
            until: Condition::Modes(0, 6),
        },
        Page {
            title: "Summary",
            text: &[
                "On each of five seeds, both methods found all 8 modes, with BR in its band 93 % and 99 % of the time. \
                 A D of the right density needs no correction.",
                "BR reached its band long before G found the modes. Balance lets G learn; it does not prove that G has \
                 learned.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("Drag the slider back and watch the modes appear again."),
            until: Condition::None,
        },
    ],
};
