//! A D too thin to judge: G collapses onto a few modes.

use super::{Condition, Page, Part, Story};
use tightrope_core::event::Verdict;

pub(super) static STORY: Story = Story {
    name: "weak",
    title: "Too weak: collapse",
    question: "What happens when the judge sees too little?",
    preset: "spiral",
    methods: &["sdst-rigl:balance", "sdst-rigl:strong"],
    settings: &["iterations=2000"],
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
            title: "BR near 1",
            text: &[
                "A thin D barely tells real from fake. One step of G closes the whole gap, or more: BR is near 1 and \
                 wild. The judge is fooled by anything, so it teaches nothing.",
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
                "The second D has four times the weights, and its G goes along the spiral mode by mode.",
                "Look at its verdict: often \"D too strong\". The band of this preset, 0.45 to 0.55, is narrow, and BR \
                 below it did no harm here.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("If the slider is in the past, press End to follow again."),
            until: Condition::Modes(1, 18),
        },
        Page {
            title: "What to take home",
            text: &[
                "Over five seeds D at 5 % ended with 1.8 of 24 modes (1 to 3), D at 20 % with 24 in every one.",
                "BR warned of it: 0.87 against 0.35. It does not always. On the ring, D at 5 % has BR in its band half \
                 of the time and ends with 0 of 8 modes. Look at samples too.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
