//! The samples that stay in memory, with the networks' state at their moments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    config::Role,
    event::{Field, Masks, SampleData},
};

/// Moments of samples that stay in memory; beyond that the most crowded one is dropped.
pub const KEPT_MOMENTS: usize = 48;

/// Samples of the fixed z at one iteration, and the state of the networks behind them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// From the live generator.
    pub raw: Option<SampleData>,
    /// From the averaged generator.
    pub averaged: Option<SampleData>,
    /// D's scores over the plane, for 2-D data.
    pub field: Option<Field>,
    /// Masks that have changed since the previous moment, at most one per network.
    pub masks: Vec<Masks>,
}

impl Moment {
    /// The averaged samples, or the live ones without an average.
    pub fn main(&self) -> Option<&SampleData> {
        self.averaged.as_ref().or(self.raw.as_ref())
    }

    /// The masks of a network, if they have changed since the previous moment.
    pub fn masks_of(&self, net: Role) -> Option<&Masks> {
        self.masks.iter().find(|masks| masks.net == net)
    }

    pub(super) fn set_masks(&mut self, masks: &Masks) {
        self.masks.retain(|old| old.net != masks.net);
        self.masks.push(masks.clone());
    }
}

/// Drops the most crowded moment if the map holds one too many.
pub(super) fn thin(moments: &mut BTreeMap<u64, Moment>) {
    if moments.len() <= KEPT_MOMENTS {
        return;
    }
    let at: Vec<u64> = moments.keys().copied().collect();
    let crowded = at.windows(3).min_by_key(|w| w[2] - w[0]);
    let Some(&[_, iteration, next]) = crowded else {
        return;
    };
    let gone = moments.remove(&iteration).unwrap_or_default();
    let Some(next) = moments.get_mut(&next) else {
        return;
    };
    // Masks are recorded only when they change, so they outlive their moment.
    for masks in gone.masks {
        if next.masks_of(masks.net).is_none() {
            next.masks.push(masks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Samples};
    use crate::history::History;
    use crate::sparse::bits::Bits;

    fn masks(iteration: u64, net: Role) -> Event {
        let layers = vec![Bits::pack(&[iteration as f32])];
        Event::Masks(Masks {
            iteration,
            net,
            layers,
        })
    }

    fn samples(iteration: u64) -> Event {
        Event::Samples(Samples {
            iteration,
            averaged: false,
            data: SampleData::Points(vec![[0.0, 1.0]]),
        })
    }

    #[test]
    fn masks_outlive_the_moments_that_are_let_go() {
        let mut history = History::default();
        // G changes at every third moment, D once.
        for iteration in 0..300 {
            history.apply(&samples(iteration));
            if iteration % 3 == 0 {
                history.apply(&masks(iteration, Role::G));
            }
            if iteration == 101 {
                history.apply(&masks(iteration, Role::D));
            }
        }
        assert_eq!(history.samples.len(), KEPT_MOMENTS);
        for &at in history.samples.keys() {
            let latest = |net| history.masks_until(net, at).next().map(|m| m.iteration);
            assert_eq!(latest(Role::G), Some(at - at % 3));
            assert_eq!(latest(Role::D), (at >= 101).then_some(101));
        }
    }

    #[test]
    fn a_resumed_run_records_its_masks_and_fields_again() {
        let mut history = History::default();
        for iteration in [0, 10, 20] {
            history.apply(&samples(iteration));
            history.apply(&masks(iteration, Role::G));
            history.apply(&Event::Field(Field {
                iteration,
                ..Field::default()
            }));
        }
        let whole = history.clone();
        let at = |history: &History| -> Vec<u64> {
            let masks = history.masks_until(Role::G, u64::MAX);
            masks.map(|m| m.iteration).collect()
        };
        assert_eq!(at(&history), [20, 10, 0]);
        history.apply(&Event::Resumed { iteration: 10 });
        assert_eq!(at(&history), [10, 0]);
        for event in [samples(20), masks(20, Role::G)] {
            history.apply(&event);
        }
        assert_eq!(history.samples[&20].field, None);
        history.apply(&Event::Field(Field {
            iteration: 20,
            ..Field::default()
        }));
        assert_eq!(history.samples, whole.samples);
    }
}
