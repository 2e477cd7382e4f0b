//! A D too thin to judge: G collapses onto a few modes.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::Verdict;

pub(super) static STORY: Story = Story {
    name: "weak",
    title: "Too weak: collapse",
    question: "What happens when the judge sees too little?",
    preset: "spiral",
    methods: &["sdst-rigl:balance", "sdst-rigl:strong"],
    settings: &[("iterations", "2000")],
    pages: &[
        Page {
            title: "5 % against 100 %",
            text: &[
                "The real points lie in 24 modes along a spiral. Both runs start with the same G, which has 5 % of its \
                 weights and explores which ones.",
                "In the first run D has 5 % of its weights too. In the second D is dense. Neither density ever changes.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Iteration(80),
        },
        Page {
            title: "BR above its band",
            text: &[
                "A thin D barely tells real from fake. One step of G closes half of the gap or more: BR is above its \
                 band, 0.15 to 0.3, and wild. A judge so easily fooled teaches little.",
            ],
            look: Some(Part::Beam),
            attempt: None,
            until: Condition::Verdict(0, Verdict::DTooWeak),
        },
        Page {
            title: "Collapse",
            text: &[
                "G runs to wherever this D looks last, and D follows too late. The first run's points gather in a few \
                 places and wander. That is mode collapse.",
            ],
            look: Some(Part::Samples),
            attempt: Some(
                "Drag the slider slowly from left to right and follow the first run's points.",
            ),
            until: Condition::Back,
        },
        Page {
            title: "Enough to judge by",
            text: &[
                "The second D has twenty times the weights, and its G goes along the spiral mode by mode.",
                "BR stays in its band most of the time, or a little below. Below the band is a fact about BR, not a \
                 judgement of the samples.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("If the slider is in the past, press End to follow again."),
            until: Condition::Modes(1, 16),
        },
        Page {
            title: "What to take home",
            text: &[
                "Over five seeds D at 5 % ended with 2.2 of 24 modes (1 to 4), the dense D with 20.6 (19 to 22).",
                "BR warned of it: 0.54 against 0.17, with a band of 0.15 to 0.3. It does not always warn. Look at \
                 samples too.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
