//! Exact top-k: the twin of the `topk_*` kernels, with the same passes.

use crate::sparse::select::Group;

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;

/// Marks in every group the `k` candidates with the largest `|score|`; among equals the lowest flat
/// position wins. A NaN counts as larger than infinity. Positions outside all groups are never
/// selected.
///
/// The magnitude of a float orders like its bits, so the k-th largest is found digit by digit
/// from four histograms, without sorting: O(n).
///
/// scores: `[n]`; result: `[n]`.
pub fn top_k(scores: &[f32], is_candidate: impl Fn(usize) -> bool, groups: &[Group]) -> Vec<bool> {
    let mut selected = vec![false; scores.len()];
    for group in groups.iter().filter(|group| group.k > 0) {
        let range = group.start..group.start + group.len;
        let key = |position: usize| scores[position].abs().to_bits();
        let candidates = || range.clone().filter(|&position| is_candidate(position));
        let Some(threshold) = threshold(|| candidates().map(key), group.k) else {
            candidates().for_each(|position| selected[position] = true);
            continue;
        };
        let mut ties = threshold.ties;
        for position in candidates() {
            let take = match key(position).cmp(&threshold.key) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal if ties > 0 => {
                    ties -= 1;
                    true
                }
                _ => false,
            };
            selected[position] = take;
        }
    }
    selected
}

struct Threshold {
    /// The k-th largest key.
    key: u32,
    /// Number of candidates equal to it that are still needed.
    ties: usize,
}

/// The threshold of `k` keys; `None` if no more than `k` exist.
fn threshold<I: Iterator<Item = u32>>(keys: impl Fn() -> I, k: usize) -> Option<Threshold> {
    let (mut prefix, mut known, mut needed) = (0, 0, k);
    for shift in (0..u32::BITS).step_by(DIGIT_BITS as usize).rev() {
        let mut histogram = [0_usize; BUCKETS];
        for key in keys().filter(|key| key & known == prefix) {
            histogram[(key >> shift) as usize % BUCKETS] += 1;
        }
        if known == 0 && histogram.iter().sum::<usize>() <= k {
            return None;
        }
        let mut digit = BUCKETS - 1;
        while histogram[digit] < needed {
            needed -= histogram[digit];
            digit -= 1;
        }
        prefix |= (digit as u32) << shift;
        known |= (BUCKETS as u32 - 1) << shift;
    }
    Some(Threshold {
        key: prefix,
        ties: needed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sparse::select::Candidates;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// The definition: sorts by falling magnitude, then by position.
    fn by_sorting(
        scores: &[f32],
        mask: &[f32],
        candidates: Candidates,
        groups: &[Group],
    ) -> Vec<bool> {
        let mut selected = vec![false; scores.len()];
        for group in groups {
            let mut order: Vec<usize> = (group.start..group.start + group.len)
                .filter(|&i| candidates.admits(mask[i]))
                .collect();
            order.sort_by(|&a, &b| scores[b].abs().total_cmp(&scores[a].abs()).then(a.cmp(&b)));
            order.iter().take(group.k).for_each(|&i| selected[i] = true);
        }
        selected
    }

    #[test]
    fn agrees_with_sorting_at_awkward_sizes() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for n in [1, 2, 63, 64, 65, 257, 5000] {
            for coarse in [false, true] {
                let scores: Vec<f32> = (0..n)
                    .map(|_| {
                        let x = rng.random_range(-1.0..1.0_f32);
                        if coarse { (x * 3.0).round() } else { x }
                    })
                    .collect();
                let mask: Vec<f32> = (0..n).map(|_| f32::from(rng.random_bool(0.6))).collect();
                for k in [0, 1, n / 3, n / 2, n] {
                    let half = n / 2;
                    let groups = [
                        vec![Group {
                            start: 0,
                            len: n,
                            k,
                        }],
                        vec![
                            Group {
                                start: 0,
                                len: half,
                                k: k / 2,
                            },
                            Group {
                                start: half,
                                len: n - half,
                                k,
                            },
                        ],
                    ];
                    for groups in groups {
                        for candidates in [Candidates::Active, Candidates::Inactive] {
                            assert_eq!(
                                top_k(&scores, |i| candidates.admits(mask[i]), &groups),
                                by_sorting(&scores, &mask, candidates, &groups),
                                "n {n}, coarse {coarse}, {candidates:?}, {groups:?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn equal_scores_go_to_the_lowest_positions() {
        let group = [Group {
            start: 1,
            len: 4,
            k: 2,
        }];
        assert_eq!(
            top_k(&[0.0; 6], |i| i != 1, &group),
            [false, false, true, true, false, false]
        );
    }
}
