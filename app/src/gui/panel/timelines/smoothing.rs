//! Running means of noisy lines.

use std::collections::HashMap;

use crate::{
    gui::model::{
        RunView,
        traces::{Measure, Trace},
    },
    lab::RunKey,
};

/// Exponential running means, cached as long as the weight stays the same.
#[derive(Default)]
pub struct Smoothing {
    weight: f64,
    lines: HashMap<(RunKey, Measure), Mean>,
}

/// The running mean of one line.
#[derive(Default)]
struct Mean {
    trace: Trace,
    /// See [`Traces::rebuilt`](crate::gui::model::traces::Traces::rebuilt).
    of: u64,
    sum: f64,
    weights: f64,
}

impl Smoothing {
    /// Largest weight of the past.
    pub const MOST: f64 = 0.99;

    /// Weight of the past; 0 means no smoothing.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Sets the weight of the past.
    pub fn set_weight(&mut self, weight: f64) {
        if weight != self.weight {
            self.weight = weight;
            self.lines.clear();
        }
    }

    /// Forgets removed runs.
    pub fn retain(&mut self, is_there: impl Fn(RunKey) -> bool) {
        self.lines.retain(|(key, _), _| is_there(*key));
    }

    /// Running mean of a measure, indexed like its trace; `None` if it is not smoothed.
    pub fn of(&mut self, run: &RunView, measure: Measure) -> Option<&Trace> {
        if self.weight == 0.0 || !measure.is_noisy() {
            return None;
        }
        let values = run.traces.of(measure).values();
        let mean = self.lines.entry((run.key, measure)).or_default();
        if mean.of != run.traces.rebuilt() {
            *mean = Mean {
                of: run.traces.rebuilt(),
                ..Mean::default()
            };
        }
        for &value in &values[mean.trace.values().len()..] {
            mean.push(value, self.weight);
        }
        Some(&mean.trace)
    }
}

impl Mean {
    fn push(&mut self, value: f64, weight: f64) {
        if !value.is_finite() {
            return self.trace.push(value);
        }
        self.sum = weight * self.sum + (1.0 - weight) * value;
        // Dividing by the weights so far keeps the start from being pulled towards zero.
        self.weights = weight * self.weights + (1.0 - weight);
        self.trace.push(self.sum / self.weights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_a_jump_is_followed_slowly() {
        let mut mean = Mean::default();
        for value in [3.0, 3.0, f64::NAN, 3.0, 5.0] {
            mean.push(value, 0.9);
        }
        let values = mean.trace.values();
        assert!([0, 1, 3].iter().all(|&i| (values[i] - 3.0).abs() < 1e-12));
        assert!(values[2].is_nan());
        assert!(values[4] > 3.2 && values[4] < 4.0, "{}", values[4]);
    }
}
