//! State of the networks that a run reports with samples: D's scores over the plane, and the masks.

use serde::{Deserialize, Serialize};

use crate::{config::Role, sparse::bits::Bits};

/// The discriminator's view of the plane, for 2-D data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Iteration of the scores.
    pub iteration: u64,
    /// Lower left corner of the window on the real points.
    pub low: [f32; 2],
    /// Upper right corner.
    pub high: [f32; 2],
    /// D's score in the middle of each of `side * side` equal cells of the window, row by row from
    /// the lowest.
    pub scores: Vec<f32>,
    /// Pushes on samples of the live generator.
    pub raw: Vec<Push>,
    /// Pushes on samples of the averaged generator, if the run keeps one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub averaged: Vec<Push>,
}

/// A sample, and the direction in which the generator's loss falls fastest there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// The sample, (x, y).
    pub at: [f32; 2],
    /// Negative gradient of the sample's loss with respect to the sample; for the hinge loss, the
    /// gradient of D's score.
    pub by: [f32; 2],
}

impl Field {
    /// Cells along each side of the window.
    pub fn side(&self) -> usize {
        self.scores.len().isqrt()
    }

    /// D's score at a point of the window, interpolated between the cells' middles; `None` outside.
    pub fn score(&self, point: [f32; 2]) -> Option<f32> {
        let side = self.side();
        let mut cells = [(0, 0.0); 2];
        for (axis, cell) in cells.iter_mut().enumerate() {
            let share = (point[axis] - self.low[axis]) / (self.high[axis] - self.low[axis]);
            if side == 0 || !(0.0..=1.0).contains(&share) {
                return None;
            }
            let place = (share * side as f32 - 0.5).clamp(0.0, (side - 1) as f32);
            *cell = (place as usize, place.fract());
        }
        let [(x, right), (y, up)] = cells;
        let at = |x: usize, y: usize| self.scores[y.min(side - 1) * side + x.min(side - 1)];
        let row = |y: usize| at(x, y) * (1.0 - right) + at(x + 1, y) * right;
        Some(row(y) * (1.0 - up) + row(y + 1) * up)
    }
}

/// The masks of one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Masks {
    /// Iteration of the masks.
    pub iteration: u64,
    /// Network that the masks belong to.
    pub net: Role,
    /// Masks of all maskable layers, in the order of [`NetInfo::layers`](super::NetInfo::layers).
    pub layers: Vec<Bits>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_read_between_the_middles_of_cells() {
        let field = Field {
            low: [0.0, 10.0],
            high: [2.0, 12.0],
            scores: vec![0.0, 1.0, 2.0, 3.0],
            ..Field::default()
        };
        assert_eq!(field.side(), 2);
        for (point, score) in [
            ([0.5, 10.5], 0.0),
            ([1.5, 10.5], 1.0),
            ([0.5, 11.5], 2.0),
            ([1.0, 11.0], 1.5),
            ([2.0, 12.0], 3.0),
        ] {
            assert_eq!(field.score(point), Some(score), "{point:?}");
        }
        for outside in [[-0.1, 11.0], [1.0, 12.1], [f32::NAN, 11.0]] {
            assert_eq!(field.score(outside), None);
        }
        assert_eq!(Field::default().score([0.0, 0.0]), None);
    }
}
