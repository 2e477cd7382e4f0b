//! Every term of the window in plain words with its formula.

mod evaluation;

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
                "The share of the gap between real and fake scores that one generator step closes. Near 0, the \
                 discriminator is too strong to be fooled. Near 1, it is too weak to teach. Measured over a window of \
                 the latest probes.",
                "BR = (D(G'(z)) \u{2212} D(G(z))) / (D(x) \u{2212} D(G(z))), G' after the step",
            ),
            Self::TargetBand => entry(
                "target band",
                "The desired range of the balance ratio. ADAPT raises d_D above it and lowers d_D below it.",
                "br_low < BR < br_high",
            ),
            Self::Verdict => entry(
                "verdict",
                "The balance ratio in words: below, in or above its target band. A discriminator that scores \
                 everything alike is dead.",
                "BR \u{2264} br_low: D too strong; BR \u{2265} br_high: D too weak",
            ),
            Self::Density => entry(
                "density",
                "The share of maskable weights that are active.",
                "d = active / maskable",
            ),
            Self::DensityG => entry(
                "d_G",
                "The density of the generator: the share of its maskable weights that are active.",
                "d_G = active of G / maskable of G",
            ),
            Self::DensityD => entry(
                "d_D",
                "The density of the discriminator: the share of its maskable weights that are active. ADAPT changes it \
                 to keep the balance.",
                "d_D = active of D / maskable of D",
            ),
            Self::Mask => entry(
                "mask",
                "A bit for each weight of a layer: 1 where the weight is active, 0 where it is held at zero.",
                "w = mask \u{00D7} w",
            ),
            Self::Active => entry(
                "active",
                "Weights that the mask keeps. Only active weights are computed with and trained.",
                "active = sum(mask)",
            ),
            Self::Magnitude => entry(
                "magnitude",
                "The size of a weight without its sign. The smallest active weights are dropped first.",
                "|w|",
            ),
            Self::DropGrow => entry(
                "drop and grow",
                "An update drops the active weights of least magnitude and grows as many inactive ones, at random or \
                 where the gradient is largest. The density stays.",
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
                "Methods that prune a trained network train it dense first. Each pruning begins a new stage with fixed \
                 masks. A line on the timelines marks it.",
                "kept = floor(d \u{00D7} maskable weights), those of the greatest |w|",
            ),
            Self::Erk => entry(
                "ERK",
                "Erd\u{0151}s-R\u{00E9}nyi-Kernel: the rule that distributes the active weights over the layers at the \
                 start. Small layers get a higher density than large ones.",
                "density of a layer \u{221D} sum(shape) / product(shape), at most 1",
            ),
            Self::Losses => entry(
                "losses",
                "Each player minimises its own loss. The two pull against each other, so neither has to fall.",
                "hinge: L_D = mean(max(0, 1 \u{2212} D(x))) + mean(max(0, 1 + D(G(z)))), L_G = \u{2212}mean(D(G(z)))",
            ),
            Self::NCritic => entry(
                "n_critic",
                "The number of discriminator steps for each generator step.",
                "one iteration = n_critic D steps + 1 G step",
            ),
            Self::Averaged => entry(
                "averaged",
                "A running average of the generator's weights. Its samples are steadier than raw ones, which come from \
                 the weights of one moment.",
                "average \u{2190} decay \u{00D7} average + (1 \u{2212} decay) \u{00D7} w",
            ),
            Self::Ema => entry(
                "EMA",
                "Exponential moving average of the generator's weights. Dropped weights are removed from it.",
                "average \u{2190} mask \u{00D7} (decay \u{00D7} average) + (1 \u{2212} decay) \u{00D7} w",
            ),
            Self::Sema => entry(
                "SEMA",
                "Sparse EMA, from STU-GAN: an EMA in which newly grown weights start at their own value instead of \
                 rising from zero.",
                "average \u{2190} w where newly grown, else as EMA",
            ),
            Self::Modes => entry(
                "modes",
                "The clusters of the real data that the samples reach. Few modes mean collapse: the generator makes \
                 only a part of the data.",
                "covered: at least 1 % of the samples within the mode's radius",
            ),
            Self::Frechet => entry(
                "Fr\u{E9}chet distance",
                "The distance between samples and real images in the features of a small fixed random network. Lower \
                 is better. It is not FID; compare it only within one dataset.",
                "|m1 \u{2212} m2|\u{B2} + tr(S1 + S2 \u{2212} 2 (S1 S2)^\u{BD})",
            ),
            Self::Exploration => entry(
                "exploration",
                "The share of weights that have ever been active: the part of the network that dynamic sparsity has \
                 tried (ITOP).",
                "ever active / maskable",
            ),
            Self::Score => entry(
                "score",
                "The discriminator's score at every point of the plane. A higher score means more real. Blue is above \
                 the middle of the scale, orange below; the colour deepens with the distance from the middle.",
                "D(x); middle of the scale: 0, for the Wasserstein loss the mean",
            ),
            Self::Push => entry(
                "push",
                "Each arrow shows where a sample must move for the generator's loss to fall fastest. A longer arrow is \
                 a stronger push, up to the strongest tenth. Where D is flat, it teaches nothing. The averaged \
                 generator is not trained itself: its arrows show how D sees its samples.",
                "\u{2212}\u{2202}L_G / \u{2202}x at x = G(z); for the hinge loss the slope of D",
            ),
            Self::Flops => entry(
                "training FLOPs",
                "The arithmetic of training so far, in multiply-adds at the densities it had: every pass, the probes, \
                 and gradients of inactive weights where an update grows weights by them. Otherwise inactive weights \
                 cost nothing.",
                "sum over layers, passes and images of active weights \u{00D7} output pixels",
            ),
            Self::Latent => entry(
                "latent z",
                "The random numbers from which a generator makes a sample. The same z is kept, so samples can be \
                 compared over time and between runs.",
                "z ~ N(0, 1), sample = G(z)",
            ),
            Self::Class => evaluation::CLASS,
            Self::Fid => evaluation::FID,
            Self::InceptionScore => evaluation::INCEPTION_SCORE,
            Self::Kid => evaluation::KID,
            Self::PrecisionRecall => evaluation::PRECISION_RECALL,
            Self::DensityCoverage => evaluation::DENSITY_COVERAGE,
            Self::Protocol => evaluation::PROTOCOL,
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
