//! The samples that stay in memory, with the networks' state at their moments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Thinning;
use crate::{
    config::Role,
    event::{Field, Masks, SampleData},
};

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

/// Drops the moments that do not stay. Masks are recorded only when they change, so they outlive
/// their moment.
pub(super) fn thin(moments: &mut BTreeMap<u64, Moment>, thinning: Thinning) {
    let mut kept: Vec<u64> = moments.keys().copied().collect();
    thinning.thin(&mut kept, |&at| at);
    let all = std::mem::take(moments);
    let mut orphans: Vec<Masks> = Vec::new();
    for (at, mut moment) in all {
        let own = std::mem::take(&mut moment.masks);
        orphans.retain(|old| own.iter().all(|new| new.net != old.net));
        orphans.extend(own);
        if kept.binary_search(&at).is_ok() {
            moment.masks = std::mem::take(&mut orphans);
            moments.insert(at, moment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Samples};
    use crate::history::{History, KEPT_MOMENTS};
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
        assert!(history.samples.len() as u64 <= 2 * KEPT_MOMENTS);
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
