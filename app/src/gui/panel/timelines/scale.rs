//! Scale of a y-axis.

use std::ops::RangeInclusive;

use egui_plot::{GridInput, GridMark};

/// Scale of a y-axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Linear.
    #[default]
    Linear,
    /// Logarithmic, but linear around zero and mirrored below it.
    Log,
}

impl Scale {
    /// Magnitude below which [`Scale::Log`] is nearly linear.
    const SMALL: f64 = 0.01;

    /// Position of a value on the axis.
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => {
                (value.abs() / Self::SMALL).ln_1p().copysign(value) / std::f64::consts::LN_10
            }
        }
    }

    /// Value at a position on the axis.
    pub fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => {
                Self::SMALL
                    * (place.abs() * std::f64::consts::LN_10)
                        .exp_m1()
                        .copysign(place)
            }
        }
    }

    /// Marks at round values in view.
    pub fn marks(self, input: &GridInput) -> Vec<GridMark> {
        match self {
            Self::Linear => even(input),
            Self::Log => Self::decades(input),
        }
    }

    /// 1, 2 and 5 of every power of ten.
    fn decades(input: &GridInput) -> Vec<GridMark> {
        let (low, high) = input.bounds;
        let largest = Self::Log.value(low.abs().max(high.abs()).min(300.0));
        let powers = Self::SMALL.log10() as i32..=largest.max(Self::SMALL).log10().ceil() as i32;
        let sizes = powers.flat_map(|power| {
            // A larger step draws a stronger line.
            [(1.0, 1.0), (2.0, 0.3), (5.0, 0.3)]
                .map(|(digit, step)| (digit * 10_f64.powi(power), step))
        });
        let signed = sizes.flat_map(|(size, step)| [(size, step), (-size, step)]);
        std::iter::once((0.0, 1.0))
            .chain(signed)
            .map(|(value, step_size)| GridMark {
                value: Self::Log.place(value),
                step_size,
            })
            .filter(|mark| (low..=high).contains(&mark.value))
            .collect()
    }

    /// Label of a mark.
    pub fn label(self, mark: GridMark, _: &RangeInclusive<f64>) -> String {
        let value = self.value(mark.value);
        // Rounds away the error of the logarithm.
        format!("{}", (value * 1e6).round() / 1e6)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, far enough apart to be labelled.
fn even(input: &GridInput) -> Vec<GridMark> {
    /// Least distance of labelled lines, in units of the least distance of any lines.
    const READABLE: f64 = 4.0;
    let least = READABLE * input.base_step_size;
    if !(least.is_finite() && least > 0.0) {
        return Vec::new();
    }
    let power = 10_f64.powf(least.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|d| d * power >= least);
    let step_size = digit.unwrap_or(10.0) * power;
    let (low, high) = input.bounds;
    let (first, last) = (
        (low / step_size).ceil() as i64,
        (high / step_size).floor() as i64,
    );
    (first..=last)
        .map(|n| GridMark {
            value: n as f64 * step_size,
            step_size,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_leads_back_to_its_value_and_order_is_kept() {
        let values = [-1e6, -2.0, -1e-3, 0.0, 1e-9, 0.05, 1.0, 3e5];
        for scale in [Scale::Linear, Scale::Log] {
            let places = values.map(|value| scale.place(value));
            assert!(places.is_sorted());
            for (value, place) in values.into_iter().zip(places) {
                assert!((scale.value(place) - value).abs() <= 1e-9 * value.abs());
            }
        }
    }

    #[test]
    fn marks_are_round_and_in_sight() {
        let bounds = (Scale::Log.place(-0.3), Scale::Log.place(2.5));
        let base_step_size = 0.1;
        let marks = Scale::Log.marks(&GridInput {
            bounds,
            base_step_size,
        });
        let mut labels: Vec<String> = marks
            .into_iter()
            .map(|mark| Scale::Log.label(mark, &(0.0..=1.0)))
            .collect();
        labels.sort();
        let expected = [
            "-0.01", "-0.02", "-0.05", "-0.1", "-0.2", "0", "0.01", "0.02", "0.05", "0.1", "0.2",
            "0.5", "1", "2",
        ];
        assert_eq!(labels, expected);
    }

    #[test]
    fn even_marks_are_apart() {
        let values = |bounds, base_step_size| -> Vec<String> {
            let marks = Scale::Linear.marks(&GridInput {
                bounds,
                base_step_size,
            });
            let label = |mark| Scale::Linear.label(mark, &(0.0..=1.0));
            marks.into_iter().map(label).collect()
        };
        assert_eq!(values((0.0, 0.95), 0.08), ["0", "0.5"]);
        assert_eq!(
            values((-0.1, 1.1), 0.03),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(values((0.0, 1.0), 0.0), [""; 0]);
    }
}
