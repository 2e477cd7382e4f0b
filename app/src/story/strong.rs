//! A dense, fast D on separated modes: G gets no way forward, until D is thinned out.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::{MaskChange, Verdict};

pub(super) static STORY: Story = Story {
    name: "strong",
    title: "A discriminator too strong",
    question: "Why is a better judge a worse teacher?",
    preset: "strong",
    methods: &["static", "dda"],
    settings: &[("discriminator.density", "1")],
    pages: &[
        Page {
            title: "An unequal match",
            text: &[
                "The ring again, but D is dense, takes three steps for each of G's and learns twice as fast. G has 20 % \
                 of its weights.",
                "Both runs start alike. The first keeps D as it is; the second may change d_D, the density of D.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(60),
        },
        Page {
            title: "BR near 0",
            text: &[
                "D tells real from fake without doubt, and one step of G closes almost nothing of the gap: BR is 0.00. \
                 From here G hears \"wrong\" but not \"warmer\".",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::DTooStrong),
        },
        Page {
            title: "Thin it out",
            text: &[
                "BR is below its band, so DDA lowers d_D: every 25 iterations it takes the smallest weights out of D. \
                 See d_D fall in steps.",
            ],
            look: Some(Part::Timelines),
            attempt: Some(
                "Pause with Space and point at a step of d_D: it says how many weights went.",
            ),
            until: Condition::Moved(1, MaskChange::Lower),
        },
        Page {
            title: "Modes come back",
            text: &[
                "With a thinner D the gap can be closed again, BR leaves 0, and the second G spreads over the ring. The \
                 first stays on the few modes that it has.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Modes(1, 4),
        },
        Page {
            title: "What to take home",
            text: &[
                "Over five seeds the dense D left G one of 8 modes in every one, the thinned one 5.8 (3 to 8).",
                "Beware of one number: all of the collapsed runs' samples lie on a mode, against 76 %. They are very \
                 good at very little.",
                "This is a failure of the start: modes far apart and D far ahead. On other data a dense D is fine.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
