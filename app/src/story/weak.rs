//! A D too thin to judge: G collapses onto a few modes.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::Verdict;

pub(super) static STORY: Story = Story {
    name: "weak",
    title: "Too weak: collapse",
    question: "What happens when the judge has too few weights?",
    preset: "spiral",
    methods: &["sdst-rigl:balance", "sdst-rigl:strong"],
    settings: &[("iterations", "2000")],
    pages: &[
        Page {
            title: "5 % against 100 %",
            text: &[
                "The real points lie in 24 modes along a spiral. Both runs start with the same G: it has 5 % of its \
                 weights and explores which ones to use.",
                "In the first run, D has 5 % of its weights too. In the second, D is dense. The densities never \
                 change.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(80),
        },
        Page {
            title: "BR above its band",
            text: &[
                "A sparse D barely tells real from fake. One step of G closes half of the gap or more, so BR is wild \
                 and above its band, 0.15 to 0.3. A judge so easily fooled teaches little.",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::DTooWeak),
        },
        Page {
            title: "Collapse",
            text: &[
                "G moves to a spot that fools D. D learns the spot late, and G moves to the next. The first run's \
                 points gather in a few places and wander. That is mode collapse.",
            ],
            look: Some(Part::Samples),
            attempt: Some(
                "Drag the slider slowly from left to right and follow the first run's points.",
            ),
            until: Condition::Back,
        },
        Page {
            title: "Enough weights to judge",
            text: &[
                "The second D has twenty times the weights, and its G covers the spiral mode by mode.",
                "BR stays in its band most of the time, or a little below. A BR below its band does not mean that the \
                 samples are bad.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("If the slider is in the past, press End to follow again."),
            until: Condition::Modes(1, 16),
        },
        Page {
            title: "Summary",
            text: &[
                "Over five seeds, G ended with 2.2 of 24 modes (1 to 4) under the D at 5 % and with 20.6 (19 to 22) \
                 under the dense D.",
                "BR warned of the collapse: 0.54 against 0.17, with a band of 0.15 to 0.3. It does not always warn, so \
                 look at the samples too.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
