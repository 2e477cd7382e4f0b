//! Tolerances for a run that follows its trace (the vectors' README).

use tightrope_core::config::Role;
use tightrope_tests::report::Limit;

/// Tolerances of a device.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// Losses, scores and their means.
    pub scores: Limit,
    /// First gradients of both nets.
    pub gradients: Limit,
    /// Weights and averages.
    pub weights: Limit,
    /// Biases whose gradient is 0 but for rounding, which Adam amplifies, and the means they shift.
    pub dead: Limit,
    /// Spectral vectors, second moments, running variances.
    pub state: Limit,
    /// The balance ratio, relative to its size.
    pub ratio: Option<f64>,
    /// Share of a mask that may differ after a net's first update, where rounding decides ranks.
    pub later_masks: f64,
}

impl Bounds {
    /// Allows for another order of summation in float32.
    pub const CPU: Self = Self {
        scores: Limit::Absolute(5e-6),
        gradients: Limit::Mixed(5e-6),
        weights: Limit::Absolute(2e-5),
        dead: Limit::Absolute(1e-2),
        state: Limit::Mixed(1e-5),
        ratio: Some(1e-3),
        later_masks: 0.0,
    };
    /// Leaves out the ratio, which rounding dominates near a vanishing gap.
    pub const WGSL: Self = Self {
        scores: Limit::Relative(1e-3),
        gradients: Limit::Relative(1e-3),
        weights: Limit::Relative(1e-3),
        dead: Limit::Absolute(1e-2),
        state: Limit::Relative(1e-3),
        ratio: None,
        later_masks: 2e-3,
    };
}

/// Whether a batch norm of G follows this bias, so that its gradient is zero but for rounding.
pub fn is_dead(role: Role, name: &str) -> bool {
    let parts = [
        "c1.bias",
        "c2.bias",
        "c_sc.bias",
        "residual.3.bias",
        "residual.6.bias",
        "shortcut.1.bias",
    ];
    role == Role::G
        && name.starts_with("block")
        && parts.iter().any(|part| name.ends_with(&format!(".{part}")))
}
