//! Candidates of a selection, and the number selected.

use serde::{Deserialize, Serialize};

/// A run of flat positions in which `k` are selected. Groups do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// First flat position.
    pub start: usize,
    /// Number of positions.
    pub len: usize,
    /// Number of candidates to select; all of them if fewer exist.
    pub k: usize,
}

/// Positions that compete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Candidates {
    /// Positions whose mask is 1.
    Active,
    /// Positions whose mask is 0.
    Inactive,
}

impl Candidates {
    /// Whether a position with this mask value competes.
    pub fn admits(self, mask: f32) -> bool {
        match self {
            Self::Active => mask != 0.0,
            Self::Inactive => mask == 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_competes_on_its_side_of_the_mask() {
        for (candidates, admitted) in [(Candidates::Active, 1.0), (Candidates::Inactive, 0.0)] {
            assert!(candidates.admits(admitted) && !candidates.admits(1.0 - admitted));
        }
    }
}
