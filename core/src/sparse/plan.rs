//! Plan of a mask update and the counts that follow from it: plain numbers, decided on the host
//! before any tensor is touched.

use serde::{Deserialize, Serialize};

use super::select::Group;
use crate::config::{Growth, Scope};

/// Kind of a mask change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskChange {
    /// Drop and grow at constant density.
    DropGrow,
    /// The density was raised.
    Raise,
    /// The density was lowered.
    Lower,
    /// The net was pruned at the beginning of a stage.
    Prune,
}

/// Outcome of a mask update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskDelta {
    /// Weights that were active and no longer are.
    pub dropped: usize,
    /// Weights that are active and were not.
    pub grown: usize,
    /// Weights dropped and grown again; the setting `regrown` decides their value.
    pub regrown: usize,
    /// Active weights of each layer now.
    pub layers: Vec<usize>,
}

/// One mask update.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskPlan {
    /// Drop a share of the active weights by magnitude, then grow as many.
    DropGrow {
        /// Share of active weights to drop.
        fraction: f64,
        /// Scope within which weights compete.
        scope: Scope,
        /// Rule that decides where weights grow.
        growth: Growth,
    },
    /// Grow by gradient, over the whole net, up to a density.
    Raise {
        /// Share of maskable weights active afterwards.
        density: f64,
    },
    /// Drop by magnitude, over the whole net, down to a density.
    Lower {
        /// Share of maskable weights active afterwards.
        density: f64,
    },
    /// Drop by magnitude down to a density, once and for all.
    Prune {
        /// Share of maskable weights active afterwards: rounded down, as the authors do.
        density: f64,
        /// Scope within which weights compete.
        scope: Scope,
    },
}

impl MaskPlan {
    /// The kind of change, as events name it.
    pub fn change(&self) -> MaskChange {
        match self {
            Self::DropGrow { .. } => MaskChange::DropGrow,
            Self::Raise { .. } => MaskChange::Raise,
            Self::Lower { .. } => MaskChange::Lower,
            Self::Prune { .. } => MaskChange::Prune,
        }
    }

    /// Kind of the growth scores, if the plan grows any weights.
    pub fn growth(&self) -> Option<Growth> {
        match *self {
            Self::DropGrow { growth, .. } => Some(growth),
            Self::Raise { .. } => Some(Growth::Gradient),
            Self::Lower { .. } | Self::Prune { .. } => None,
        }
    }

    /// The plan with growth by the rank of the scores, whatever their kind.
    #[must_use]
    pub fn by_rank(self) -> Self {
        match self {
            Self::DropGrow {
                fraction, scope, ..
            } => Self::DropGrow {
                fraction,
                scope,
                growth: Growth::Gradient,
            },
            plan => plan,
        }
    }

    /// Whether every inactive weight grows by its own coin, with the chance `k / inactive` of its
    /// layer, instead of by rank. STU-GAN's random growth does so; its counts are right on average.
    pub fn grows_by_coin(&self) -> bool {
        matches!(
            self,
            Self::DropGrow {
                scope: Scope::Layer,
                growth: Growth::Random,
                ..
            }
        )
    }
}

/// Numbers of weights that stay and grow, per group of the net's flat mask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// First, the active weights that no drop may touch: each layer's largest. Empty if there are
    /// none.
    pub protect: Vec<Group>,
    /// Then, the active weights that stay besides, by magnitude. If this and `protect` are empty,
    /// nothing is dropped.
    pub keep: Vec<Group>,
    /// Last, the inactive weights that grow; those just dropped are candidates too. Empty if none
    /// grow.
    pub grow: Vec<Group>,
}

impl Counts {
    /// Whether the update changes nothing.
    pub fn is_empty(&self) -> bool {
        self.protect.is_empty() && self.keep.is_empty() && self.grow.is_empty()
    }
}

/// The counts of a plan (ADAPT, STU-GAN).
///
/// active, sizes: `[layers]`, active and all maskable weights of each layer in flat order. No drop
/// leaves less than `min_layer_density` of a layer (rounded up); 0 is the papers' rule.
pub fn counts(
    plan: &MaskPlan,
    active: &[usize],
    sizes: &[usize],
    min_layer_density: f64,
) -> Counts {
    let now: usize = active.iter().sum();
    let all: usize = sizes.iter().sum();
    let floor = |layer: usize| protected(active[layer], sizes[layer], min_layer_density);
    match *plan {
        MaskPlan::Raise { density } => Counts {
            grow: whole(all, floored(density * all as f64 - now as f64)),
            ..Counts::default()
        },
        MaskPlan::Lower { density } => {
            let drop = floored(now as f64 - density * all as f64);
            drop_from_net(now, drop, sizes, floor).0
        }
        MaskPlan::Prune {
            density,
            scope: Scope::Global,
        } => {
            let drop = now.saturating_sub(floored(density * all as f64));
            drop_from_net(now, drop, sizes, floor).0
        }
        MaskPlan::Prune {
            density,
            scope: Scope::Layer,
        } => {
            let kept = |layer: usize| {
                let share = floored(density * sizes[layer] as f64).max(1);
                share.max(floor(layer)).min(active[layer])
            };
            let kept: Vec<usize> = (0..sizes.len()).map(kept).collect();
            if kept == active {
                return Counts::default();
            }
            Counts {
                keep: by_layer(sizes, &kept),
                ..Counts::default()
            }
        }
        MaskPlan::DropGrow {
            fraction,
            scope: Scope::Global,
            ..
        } => {
            let drop = floored(now as f64 * fraction);
            let (counts, dropped) = drop_from_net(now, drop, sizes, floor);
            Counts {
                grow: whole(all, dropped),
                ..counts
            }
        }
        MaskPlan::DropGrow {
            fraction,
            scope: Scope::Layer,
            ..
        } => {
            let kept: Vec<usize> = (0..sizes.len())
                .map(|layer| {
                    let drop = (fraction * active[layer] as f64).ceil() as usize;
                    active[layer].saturating_sub(drop).max(floor(layer))
                })
                .collect();
            if kept == active {
                return Counts::default();
            }
            let grown: Vec<usize> = active
                .iter()
                .zip(&kept)
                .map(|(now, kept)| now - kept)
                .collect();
            Counts {
                protect: Vec::new(),
                keep: by_layer(sizes, &kept),
                grow: by_layer(sizes, &grown),
            }
        }
    }
}

/// Drops `drop` of `now` active weights, net-wide. Also returns the number dropped, which the
/// layers' floors limit.
fn drop_from_net(
    now: usize,
    drop: usize,
    sizes: &[usize],
    floor: impl Fn(usize) -> usize,
) -> (Counts, usize) {
    if drop == 0 {
        return (Counts::default(), 0);
    }
    let floors: Vec<usize> = (0..sizes.len()).map(floor).collect();
    let safe: usize = floors.iter().sum();
    let keep = now.saturating_sub(drop).max(safe);
    if keep == now {
        return (Counts::default(), 0);
    }
    let counts = Counts {
        protect: if safe > 0 {
            by_layer(sizes, &floors)
        } else {
            Vec::new()
        },
        keep: vec![Group {
            start: 0,
            len: sizes.iter().sum(),
            k: keep - safe,
        }],
        grow: Vec::new(),
    };
    (counts, now - keep)
}

fn protected(active: usize, size: usize, min_layer_density: f64) -> usize {
    ((min_layer_density * size as f64).ceil() as usize).min(active)
}

/// Truncates towards zero; negative counts become 0.
fn floored(count: f64) -> usize {
    count.max(0.0) as usize
}

fn whole(len: usize, k: usize) -> Vec<Group> {
    if k == 0 {
        Vec::new()
    } else {
        vec![Group { start: 0, len, k }]
    }
}

fn by_layer(sizes: &[usize], ks: &[usize]) -> Vec<Group> {
    let mut start = 0;
    sizes
        .iter()
        .zip(ks)
        .map(|(&len, &k)| {
            let group = Group { start, len, k };
            start += len;
            group
        })
        .collect()
}

#[cfg(test)]
mod tests;
