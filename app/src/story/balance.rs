//! Two players of a size: what balance looks like when nothing is wrong.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::Verdict;

pub(super) static STORY: Story = Story {
    name: "balance",
    title: "Balance at work",
    question: "What does a GAN look like while it goes well?",
    preset: "ring",
    methods: &["static", "dda"],
    settings: &[],
    pages: &[
        Page {
            title: "Two players",
            text: &[
                "The generator G turns random numbers into points. The discriminator D scores points: high for real, \
                 low for fake. Each learns from the other.",
                "The real points lie in eight clusters, the modes, on a ring. Both runs start from the same weights, \
                 with 40 % of the weights of each network active.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(60),
        },
        Page {
            title: "The beam is level",
            text: &[
                "The balance ratio, BR, is the share of the gap between real and fake scores that one step of G closes. \
                 Near 0 D cannot be fooled; near 1 D is no judge.",
                "Inside its target band, 0.05 to 0.35 here, the beam is near level and the verdict is \"balanced\".",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::Balanced),
        },
        Page {
            title: "One player alone",
            text: &[
                "A GAN only moves forward when both players move. Stop them and see what one does without the other.",
            ],
            look: Some(Part::Controls),
            attempt: Some(
                "Choose \"raw\" above the samples and press Space to pause. Press G some twenty times: the points move, \
                 and the judge does not. Press D: the points stay. Press Space to play on.",
            ),
            until: Condition::Held,
        },
        Page {
            title: "From one lump to eight modes",
            text: &[
                "G first makes one lump, then reaches mode after mode. BR stays in its band meanwhile.",
                "The second run may move d_D, the density of D, but has little to mend: it ends between 0.40 and 0.45.",
            ],
            look: Some(Part::Timelines),
            attempt: None,
            until: Condition::Modes(0, 6),
        },
        Page {
            title: "What to take home",
            text: &[
                "Over five seeds both runs found all 8 modes in every one, with BR in its band 93 % and 99 % of the \
                 time. Where D has the right size, nobody has to move it.",
                "BR was in its band long before the modes were found. Balance lets G learn; it is not yet the result.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("Drag the slider back and watch the modes appear again."),
            until: Condition::None,
        },
    ],
};
