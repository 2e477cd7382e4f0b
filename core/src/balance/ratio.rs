//! The balance ratio (ADAPT, section 5.1): the part of the gap between real and fake that one
//! generator update closes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::overfitting::Overfitting;
use crate::config::{BalanceConfig, Estimator};

/// Below this gap a sample's ratio is meaningless, and the sample is skipped.
const MIN_GAP: f64 = 1e-6;
/// A discriminator that scores this many consecutive probes alike is dead.
const DEAD_SAMPLES: usize = 5;
/// Relative difference up to which scores count as equal. It covers the rounding of float32 means
/// over different batch sizes.
const SAME_SCORE: f64 = 5e-7;

/// Mean critic scores of one probe.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Mean D(G'(z)) of fakes after the generator's update.
    pub post: f64,
    /// Mean D(G(z)) of the same z before the update.
    pub pre: f64,
    /// Mean D(x) of the last critic minibatch.
    pub real: f64,
}

impl Sample {
    /// BR = (post - pre) / (real - pre).
    pub fn ratio(&self) -> f64 {
        self.gain() / self.gap()
    }

    /// Gain of the update, post - pre.
    pub fn gain(&self) -> f64 {
        self.post - self.pre
    }

    /// Gap that the update could close, real - pre.
    pub fn gap(&self) -> f64 {
        self.real - self.pre
    }

    /// Whether D ranked the fakes above the reals.
    pub fn is_inverted(&self) -> bool {
        self.gap() < 0.0 && !self.is_flat()
    }

    fn is_flat(&self) -> bool {
        let size = self.real.abs().max(self.pre.abs()).max(self.post.abs());
        self.gap().abs().max(self.gain().abs()) <= SAME_SCORE * size
    }
}

/// The latest samples. Its serialised form is its state in a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    samples: VecDeque<Sample>,
    /// Overfitting scores, one per sample, if the criterion needs them.
    #[serde(default)]
    pub(super) overfitting: VecDeque<Overfitting>,
}

impl Window {
    /// Adds a probe's scores.
    pub fn push(&mut self, sample: Sample) {
        self.samples.push_back(sample);
    }

    /// Forgets all but the latest `window` samples. The authors trim after the discriminator's
    /// update, so on iterations with a probe that update sees one sample more.
    pub fn trim(&mut self, window: usize) {
        let excess = |len: usize| ..len.saturating_sub(window);
        self.samples.drain(excess(self.samples.len()));
        self.overfitting.drain(excess(self.overfitting.len()));
    }

    pub(super) fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter()
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether the window is empty.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The latest sample.
    pub fn latest(&self) -> Option<&Sample> {
        self.samples.back()
    }

    /// Mean of the samples' ratios (the authors' estimator); samples without a gap are left out.
    pub fn mean_of_ratios(&self) -> Option<f64> {
        mean(
            self.samples
                .iter()
                .filter(|s| s.gap().abs() >= MIN_GAP)
                .map(Sample::ratio),
        )
    }

    /// Mean gain over mean gap, which no single small gap can dominate. Infinite, that is, "D too
    /// weak", if the mean gap is at or below `gap_floor`.
    pub fn ratio_of_means(&self, gap_floor: f64) -> Option<f64> {
        let gain = mean(self.samples.iter().map(Sample::gain))?;
        let gap = mean(self.samples.iter().map(Sample::gap))?;
        Some(if gap <= gap_floor.max(MIN_GAP) {
            f64::INFINITY
        } else {
            gain / gap
        })
    }

    /// The balance ratio by the configured estimator, which ADAPT decides by.
    pub fn ratio(&self, config: &BalanceConfig) -> Option<f64> {
        match config.estimator {
            Estimator::MeanOfRatios => self.mean_of_ratios(),
            Estimator::RatioOfMeans => self.ratio_of_means(config.gap_floor),
        }
    }

    /// The balance ratio with the right sign. Where D ranks fakes above reals, a sample's ratio has
    /// the wrong sign, and the mean of ratios says "too strong" of a D that is too weak. The ratio
    /// of means then counts, whatever the estimator.
    pub fn true_ratio(&self, config: &BalanceConfig) -> Option<f64> {
        match self.inverted() {
            0 => self.ratio(config),
            _ => self.ratio_of_means(config.gap_floor),
        }
    }

    /// Number of samples at which D ranked fakes above reals.
    pub fn inverted(&self) -> usize {
        self.samples.iter().filter(|s| s.is_inverted()).count()
    }

    /// Whether the discriminator scored the last few probes all alike (hinge loss exactly 2).
    pub fn is_dead(&self) -> bool {
        self.samples.len() >= DEAD_SAMPLES
            && self
                .samples
                .iter()
                .rev()
                .take(DEAD_SAMPLES)
                .all(Sample::is_flat)
    }
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Verdict;

    fn window(samples: &[(f64, f64, f64)]) -> Window {
        let mut window = Window::default();
        for &(post, pre, real) in samples {
            window.push(Sample { post, pre, real });
        }
        window
    }

    fn config(estimator: Estimator) -> BalanceConfig {
        BalanceConfig {
            probe_interval: 1,
            window: 4,
            estimator,
            br_low: 0.45,
            br_high: 0.55,
            gap_floor: 0.02,
            density_step: 0.05,
            d_min: 0.05,
            d_max: 1.0,
            ..BalanceConfig::default()
        }
    }

    #[test]
    fn one_vanishing_gap_is_skipped_and_one_small_gap_dominates_only_the_mean_of_ratios() {
        let skipped = window(&[(0.5, 0.0, 1.0), (7.0, 0.0, 1e-7)]);
        assert_eq!(skipped.mean_of_ratios(), Some(0.5));
        let small = window(&[(0.5, 0.0, 1.0), (0.5, 0.0, 0.001)]);
        assert_eq!(small.mean_of_ratios(), Some(250.25));
        assert!((small.ratio_of_means(0.02).unwrap() - 1.0 / 1.001).abs() < 1e-12);
        assert_eq!(Window::default().mean_of_ratios(), None);
        assert_eq!(Window::default().ratio_of_means(0.02), None);
    }

    #[test]
    fn no_gap_is_too_weak() {
        let closed = window(&[(0.1, 0.0, 0.01), (0.1, 0.0, 0.01)]);
        assert_eq!(closed.ratio_of_means(0.02), Some(f64::INFINITY));
        assert_eq!(
            closed.verdict(&config(Estimator::RatioOfMeans)),
            Some(Verdict::DTooWeak)
        );
    }

    #[test]
    fn fakes_above_reals_are_a_weak_discriminator_not_a_strong_one() {
        // The generator gains, although D already ranks its fakes above the reals.
        let all = window(&[(0.4, 0.3, 0.1), (0.5, 0.3, 0.2)]);
        // One such sample among healthy ones drags the mean of ratios below zero.
        let one = window(&[(0.5, 0.0, 1.0), (0.5, 0.0, 1.0), (0.5, 0.0, -0.1)]);
        let gone = window(&[(0.9, 0.0, 1.0), (0.9, 0.0, 1.0), (0.5, 0.0, -0.1)]);
        for estimator in [Estimator::MeanOfRatios, Estimator::RatioOfMeans] {
            let c = config(estimator);
            assert_eq!(all.verdict(&c), Some(Verdict::DTooWeak));
            assert_eq!(gone.verdict(&c), Some(Verdict::DTooWeak));
            assert!((one.true_ratio(&c).unwrap() - 1.5 / 1.9).abs() < 1e-12);
        }
        assert!(one.mean_of_ratios().unwrap() < 0.0);
        assert_eq!((all.inverted(), one.inverted()), (2, 1));
        assert_eq!(window(&[(0.5, 0.3, 0.3)]).inverted(), 0);
        // The authors' code still decides by it.
        assert_eq!(
            one.ratio(&config(Estimator::MeanOfRatios)),
            one.mean_of_ratios()
        );
    }

    #[test]
    fn without_such_samples_the_estimator_has_the_say() {
        let w = window(&[(0.5, 0.0, 1.0), (0.2, 0.0, 0.25)]);
        for (estimator, ratio) in [
            (Estimator::MeanOfRatios, 0.65),
            (Estimator::RatioOfMeans, 0.56),
        ] {
            let found = w.true_ratio(&config(estimator)).unwrap();
            assert!((found - ratio).abs() < 1e-12, "{estimator:?}: {found}");
        }
    }

    #[test]
    fn verdicts_include_their_bounds() {
        for (post, verdict) in [
            (0.45, Verdict::DTooStrong),
            (0.5, Verdict::Balanced),
            (0.55, Verdict::DTooWeak),
        ] {
            for estimator in [Estimator::MeanOfRatios, Estimator::RatioOfMeans] {
                let window = window(&[(post, 0.0, 1.0)]);
                assert_eq!(window.verdict(&config(estimator)), Some(verdict));
            }
        }
    }

    #[test]
    fn a_discriminator_that_answers_the_same_to_everything_is_dead() {
        let c = config(Estimator::RatioOfMeans);
        let flat = [(0.3, 0.3 + 1e-8, 0.3); DEAD_SAMPLES];
        assert_eq!(window(&flat).verdict(&c), Some(Verdict::DDead));
        assert_eq!(
            window(&[(0.0, 0.0, 0.0); DEAD_SAMPLES]).verdict(&c),
            Some(Verdict::DDead)
        );
        assert_ne!(window(&flat[1..]).verdict(&c), Some(Verdict::DDead));
        let mut alive = flat;
        alive[2] = (0.31, 0.3, 0.3);
        assert_ne!(window(&alive).verdict(&c), Some(Verdict::DDead));
        // Large scores are rounded more coarsely.
        assert!(window(&[(3e3, 3e3 + 1e-4, 3e3); DEAD_SAMPLES]).is_dead());
        assert!(!window(&[(3e3, 3e3 + 1e-2, 3e3); DEAD_SAMPLES]).is_dead());
    }

    #[test]
    fn trimming_keeps_the_latest() {
        let mut w = window(&[(1.0, 0.0, 1.0), (2.0, 0.0, 1.0), (3.0, 0.0, 1.0)]);
        w.trim(2);
        assert_eq!((w.len(), w.mean_of_ratios()), (2, Some(2.5)));
        assert_eq!(w.latest().map(|s| s.post), Some(3.0));
        assert!(!w.is_empty());
        let state = serde_json::to_string(&w).unwrap();
        assert_eq!(serde_json::from_str::<Window>(&state).unwrap(), w);
        w.trim(0);
        assert!(w.is_empty() && w.latest().is_none());
    }
}
