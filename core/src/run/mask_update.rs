//! The only mask update: turns a plan into a new mask on the device and reads back counts only.

use burn::tensor::Tensor;

use crate::{
    Result,
    config::Regrown,
    device::read_counts,
    event::MaskEvent,
    kernel::{mask::mask_apply, select::top_k},
    net::Net,
    sparse::{
        plan::{Counts, MaskDelta, MaskPlan, counts},
        select::Candidates,
    },
};

/// Applies `plan` to the net's mask. `scores` `[>= maskable]` (gradients or random numbers) decide
/// where weights grow. The caller averages afterwards. Returns `None` if the plan changes nothing.
///
/// # Errors
/// When the device fails.
pub async fn apply(
    net: &mut Net,
    plan: &MaskPlan,
    min_layer_density: f64,
    scores: Option<Tensor<1>>,
) -> Result<Option<MaskDelta>> {
    let sizes = net.layer_sizes();
    let counts = counts(plan, &net.active, &sizes, min_layer_density);
    // Without scores no weight could grow, and dropping alone would thin the net.
    if counts.is_empty() || (scores.is_none() && !counts.grow.is_empty()) {
        return Ok(None);
    }
    let masked = net.masked_len();
    let before = net.mask.clone();
    let weight = net.flat.weight.clone().slice(0..masked);
    let kept = keep(&counts, weight, before.clone());
    let grown = match scores {
        Some(scores) if !counts.grow.is_empty() => {
            let scores = scores.slice(0..masked);
            if plan.grows_by_coin() {
                coins(&counts, scores, kept.clone(), net)
            } else {
                top_k(scores, kept.clone(), Candidates::Inactive, &counts.grow)
            }
        }
        _ => before.zeros_like(),
    };
    let mask = kept.clone() + grown.clone();
    let regrown = before.clone() * grown;
    let valued = match net.regrown {
        Regrown::Keep => mask.clone(),
        Regrown::Zero => mask.clone() - regrown.clone(),
    };
    if net.regrown == Regrown::Zero && net.has_average() {
        net.flat.average = mask_apply(net.flat.average.clone(), valued.clone());
    }
    net.flat.weight = mask_apply(net.flat.weight.clone(), valued);
    net.ever = net.ever.clone().max_pair(mask.clone());
    net.mask = mask.clone();

    let both = before.clone() * mask.clone();
    let [dropped, grown] = [before - both.clone(), mask - both];
    let sums = Tensor::cat(
        [dropped, grown, regrown]
            .into_iter()
            .flat_map(|t| net.layer_sums(&t))
            .collect(),
        0,
    );
    let sums = read_counts(sums).await?;
    let total = |i: usize| sums[i * sizes.len()..(i + 1) * sizes.len()].iter().sum();
    net.count().await?;
    net.reindex();
    Ok(Some(MaskDelta {
        dropped: total(0),
        grown: total(1),
        regrown: total(2),
        layers: net.active.clone(),
    }))
}

/// The event of an update by `plan` on iteration `t`; `br` is the balance ratio, if it decided the
/// update.
pub(super) fn event(
    net: &Net,
    plan: &MaskPlan,
    delta: MaskDelta,
    t: u64,
    br: Option<f64>,
) -> MaskEvent {
    MaskEvent {
        iteration: t,
        net: net.role,
        change: plan.change(),
        dropped: delta.dropped,
        grown: delta.grown,
        regrown: delta.regrown,
        active: delta.layers.iter().sum(),
        density: net.density(),
        drop_fraction: match *plan {
            MaskPlan::DropGrow { fraction, .. } => Some(fraction),
            MaskPlan::Raise { .. } | MaskPlan::Lower { .. } | MaskPlan::Prune { .. } => None,
        },
        br,
        layers: delta.layers,
    }
}

fn keep(counts: &Counts, weight: Tensor<1>, mask: Tensor<1>) -> Tensor<1> {
    if counts.keep.is_empty() {
        return mask;
    }
    if counts.protect.is_empty() {
        return top_k(weight, mask, Candidates::Active, &counts.keep);
    }
    let protected = top_k(
        weight.clone(),
        mask.clone(),
        Candidates::Active,
        &counts.protect,
    );
    protected.clone() + top_k(weight, mask - protected, Candidates::Active, &counts.keep)
}

/// STU-GAN's random growth: every inactive weight of a layer by its own coin, so that counts are
/// right on average.
fn coins(counts: &Counts, uniform: Tensor<1>, kept: Tensor<1>, net: &Net) -> Tensor<1> {
    let mut pieces = Vec::new();
    for (group, &active) in counts.grow.iter().zip(&net.active) {
        let range = group.start..group.start + group.len;
        let inactive = (group.len - active + group.k).max(1);
        let chance = (group.k as f64 / inactive as f64) as f32;
        let drawn = uniform
            .clone()
            .slice(range.clone())
            .lower_elem(chance)
            .float();
        pieces.push(drawn * (1.0 - kept.clone().slice(range)));
    }
    Tensor::cat(pieces, 0)
}
