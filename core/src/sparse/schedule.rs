//! The share of active weights that a mask update drops, over training.

use std::f64::consts::PI;

use crate::config::Schedule;

/// The drop fraction after `iteration` of `iterations`, from `start` (p0) down to `floor`.
///
/// Cosine: floor + (p0 - floor)(1 + cos(pi t/T))/2 (ITOP, equation 3; ADAPT's code has the floor
/// 0.005 that its paper leaves out). After the last iteration, its value holds.
pub fn drop_fraction(
    schedule: Schedule,
    start: f64,
    floor: f64,
    iteration: u64,
    iterations: u64,
) -> f64 {
    let progress = if iterations == 0 {
        1.0
    } else {
        (iteration as f64 / iterations as f64).min(1.0)
    };
    match schedule {
        Schedule::Cosine => floor + (start - floor) * (1.0 + (PI * progress).cos()) / 2.0,
        Schedule::Linear => start + (floor - start) * progress,
        Schedule::Constant => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle() {
        for (schedule, middle, end) in [
            (Schedule::Cosine, 0.2525, 0.005),
            (Schedule::Linear, 0.2525, 0.005),
            (Schedule::Constant, 0.5, 0.5),
        ] {
            let at = |t| drop_fraction(schedule, 0.5, 0.005, t, 100);
            assert_eq!(at(0), 0.5);
            assert!((at(50) - middle).abs() < 1e-12);
            assert!((at(100) - end).abs() < 1e-12);
            assert_eq!(at(100), at(170));
        }
    }
}
