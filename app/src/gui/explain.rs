//! Every term of the window in plain words with its formula.

mod judged;

use egui::{Response, RichText, Ui};

/// A term the window uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// BR.
    BalanceRatio,
    /// The band BR should stay in.
    TargetBand,
    /// The balance in a word.
    Verdict,
    /// Density in general.
    Density,
    /// The generator's density.
    DensityG,
    /// The discriminator's density.
    DensityD,
    /// Mask.
    Mask,
    /// Active weights.
    Active,
    /// Magnitude of weights.
    Magnitude,
    /// Drop and grow.
    DropGrow,
    /// A density raised.
    Raise,
    /// A density lowered.
    Lower,
    /// A stage of a run that prunes.
    Stage,
    /// Erdos-Renyi-Kernel densities.
    Erk,
    /// Losses.
    Losses,
    /// Discriminator steps per generator step.
    NCritic,
    /// Samples of the averaged generator.
    Averaged,
    /// Exponential moving average.
    Ema,
    /// Sparse exponential moving average.
    Sema,
    /// Modes covered.
    Modes,
    /// Frechet distance on random features.
    Frechet,
    /// Exploration rate.
    Exploration,
    /// The discriminator's score over the plane.
    Score,
    /// Where samples are pushed.
    Push,
    /// Training FLOPs.
    Flops,
    /// The generator's input.
    Latent,
    /// Classes of images.
    Class,
    /// Frechet Inception Distance.
    Fid,
    /// Inception Score.
    InceptionScore,
    /// Kernel Inception Distance.
    Kid,
    /// Precision and recall of samples.
    PrecisionRecall,
    /// Density and coverage of samples.
    DensityCoverage,
    /// How figures came about.
    Protocol,
}

/// A term's name, what it means, and its formula.
struct Entry {
    name: &'static str,
    words: &'static str,
    formula: &'static str,
}

const fn entry(name: &'static str, words: &'static str, formula: &'static str) -> Entry {
    Entry {
        name,
        words,
        formula,
    }
}

impl Term {
    /// All there are.
    pub const ALL: [Self; 33] = [
        Self::BalanceRatio,
        Self::TargetBand,
        Self::Verdict,
        Self::Density,
        Self::DensityG,
        Self::DensityD,
        Self::Mask,
        Self::Active,
        Self::Magnitude,
        Self::DropGrow,
        Self::Raise,
        Self::Lower,
        Self::Stage,
        Self::Erk,
        Self::Losses,
        Self::NCritic,
        Self::Averaged,
        Self::Ema,
        Self::Sema,
        Self::Modes,
        Self::Frechet,
        Self::Exploration,
        Self::Score,
        Self::Push,
        Self::Flops,
        Self::Latent,
        Self::Class,
        Self::Fid,
        Self::InceptionScore,
        Self::Kid,
        Self::PrecisionRecall,
        Self::DensityCoverage,
        Self::Protocol,
    ];

    fn entry(self) -> Entry {
        match self {
            Self::BalanceRatio => entry(
                "balance ratio, BR",
                "How much of the gap between real and fake one generator step closes in the eyes of the discriminator. \
                 Near 0 the discriminator is too strong to be fooled, near 1 too weak to teach. Taken over a window of \
                 the latest probes.",
                "BR = (D(G'(z)) \u{2212} D(G(z))) / (D(x) \u{2212} D(G(z))), G' after the step",
            ),
            Self::TargetBand => entry(
                "target band",
                "Where the balance ratio should be. Above it ADAPT raises d_D, below it ADAPT lowers d_D.",
                "br_low < BR < br_high",
            ),
            Self::Verdict => entry(
                "verdict",
                "The balance ratio in words, by where it lies to the target band. A discriminator that answers the \
                 same to everything is dead.",
                "BR \u{2264} br_low: D too strong; BR \u{2265} br_high: D too weak",
            ),
            Self::Density => entry(
                "density",
                "The share of the weights a mask covers that are active.",
                "d = active / maskable",
            ),
            Self::DensityG => entry(
                "d_G",
                "The density of the generator: the share of its maskable weights that are active.",
                "d_G = active of G / maskable of G",
            ),
            Self::DensityD => entry(
                "d_D",
                "The density of the discriminator: the share of its maskable weights that are active. ADAPT moves it to \
                 keep the balance.",
                "d_D = active of D / maskable of D",
            ),
            Self::Mask => entry(
                "mask",
                "Which weights of a layer take part: 1 where a weight is active, 0 where it is held at zero.",
                "w = mask \u{00D7} w",
            ),
            Self::Active => entry(
                "active",
                "Weights that the mask lets take part; only they are computed with and trained.",
                "active = sum(mask)",
            ),
            Self::Magnitude => entry(
                "magnitude",
                "The size of a weight without its sign. The smallest active ones are dropped first.",
                "|w|",
            ),
            Self::DropGrow => entry(
                "drop and grow",
                "The active weights of least magnitude are dropped and as many inactive ones grown, at random or where \
                 the gradient is largest. The density stays.",
                "dropped = grown = drop fraction \u{00D7} active",
            ),
            Self::Raise => entry(
                "raise",
                "Inactive weights with the largest gradients become active, until the higher density is reached.",
                "d \u{2190} min(d + density_step, d_max)",
            ),
            Self::Lower => entry(
                "lower",
                "Active weights of least magnitude become inactive, until the lower density is reached.",
                "d \u{2190} max(d \u{2212} density_step, d_min)",
            ),
            Self::Stage => entry(
                "stage",
                "Methods that prune a trained network train it dense first; each pruning begins another stage, with masks \
                 that stay. Lines on the timelines mark where.",
                "kept = floor(d \u{00D7} maskable weights), those of the greatest |w|",
            ),
            Self::Erk => entry(
                "ERK",
                "Erd\u{0151}s-R\u{00E9}nyi-Kernel: how the active weights are shared among the layers at the start. \
                 Small layers get a higher density than large ones.",
                "density of a layer \u{221D} sum(shape) / product(shape), at most 1",
            ),
            Self::Losses => entry(
                "losses",
                "What each player minimises. The two pull against each other, so neither need fall.",
                "hinge: L_D = mean(max(0, 1 \u{2212} D(x))) + mean(max(0, 1 + D(G(z)))), L_G = \u{2212}mean(D(G(z)))",
            ),
            Self::NCritic => entry(
                "n_critic",
                "How many steps the discriminator takes for each step of the generator.",
                "one iteration = n_critic D steps + 1 G step",
            ),
            Self::Averaged => entry(
                "averaged",
                "A running average of the generator's weights, which makes steadier samples than the weights of one \
                 moment. Raw samples come from the generator as it is.",
                "average \u{2190} decay \u{00D7} average + (1 \u{2212} decay) \u{00D7} w",
            ),
            Self::Ema => entry(
                "EMA",
                "Exponential moving average of the generator's weights; dropped weights leave it.",
                "average \u{2190} mask \u{00D7} (decay \u{00D7} average) + (1 \u{2212} decay) \u{00D7} w",
            ),
            Self::Sema => entry(
                "SEMA",
                "Sparse EMA, as STU-GAN does it: an EMA that newly grown weights enter with their own value instead \
                 of rising from zero.",
                "average \u{2190} w where newly grown, else as EMA",
            ),
            Self::Modes => entry(
                "modes",
                "The clusters of the real data that the samples reach. Few modes mean collapse: the generator \
                 makes only some of what there is.",
                "covered: at least 1 % of the samples within the mode's radius",
            ),
            Self::Frechet => entry(
                "Fr\u{E9}chet distance",
                "How far the samples are from the real images, on the features of a small fixed random network. \
                 Lower is better. It is not FID and compares only within one dataset.",
                "|m1 \u{2212} m2|\u{B2} + tr(S1 + S2 \u{2212} 2 (S1 S2)^\u{BD})",
            ),
            Self::Exploration => entry(
                "exploration",
                "The share of weights that have been active at any time: what dynamic sparsity has tried (ITOP).",
                "ever active / maskable",
            ),
            Self::Score => entry(
                "score",
                "The discriminator's opinion of every point of the plane: the higher, the more real it takes a sample \
                 there to be. Blue is above the middle of the scale, orange below, each as strong as the score is far.",
                "D(x); middle of the scale: 0, for the Wasserstein loss the mean",
            ),
            Self::Push => entry(
                "push",
                "Where the generator is pushed: at each sample, the direction in which its loss falls fastest. A \
                 longer arrow is a stronger push, up to the strongest tenth; where D is flat it teaches nothing. The \
                 averaged generator is not trained itself: its arrows say how D sees its samples.",
                "\u{2212}\u{2202}L_G / \u{2202}x at x = G(z); for the hinge loss the slope of D",
            ),
            Self::Flops => entry(
                "training FLOPs",
                "The arithmetic that training has taken at the densities it had, in multiply-adds: every pass, the \
                 probes, and gradients at inactive weights where an update grows by them. Else inactive weights cost \
                 nothing.",
                "sum over layers, passes and images of active weights \u{00D7} output pixels",
            ),
            Self::Latent => entry(
                "latent z",
                "The random numbers a generator makes a sample from. The same z is kept, so that samples can be \
                 compared over time and between runs.",
                "z ~ N(0, 1), sample = G(z)",
            ),
            Self::Class => judged::CLASS,
            Self::Fid => judged::FID,
            Self::InceptionScore => judged::INCEPTION_SCORE,
            Self::Kid => judged::KID,
            Self::PrecisionRecall => judged::PRECISION_RECALL,
            Self::DensityCoverage => judged::DENSITY_COVERAGE,
            Self::Protocol => judged::PROTOCOL,
        }
    }

    /// The term itself.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    fn show(self, ui: &mut Ui) {
        let entry = self.entry();
        ui.set_max_width(380.0);
        ui.label(RichText::new(entry.name).strong());
        ui.label(entry.words);
        ui.label(RichText::new(entry.formula).monospace());
    }
}

/// Explains a term while the pointer is on what names it.
pub fn explained(response: Response, term: Term) -> Response {
    response.on_hover_ui(|ui| term.show(ui))
}

/// All terms, one under the other; each opens to its explanation.
pub fn glossary(ui: &mut Ui) {
    for term in Term::ALL {
        ui.collapsing(term.name(), |ui| term.show(ui));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;

    #[test]
    fn every_term_has_a_name_of_its_own_a_sentence_and_a_formula() {
        let mut names = HashSet::new();
        for term in Term::ALL {
            let entry = term.entry();
            assert!(names.insert(entry.name), "{term:?}");
            let is_sentence = entry.words.ends_with('.') && !entry.words.contains("  ");
            assert!(is_sentence && !entry.formula.is_empty(), "{term:?}");
        }
    }

    #[test]
    fn the_pointer_brings_the_explanation() {
        let mut harness = Harness::new_ui(|ui| {
            explained(ui.label("d_D 0.20"), Term::DensityD);
        });
        let formula = Term::DensityD.entry().formula;
        assert!(harness.query_by_label(formula).is_none());
        harness.get_by_label("d_D 0.20").hover();
        harness.run_steps(8);
        harness.get_by_label(formula);
    }
}
