//! One mask update on the host: easy to read, and a reference for the one on tensors.

use tightrope_core::{
    kernel::cpu::select::top_k,
    sparse::{
        plan::{Counts, MaskDelta, MaskPlan, counts},
        select::Group,
    },
};

/// Carries out `plan`: drops the smallest `|w|`, grows the largest `scores`, zeroes inactive
/// weights.
///
/// Weights just dropped may grow again and then keep their value, as in the authors' code (their
/// papers start every grown weight at 0). Other grown weights are 0. Growth by coin meets the
/// planned count on average; other growth never exceeds it.
///
/// sizes: `[layers]` in flat order; weights, mask, scores: `[n]` with n their sum. The plan's
/// growth decides whether scores are `|dL/dw|` or uniform draws; a plan that only drops reads none.
pub fn update(
    plan: &MaskPlan,
    sizes: &[usize],
    min_layer_density: f64,
    weights: &mut [f32],
    mask: &mut [u8],
    scores: &[f32],
) -> MaskDelta {
    let counts = counts(
        plan,
        &active_per_layer(mask, sizes),
        sizes,
        min_layer_density,
    );
    let kept = keep(&counts, weights, mask);
    let grown = if counts.grow.is_empty() {
        vec![false; mask.len()]
    } else if plan.grows_by_coin() {
        flip_coins(&counts.grow, scores, &kept)
    } else {
        top_k(scores, |i| !kept[i], &counts.grow)
    };
    let mut delta = MaskDelta::default();
    for i in 0..mask.len() {
        let before = mask[i] != 0;
        let now = kept[i] || grown[i];
        delta.dropped += usize::from(before && !now);
        delta.grown += usize::from(!before && now);
        delta.regrown += usize::from(before && !kept[i] && now);
        mask[i] = u8::from(now);
        if !now {
            weights[i] = 0.0;
        }
    }
    delta.layers = active_per_layer(mask, sizes);
    delta
}

/// One-shot global pruning (post-hoc tickets): the floor(density * n) largest `|w|` of all.
pub fn prune(density: f64, weights: &mut [f32]) -> Vec<u8> {
    let k = (density * weights.len() as f64) as usize;
    let kept = top_k(
        weights,
        |_| true,
        &[Group {
            start: 0,
            len: weights.len(),
            k,
        }],
    );
    for (weight, _) in weights.iter_mut().zip(&kept).filter(|(_, kept)| !**kept) {
        *weight = 0.0;
    }
    kept.into_iter().map(u8::from).collect()
}

/// Active weights of each layer.
pub fn active_per_layer(mask: &[u8], sizes: &[usize]) -> Vec<usize> {
    let mut rest = mask;
    sizes
        .iter()
        .map(|&size| {
            let (layer, after) = rest.split_at(size);
            rest = after;
            layer.iter().filter(|&&m| m != 0).count()
        })
        .collect()
}

/// The active weights that survive the drop.
fn keep(counts: &Counts, weights: &[f32], mask: &[u8]) -> Vec<bool> {
    if counts.protect.is_empty() && counts.keep.is_empty() {
        return mask.iter().map(|&m| m != 0).collect();
    }
    let safe = top_k(weights, |i| mask[i] != 0, &counts.protect);
    let others = top_k(weights, |i| mask[i] != 0 && !safe[i], &counts.keep);
    safe.iter()
        .zip(&others)
        .map(|(&safe, &other)| safe || other)
        .collect()
}

/// Grows each position outside `kept` when its uniform draw falls below `k / inactive` of its
/// group.
fn flip_coins(groups: &[Group], draws: &[f32], kept: &[bool]) -> Vec<bool> {
    let mut grown = vec![false; kept.len()];
    for group in groups {
        let range = group.start..group.start + group.len;
        let inactive = kept[range.clone()].iter().filter(|&&kept| !kept).count();
        let chance = (group.k as f64 / inactive.max(1) as f64) as f32;
        for i in range {
            grown[i] = !kept[i] && draws[i] < chance;
        }
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;
    use tightrope_core::config::{Growth, Scope};

    const DROP_HALF: MaskPlan = MaskPlan::DropGrow {
        fraction: 0.5,
        scope: Scope::Global,
        growth: Growth::Gradient,
    };

    #[test]
    fn a_weight_dropped_and_regrown_keeps_its_value() {
        let mut weights = [0.1, -0.2, 0.3, 0.4, 0.0, 0.0];
        let mut mask = [1, 1, 1, 1, 0, 0];
        let delta = update(
            &DROP_HALF,
            &[4, 2],
            0.0,
            &mut weights,
            &mut mask,
            &[0., 9., 9., 9., 0., 5.],
        );
        assert_eq!(mask, [0, 1, 1, 1, 0, 1]);
        assert_eq!(weights, [0.0, -0.2, 0.3, 0.4, 0.0, 0.0]);
        assert_eq!(
            delta,
            MaskDelta {
                dropped: 1,
                grown: 1,
                regrown: 1,
                layers: vec![3, 1]
            }
        );
    }

    #[test]
    fn zero_gradients_never_make_a_net_dense() {
        let mut weights = [0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.0, 0.0];
        let mut mask = [1, 1, 1, 1, 0, 0, 0, 0];
        let delta = update(&DROP_HALF, &[8], 0.0, &mut weights, &mut mask, &[0.0; 8]);
        assert_eq!(delta.layers, [4]);
        assert_eq!(mask, [1, 1, 1, 1, 0, 0, 0, 0]);
        assert_eq!((delta.dropped, delta.grown, delta.regrown), (0, 0, 2));
    }

    #[test]
    fn lowering_spares_each_layers_largest() {
        let mut weights = [0.01, 0.02, 0.5, 0.6];
        let mut mask = [1; 4];
        let plan = MaskPlan::Lower { density: 0.5 };
        let delta = update(&plan, &[2, 2], 0.3, &mut weights, &mut mask, &[]);
        assert_eq!(mask, [0, 1, 0, 1]);
        assert_eq!(delta.layers, [1, 1]);
        let mut weights = [0.01, 0.02, 0.4, 0.5, 0.6];
        let mut mask = [1; 5];
        let plan = MaskPlan::Lower { density: 0.6 };
        update(&plan, &[2, 3], 0.3, &mut weights, &mut mask, &[]);
        assert_eq!(mask, [0, 1, 0, 1, 1]);
    }

    #[test]
    fn every_inactive_weight_of_a_layer_grows_by_its_own_coin() {
        let plan = MaskPlan::DropGrow {
            fraction: 0.5,
            scope: Scope::Layer,
            growth: Growth::Random,
        };
        let mut weights = [0.1, 0.9, 0.0, 0.0, 0.5, 0.6, 0.7, 0.8, 0.0, 0.0];
        let mut mask = [1, 1, 0, 0, 1, 1, 1, 1, 0, 0];
        // Chances of 1/3 and 2/4.
        let draws = [0.34, 0.0, 0.33, 0.9, 0.5, 0.49, 0.0, 0.0, 0.1, 0.9];
        let delta = update(&plan, &[4, 6], 0.0, &mut weights, &mut mask, &draws);
        assert_eq!(mask, [0, 1, 1, 0, 0, 1, 1, 1, 1, 0]);
        assert_eq!((delta.dropped, delta.grown, delta.regrown), (2, 2, 1));
    }

    #[test]
    fn pruning_keeps_the_largest_of_all() {
        let mut weights = [0.1, -0.5, 0.3, 0.4, -0.2];
        assert_eq!(prune(0.5, &mut weights), [0, 1, 0, 1, 0]);
        assert_eq!(weights, [0.0, -0.5, 0.0, 0.4, 0.0]);
    }

    #[test]
    fn raising_and_lowering_meet_their_densities() {
        let mut weights: Vec<f32> = (0..40)
            .map(|i| if i < 10 { i as f32 + 1.0 } else { 0.0 })
            .collect();
        let mut mask: Vec<u8> = (0..40).map(|i| u8::from(i < 10)).collect();
        let scores: Vec<f32> = (0..40).map(|i| i as f32).collect();
        let raise = MaskPlan::Raise { density: 0.5 };
        let delta = update(&raise, &[30, 10], 0.0, &mut weights, &mut mask, &scores);
        assert_eq!((delta.grown, delta.layers), (10, vec![10, 10]));
        let lower = MaskPlan::Lower { density: 0.2 };
        let delta = update(&lower, &[30, 10], 0.0, &mut weights, &mut mask, &[]);
        assert_eq!((delta.dropped, delta.layers), (12, vec![8, 0]));
        assert_eq!(weights[..3], [0.0, 0.0, 3.0]);
    }
}
