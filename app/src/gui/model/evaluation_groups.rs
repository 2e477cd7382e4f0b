//! A run's evaluations, grouped by protocol.

use tightrope_core::evaluation::Evaluation;

/// Evaluations of a run that differ only in iteration.
pub struct EvaluationGroup<'a> {
    /// Sorted by iteration; only the last evaluation of an iteration is kept.
    pub all: Vec<&'a Evaluation>,
}

impl<'a> EvaluationGroup<'a> {
    /// Evaluation of the latest iteration.
    pub fn latest(&self) -> &'a Evaluation {
        self.all[self.all.len() - 1]
    }

    /// Evaluation with the least distance, the earliest among equals.
    pub fn best(&self) -> &'a Evaluation {
        let rest = self.all.iter().skip(1);
        rest.fold(self.all[0], |best, own| {
            if own.frechet < best.frechet {
                own
            } else {
                best
            }
        })
    }
}

/// Evaluations up to iteration `until`, one group per protocol, in order of first appearance.
pub fn grouped(evaluations: &[Evaluation], until: u64) -> Vec<EvaluationGroup<'_>> {
    let mut groups: Vec<EvaluationGroup<'_>> = Vec::new();
    for evaluation in evaluations {
        let iteration = evaluation.samples.iteration;
        if iteration > until {
            continue;
        }
        let known = groups
            .iter_mut()
            .find(|group| group.all[0].is_comparable(evaluation));
        let Some(group) = known else {
            groups.push(EvaluationGroup {
                all: vec![evaluation],
            });
            continue;
        };
        let of = |own: &&Evaluation| own.samples.iteration;
        match group.all.binary_search_by_key(&iteration, of) {
            Ok(place) => group.all[place] = evaluation,
            Err(place) => group.all.insert(place, evaluation),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::fixture::evaluation;

    #[test]
    fn protocols_stay_apart_and_the_best_is_found() {
        let all = [
            evaluation("inception", 200, 30.0),
            evaluation("resnet20", 200, 1.0),
            evaluation("inception", 100, 50.0),
            evaluation("inception", 300, 40.0),
            evaluation("inception", 200, 31.0),
        ];
        let groups = grouped(&all, u64::MAX);
        let figures = |group: &EvaluationGroup<'_>| -> Vec<f64> {
            group.all.iter().map(|own| own.frechet).collect()
        };
        assert_eq!(figures(&groups[0]), [50.0, 31.0, 40.0]);
        assert_eq!(figures(&groups[1]), [1.0]);
        assert_eq!(groups[0].best().samples.iteration, 200);
        assert_eq!(groups[0].latest().samples.iteration, 300);
        let early = grouped(&all, 150);
        assert_eq!(early.len(), 1);
        assert_eq!(figures(&early[0]), [50.0]);
        assert!(grouped(&all, 0).is_empty());
    }
}
