//! Explanations of evaluations and classes.

use super::{Entry, entry};

pub const CLASS: Entry = entry(
    "class",
    "A kind of image that the dataset names, such as sneaker. A generator trained on classes takes a class together \
     with z. The choice \"all classes\" shows ten rows, each of one class.",
    "sample = G(z, class)",
);

pub const FID: Entry = entry(
    "FID",
    "Fr\u{E9}chet Inception Distance: the distance between samples and real images as two clouds of features of the \
     Inception network. Lower is better. Compare it only under one protocol and with at least 2048 samples. With \
     another network, the distance has that network's name and is not FID.",
    "|m1 \u{2212} m2|\u{B2} + tr(S1 + S2 \u{2212} 2 (S1 S2)^\u{BD}), of 2048 features",
);

pub const INCEPTION_SCORE: Entry = entry(
    "IS",
    "Inception Score: high if Inception is sure what each sample shows and the samples show many things. Higher is \
     better. It uses no real images.",
    "exp(mean KL(p(y|x), p(y))), ten parts",
);

pub const KID: Entry = entry(
    "KID",
    "Kernel Inception Distance: like FID, but without the assumption that features are Gaussian and without bias for \
     few samples. Lower is better. Near 0 it may be negative.",
    "mean k(x, x') + k(y, y') \u{2212} 2 k(x, y), k(a, b) = (a\u{B7}b / 2048 + 1)\u{B3}",
);

pub const PRECISION_RECALL: Entry = entry(
    "precision, recall",
    "Precision: the share of samples that look like some real image. Recall: the share of real images that some sample \
     looks like. Few modes mean a low recall. Higher is better for both.",
    "within the ball around a feature that reaches to its 5th neighbour",
);

pub const DENSITY_COVERAGE: Entry = entry(
    "density, coverage",
    "Measures of samples, not of weights. Density: the mean number of balls of real images around a sample. Coverage: \
     the share of real images with a sample in their ball. Outliers mislead both less than precision and recall.",
    "balls reach to the 5th neighbour; density = balls around a sample / 5",
);

pub const PROTOCOL: Entry = entry(
    "protocol",
    "The conditions of an evaluation: network and weights, samples and real images, resize, generator, statistics of \
     batch norm, seed. Compare figures only where all of these but the iteration are the same.",
    "tightrope eval RUN --network inception:FILE",
);
