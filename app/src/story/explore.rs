//! A G so sparse that its first mask is bad luck; exploration repairs it.

use super::{Condition, Page, Part, Story};

pub(super) static STORY: Story = Story {
    name: "explore",
    title: "STU-GAN's generator explores",
    question: "Does it matter which 3 % of the weights are active?",
    preset: "explore",
    methods: &["static:strong", "stu-gan:strong"],
    settings: &[],
    pages: &[
        Page {
            title: "3 % of a generator",
            text: &[
                "Here G has 3 % of its weights, drawn at random; D is dense. A random mask this sparse can cut most \
                 paths from input to output.",
                "The first run keeps its mask. STU-GAN may change it.",
            ],
            look: Some(Part::Layers),
            attempt: Some("Click a layer of G: most pixels of its mask are empty."),
            until: Condition::Iteration(60),
        },
        Page {
            title: "Drop and grow",
            text: &[
                "Every 50 iterations, STU-GAN drops G's smallest weights, layer by layer, and grows as many where the \
                 gradient is largest. The density stays; the mask changes.",
            ],
            look: Some(Part::Timelines),
            attempt: Some(
                "Click the second run's beam and watch the mask of one layer: colours mark grown and dropped weights.",
            ),
            until: Condition::Explored(1, 0.04),
        },
        Page {
            title: "More than 3 %, over time",
            text: &[
                "\"Exploration\" is the share of weights that have ever been active. It rises to about 7 % for STU-GAN \
                 and stays at 3 % for the first run, at nearly the same cost.",
            ],
            look: Some(Part::Timelines),
            attempt: Some("Switch \"exploration\" on above the timelines."),
            until: Condition::Explored(1, 0.06),
        },
        Page {
            title: "Better weights, more modes",
            text: &[
                "STU-GAN moves G's active weights to where they help, and its samples reach around the ring. The first \
                 run's G is limited to what its mask allows.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::Modes(1, 6),
        },
        Page {
            title: "Summary",
            text: &[
                "Over five seeds, the fixed mask ended with 0.8 of 8 modes (0 to 3), STU-GAN with 7.4 (6 to 8).",
                "The verdict is \"D too strong\" in both runs, so it does not tell them apart. Exploration does not \
                 cure everything: under a D as sparse as G it makes things worse. On the spiral of story 3 \
                 it covers 2 of 24 modes, and a fixed mask 7.",
            ],
            look: Some(Part::Samples),
            attempt: None,
            until: Condition::None,
        },
    ],
};
