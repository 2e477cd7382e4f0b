//! Settings that measure the balance and steer by it (ADAPT, sections 5 and 6).

use serde::{Deserialize, Serialize};

/// Measurement and use of the balance ratio (ADAPT).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceConfig {
    /// Iterations between two BR samples; 0 takes none.
    pub probe_interval: u64,
    /// Samples in the window, W.
    pub window: usize,
    /// Estimator that reduces a window to one number.
    pub estimator: Estimator,
    /// At or below this ratio D is too strong.
    pub br_low: f64,
    /// At or above this ratio D is too weak.
    pub br_high: f64,
    /// For `ratio_of_means`: a mean gap D(x) - D(G(z)) at or below this counts as "too weak".
    pub gap_floor: f64,
    /// Change of d_D per decision; with `rule` proportional, the largest change.
    pub density_step: f64,
    /// Lowest d_D.
    pub d_min: f64,
    /// Highest d_D.
    pub d_max: f64,
    /// First iteration that may change d_D.
    pub warmup: u64,
    /// Criterion that tells whether D is too weak or too strong.
    #[serde(default)]
    pub criterion: Criterion,
    /// For `r_t` and `r_v`: at or below this D is too weak.
    #[serde(default = "BalanceConfig::r_low")]
    pub r_low: f64,
    /// For `r_t` and `r_v`: at or above this D is too strong.
    #[serde(default = "BalanceConfig::r_high")]
    pub r_high: f64,
    /// For `r_v`: share of the real images that training never sees.
    #[serde(default = "BalanceConfig::held_out")]
    pub held_out: f64,
    /// Rule for the size of a change of d_D.
    #[serde(default)]
    pub rule: DensityRule,
    /// For `rule` proportional: change of d_D per unit of log(BR / target).
    #[serde(default = "BalanceConfig::gain")]
    pub gain: f64,
}

impl BalanceConfig {
    fn r_low() -> f64 {
        0.5
    }

    // StyleGAN2-ADA's target is 0.6 (2006.06676, section 3.1).
    fn r_high() -> f64 {
        0.7
    }

    fn held_out() -> f64 {
        0.1
    }

    fn gain() -> f64 {
        0.3
    }
}

/// ADAPT's settings for SNGAN on CIFAR-10 (appendix B).
impl Default for BalanceConfig {
    fn default() -> Self {
        Self {
            probe_interval: 10,
            window: 100,
            estimator: Estimator::MeanOfRatios,
            br_low: 0.45,
            br_high: 0.55,
            gap_floor: 0.0,
            density_step: 0.05,
            d_min: 0.05,
            d_max: 1.0,
            warmup: 0,
            criterion: Criterion::Br,
            r_low: Self::r_low(),
            r_high: Self::r_high(),
            held_out: Self::held_out(),
            rule: DensityRule::Step,
            gain: Self::gain(),
        }
    }
}

/// Criterion that tells whether D is too weak or too strong: the balance ratio, or one of
/// StyleGAN2-ADA's measures of overfitting (2006.06676, section 3), which ADAPT names as
/// replacements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// The balance ratio, held to `br_low` and `br_high`.
    #[default]
    Br,
    /// mean sign(D(x)) over real training images, held to `r_low` and `r_high`.
    RT,
    /// (D(x) - D(held out)) / (D(x) - D(G(z))), all means: how much better D knows its training
    /// images than others. Held to `r_low` and `r_high`.
    RV,
}

/// Rule for the size of a change of D's density.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DensityRule {
    /// A full `density_step` whenever the criterion is outside its band (ADAPT).
    #[default]
    Step,
    /// `gain` times log(BR / target), at most `density_step`. It starts outside the band and stops
    /// at the target, the middle of the band.
    Proportional,
}

/// Reduction of a window of BR samples to one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// Mean of the samples' ratios (the authors).
    MeanOfRatios,
    /// Ratio of the means of numerator and denominator (robust).
    RatioOfMeans,
}
