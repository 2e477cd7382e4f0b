//! The inspected layer, as read by the lab or as recorded, and the changes of its mask.

use tightrope_core::{event::Masks, run::LayerState};

use crate::lab::LayerKey;

/// The inspected layer, once it has been read.
#[derive(Debug, Default)]
pub struct Inspection {
    seen: Option<Seen>,
    answers: u64,
}

/// A layer as read or recorded.
#[derive(Debug)]
pub struct Seen {
    /// Key of the layer.
    pub key: LayerKey,
    /// State of the layer.
    pub state: LayerState,
    /// Mask before the last change; `None` until a change is seen.
    pub before: Option<Before>,
}

/// An earlier mask.
#[derive(Debug)]
pub struct Before {
    /// Iteration at which it was last seen or recorded.
    pub iteration: u64,
    mask: Vec<bool>,
}

/// State of a weight, compared with the mask before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Inactive, as before.
    Inactive,
    /// Active, as before.
    Active,
    /// Active now, inactive before.
    Grown,
    /// Inactive now, active before.
    Dropped,
}

impl Inspection {
    /// Takes in a reading of a layer.
    pub fn take(&mut self, key: LayerKey, state: Option<LayerState>) {
        self.answers += 1;
        let last = self.seen.take().filter(|seen| seen.key == key);
        self.seen = state.map(|state| Seen {
            key,
            before: last.and_then(|last| last.into_before(&state)),
            state,
        });
    }

    /// Last reading of this layer.
    pub fn of(&self, key: LayerKey) -> Option<&Seen> {
        self.seen.as_ref().filter(|seen| seen.key == key)
    }

    /// Number of answers so far.
    pub fn answers(&self) -> u64 {
        self.answers
    }
}

impl Seen {
    /// A layer of this shape from its recorded masks, compared with the masks before. Its weights
    /// are unknown. `None` if the masks belong to a network without such a layer.
    pub fn recorded(
        key: LayerKey,
        shape: &[usize],
        now: &Masks,
        before: Option<&Masks>,
    ) -> Option<Self> {
        let count: usize = shape.iter().product();
        let mask = |masks: &Masks| -> Option<Vec<bool>> {
            let bits = masks.layers.get(key.layer)?;
            Some((0..count).map(|at| bits.get(at)).collect())
        };
        Some(Self {
            key,
            state: LayerState {
                iteration: now.iteration,
                shape: shape.to_vec(),
                mask: mask(now)?,
                magnitudes: Vec::new(),
                largest: 0.0,
            },
            before: before.and_then(|before| {
                Some(Before {
                    iteration: before.iteration,
                    mask: mask(before)?,
                })
            }),
        })
    }

    /// Magnitude of a weight, if the weights were read.
    pub fn magnitude(&self, at: usize) -> Option<f32> {
        let share = self.state.magnitudes.get(at)?;
        Some(f32::from(*share) / 255.0 * self.state.largest)
    }

    /// Mask to compare `now` with.
    fn into_before(self, now: &LayerState) -> Option<Before> {
        if now.iteration < self.state.iteration {
            // The run went back to a checkpoint.
            return None;
        }
        if now.mask == self.state.mask {
            return self.before;
        }
        Some(Before {
            iteration: self.state.iteration,
            mask: self.state.mask,
        })
    }

    /// State of a weight, by its index in the layer.
    pub fn weight(&self, at: usize) -> Weight {
        let is_active = self.state.mask[at];
        let was_active = self
            .before
            .as_ref()
            .map_or(is_active, |before| before.mask[at]);
        match (was_active, is_active) {
            (false, false) => Weight::Inactive,
            (true, true) => Weight::Active,
            (false, true) => Weight::Grown,
            (true, false) => Weight::Dropped,
        }
    }

    /// Number of weights of this kind.
    pub fn count(&self, kind: Weight) -> usize {
        let places = 0..self.state.mask.len();
        places.filter(|&at| self.weight(at) == kind).count()
    }

    /// Output channels, and inputs times taps.
    pub fn size(&self) -> [usize; 2] {
        let rows = self.state.shape.first().copied().unwrap_or(0);
        [rows, self.state.mask.len().checked_div(rows).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use tightrope_core::{config::Role, sparse::bits::Bits};

    use super::*;
    use crate::lab::RunKey;

    const KEY: LayerKey = LayerKey {
        run: RunKey(0),
        role: Role::G,
        layer: 0,
    };

    fn state(iteration: u64, mask: [f32; 4]) -> Option<LayerState> {
        Some(LayerState::new(iteration, vec![2, 2], &mask, &mask))
    }

    fn kinds(inspection: &Inspection) -> Vec<Weight> {
        let seen = inspection.of(KEY).unwrap();
        (0..4).map(|at| seen.weight(at)).collect()
    }

    #[test]
    fn changes_are_kept_until_the_next_change() {
        use Weight::{Active, Dropped, Grown, Inactive};
        let mut inspection = Inspection::default();
        inspection.take(KEY, state(1, [1.0, 1.0, 0.0, 0.0]));
        assert_eq!(kinds(&inspection), [Active, Active, Inactive, Inactive]);
        for iteration in [5, 9] {
            inspection.take(KEY, state(iteration, [1.0, 0.0, 1.0, 0.0]));
            assert_eq!(kinds(&inspection), [Active, Dropped, Grown, Inactive]);
        }
        let before = |i: &Inspection| i.of(KEY)?.before.as_ref().map(|b| b.iteration);
        assert_eq!(before(&inspection), Some(1));
        inspection.take(KEY, state(3, [1.0, 1.0, 0.0, 0.0]));
        assert_eq!(before(&inspection), None, "time went back");
        assert_eq!(inspection.answers(), 4);
    }

    #[test]
    fn recorded_masks_are_compared_without_weights() {
        let masks = |iteration, mask: [f32; 4]| Masks {
            iteration,
            net: Role::G,
            layers: vec![Bits::pack(&mask)],
        };
        let (old, new) = (
            masks(3, [1.0, 1.0, 0.0, 0.0]),
            masks(7, [1.0, 0.0, 1.0, 0.0]),
        );
        let seen = Seen::recorded(KEY, &[2, 2], &new, Some(&old)).unwrap();
        let kinds = [
            Weight::Active,
            Weight::Dropped,
            Weight::Grown,
            Weight::Inactive,
        ];
        assert_eq!([0, 1, 2, 3].map(|at| seen.weight(at)), kinds);
        assert_eq!((seen.state.iteration, seen.size()), (7, [2, 2]));
        assert_eq!(seen.before.as_ref().map(|before| before.iteration), Some(3));
        assert_eq!(seen.magnitude(0), None);
        let other = LayerKey { layer: 1, ..KEY };
        assert!(Seen::recorded(other, &[2, 2], &new, None).is_none());
    }

    #[test]
    fn another_layer_is_not_compared_with_this_one() {
        let mut inspection = Inspection::default();
        inspection.take(KEY, state(1, [1.0; 4]));
        let other = LayerKey { layer: 1, ..KEY };
        inspection.take(other, state(2, [0.0; 4]));
        assert!(inspection.of(KEY).is_none());
        assert!(inspection.of(other).unwrap().before.is_none());
        inspection.take(other, None);
        assert!(inspection.of(other).is_none());
    }
}
