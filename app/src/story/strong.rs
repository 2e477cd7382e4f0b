//! A dense, fast D on separated modes: G finds no way forward until D loses weights.

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
                "This is the ring again, but D is dense, takes three steps for each step of G and learns twice as \
                 fast. G has 20 % of its weights.",
                "Both runs start alike. The first keeps D as it is; the second may change d_D, the density of D.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(60),
        },
        Page {
            title: "BR near 0",
            text: &[
                "D tells real from fake without doubt. One step of G closes almost none of the gap, so BR is 0.00. G \
                 hears \"wrong\" but never \"warmer\".",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::DTooStrong),
        },
        Page {
            title: "A sparser D",
            text: &[
                "BR is below its band, so DDA lowers d_D: every 25 iterations it drops the smallest weights of D. \
                 Watch d_D fall in steps.",
            ],
            look: Some(Part::Timelines),
            attempt: Some(
                "Pause with Space and point at a step of d_D to see how many weights were dropped.",
            ),
            until: Condition::Moved(1, MaskChange::Lower),
        },
        Page {
            title: "Modes come back",
            text: &[
                "With a sparser D, G can close the gap again: BR rises from 0, and the second G spreads over the ring. \
                 The first G stays on the few modes it has.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Modes(1, 4),
        },
        Page {
            title: "Summary",
            text: &[
                "On each of five seeds, G ended with one of 8 modes under the dense D. With DDA it ended with 5.8 (3 \
                 to 8).",
                "Never trust one number: in the collapsed runs all samples lie on a mode, with DDA 76 %. The collapsed \
                 runs are very good at very little.",
                "This failure comes from the start: modes far apart and D far ahead. On other data, a dense D is fine.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
