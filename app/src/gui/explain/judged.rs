//! What evaluations and classes are, in words.

use super::{Entry, entry};

pub const CLASS: Entry = entry(
    "class",
    "A kind of image that the data name, such as sneaker. A generator that has learned classes is told one together with \
     z; all classes shows ten rows of a class each.",
    "sample = G(z, class)",
);

pub const FID: Entry = entry(
    "FID",
    "Fr\u{E9}chet Inception Distance: how far samples are from real images in what the Inception network sees of \
     them, as two clouds of features. Lower is better. It compares only under one protocol, and from 2048 samples on. The \
     same distance by another network goes by that network's name and is no FID.",
    "|m1 \u{2212} m2|\u{B2} + tr(S1 + S2 \u{2212} 2 (S1 S2)^\u{BD}), of 2048 features",
);

pub const INCEPTION_SCORE: Entry = entry(
    "IS",
    "Inception Score: whether Inception is sure of what each sample shows, and the samples show many things. Higher is \
     better. It looks at no real image.",
    "exp(mean KL(p(y|x), p(y))), ten parts",
);

pub const KID: Entry = entry(
    "KID",
    "Kernel Inception Distance: as FID without the assumption that features are Gaussian, and without a bias for few \
     samples. Lower is better; around 0 it may be negative.",
    "mean k(x, x') + k(y, y') \u{2212} 2 k(x, y), k(a, b) = (a\u{B7}b / 2048 + 1)\u{B3}",
);

pub const PRECISION_RECALL: Entry = entry(
    "precision, recall",
    "Precision: the share of samples that look like some real image. Recall: the share of real images that some sample \
     looks like. Few modes mean a low recall. Higher is better.",
    "within the ball around a feature that reaches to its 5th neighbour",
);

pub const DENSITY_COVERAGE: Entry = entry(
    "density, coverage",
    "Of samples, not of weights. Density: how many balls of real images a sample lies in, on average. Coverage: the \
     share of real images with a sample in their ball. Less led astray by single odd images than precision and recall.",
    "balls reach to the 5th neighbour; density = balls around a sample / 5",
);

pub const PROTOCOL: Entry = entry(
    "protocol",
    "How figures came about: network and weights, samples and real images, resize, which generator, statistics of batch \
     norm, seed. Figures compare only where all of that is the same but the iteration.",
    "tightrope eval RUN --network inception:FILE",
);
