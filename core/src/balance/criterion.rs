//! Direction in which the game leans by the chosen criterion, and the verdict on it.

use super::ratio::Window;
use crate::{
    config::{BalanceConfig, Criterion},
    event::Verdict,
};

/// Lean of the game: its direction and its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lean {
    /// Position of the criterion relative to its band, as a verdict on D.
    pub verdict: Verdict,
    /// log(criterion / target), signed so that a positive error means D is too weak; infinite
    /// without a gap. The target is the middle of the band.
    pub error: f64,
}

impl Window {
    /// The lean by the configured estimator, which ADAPT's rule and the authors' code decide by.
    pub fn lean(&self, config: &BalanceConfig) -> Option<Lean> {
        self.lean_by(config, self.ratio(config))
    }

    /// The lean by the true ratio (see [`Window::true_ratio`]).
    pub fn true_lean(&self, config: &BalanceConfig) -> Option<Lean> {
        self.lean_by(config, self.true_ratio(config))
    }

    /// The lean by `ratio` or by a measure of overfitting. Bounds are inclusive, as in the authors'
    /// code; a NaN has no lean.
    fn lean_by(&self, config: &BalanceConfig, ratio: Option<f64>) -> Option<Lean> {
        // BR above `high` means D is too weak. Overfitting grows the other way, hence the sign.
        let (value, low, high, sign) = match config.criterion {
            Criterion::Br => (ratio?, config.br_low, config.br_high, 1.0),
            Criterion::RT => (self.r_t()?, config.r_low, config.r_high, -1.0),
            Criterion::RV => (self.r_v()?, config.r_low, config.r_high, -1.0),
        };
        let [at_low, at_high] = match config.criterion {
            Criterion::Br => [Verdict::DTooStrong, Verdict::DTooWeak],
            Criterion::RT | Criterion::RV => [Verdict::DTooWeak, Verdict::DTooStrong],
        };
        let verdict = if value >= high {
            at_high
        } else if value <= low {
            at_low
        } else if value.is_nan() {
            return None;
        } else {
            Verdict::Balanced
        };
        let target = (low + high) / 2.0;
        let error = sign * (value.max(0.0) / target).ln();
        Some(Lean { verdict, error })
    }

    /// The balance as a verdict; `None` before the first meaningful sample.
    pub fn verdict(&self, config: &BalanceConfig) -> Option<Verdict> {
        if self.is_dead() {
            return Some(Verdict::DDead);
        }
        Some(self.true_lean(config)?.verdict)
    }
}
