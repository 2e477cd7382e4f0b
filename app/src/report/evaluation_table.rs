//! Evaluations of a group over seeds, grouped by the way they were made.

use anyhow::Result;
use tightrope_core::{config::RunConfig, evaluation::Evaluation, record::StoredRun};

use super::{
    evaluations::{Best, Measure, measures},
    seeds::BySeed,
    variant::Variant,
    words::number,
};

/// The evaluations of a group.
pub struct EvaluationTable {
    kinds: Vec<Kind>,
    /// By variant, then by seed: the evaluations of each run and each kind.
    variants: Vec<Vec<Vec<Measured>>>,
}

/// A run's evaluations of one kind.
struct Measured {
    /// Index of the kind.
    kind: usize,
    /// By rising iteration, one each and at least one. Omits those from before a pruning.
    evaluations: Vec<Evaluation>,
}

/// Selects one of a run's evaluations.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    /// The evaluation of the latest iteration.
    Last,
    /// The best evaluation over training.
    Best(Best),
}

/// A way of measuring.
struct Kind {
    /// See [`Evaluation::shared_protocol`]. Equal texts are the same way.
    protocol: String,
    /// The network's confidence on real images.
    real_confidence: Option<f64>,
}

/// A number of every variant.
pub struct Series {
    /// Name of the number.
    pub title: String,
    /// Explanation, where the title needs one.
    pub hint: Option<&'static str>,
    /// Whether it adds detail to a distance or a score.
    pub is_detail: bool,
    /// By variant, then by seed.
    pub values: Vec<BySeed>,
}

/// Reads the evaluations of all runs.
///
/// # Errors
/// When a file cannot be read.
pub fn evaluation_table(variants: &[Variant]) -> Result<EvaluationTable> {
    let mut all = EvaluationTable {
        kinds: Vec::new(),
        variants: Vec::new(),
    };
    for variant in variants {
        let mut of_variant = Vec::new();
        for runs in variant.seeds() {
            let mut of_seed = Vec::new();
            for run in runs {
                of_seed.append(&mut all.of_run(run)?);
            }
            of_variant.push(of_seed);
        }
        all.variants.push(of_variant);
    }
    Ok(all)
}

impl EvaluationTable {
    fn of_run(&mut self, run: &StoredRun) -> Result<Vec<Measured>> {
        let mut measured: Vec<Measured> = Vec::new();
        for evaluation in run.evaluations()? {
            let kind = self.kind(&evaluation, run.config.seed);
            match measured.iter_mut().find(|known| known.kind == kind) {
                Some(known) => known.evaluations.push(evaluation),
                None => measured.push(Measured {
                    kind,
                    evaluations: vec![evaluation],
                }),
            }
        }
        for known in &mut measured {
            known.tidy(&run.config);
        }
        Ok(measured)
    }

    fn kind(&mut self, evaluation: &Evaluation, seed: u64) -> usize {
        let protocol = evaluation.shared_protocol(seed);
        let known = self.kinds.iter().position(|kind| kind.protocol == protocol);
        known.unwrap_or_else(|| {
            self.kinds.push(Kind {
                protocol,
                real_confidence: evaluation.real.confidence,
            });
            self.kinds.len() - 1
        })
    }

    /// A line for each way of measuring.
    pub fn protocols(&self) -> Vec<String> {
        let protocol = |kind: &Kind| match kind.real_confidence {
            Some(real) => format!(
                "{}; its confidence in real images is {}",
                kind.protocol,
                number(real)
            ),
            None => kind.protocol.clone(),
        };
        self.kinds.iter().map(protocol).collect()
    }

    /// The distances at the end, one series per way of measuring.
    pub fn distances(&self) -> Vec<Series> {
        let first = |kind| self.names(kind).into_iter().next().map(|name| (kind, name));
        (0..self.kinds.len())
            .filter_map(first)
            .map(|(kind, measure)| self.over_seeds(kind, &measure, Which::Last))
            .collect()
    }

    /// All measured numbers. For runs measured more than once, the best over training, as papers
    /// report it, precedes the last.
    pub fn series(&self) -> Vec<Series> {
        let mut all = Vec::new();
        for kind in 0..self.kinds.len() {
            let several = self.of(kind).any(|known| known.evaluations.len() > 1);
            for measure in self.names(kind) {
                if let Some(best) = measure.best.filter(|_| several) {
                    all.push(self.over_seeds(kind, &measure, Which::Best(best)));
                }
                all.push(self.over_seeds(kind, &measure, Which::Last));
            }
        }
        all
    }

    fn of(&self, kind: usize) -> impl Iterator<Item = &Measured> {
        let all = self.variants.iter().flatten().flatten();
        all.filter(move |known| known.kind == kind)
    }

    /// Numbers of a way of measuring, the distance first.
    fn names(&self, kind: usize) -> Vec<Measure> {
        let mut names: Vec<Measure> = Vec::new();
        let last = self.of(kind).filter_map(|known| known.evaluations.last());
        for measure in last.flat_map(measures) {
            if names.iter().all(|known| known.name != measure.name) {
                names.push(measure);
            }
        }
        names
    }

    fn over_seeds(&self, kind: usize, measure: &Measure, which: Which) -> Series {
        let of_seed = |runs: &Vec<Measured>| {
            let own = runs.iter().filter(|known| known.kind == kind);
            let values: Vec<f64> = own
                .filter_map(|known| known.value(&measure.name, which))
                .collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let of_variant = |seeds: &Vec<Vec<Measured>>| seeds.iter().map(of_seed).collect();
        let (of, hint) = match which {
            Which::Best(_) => (
                " best",
                Some(
                    "the best of each run's checkpoints, as papers report it; without *best*: of its last",
                ),
            ),
            Which::Last => ("", None),
        };
        let number = match self.kinds.len() {
            1 => String::new(),
            _ => format!(" ({})", kind + 1),
        };
        Series {
            title: format!("{}{of}{number}", measure.name),
            hint,
            is_detail: measure.is_detail,
            values: self.variants.iter().map(of_variant).collect(),
        }
    }
}

impl Measured {
    /// Sorts by iteration, keeps the newest evaluation of each, and drops those from before the
    /// last pruning.
    fn tidy(&mut self, config: &RunConfig) {
        let all = &mut self.evaluations;
        all.reverse();
        all.sort_by_key(|evaluation| evaluation.samples.iteration);
        all.dedup_by_key(|evaluation| evaluation.samples.iteration);
        let stage = |evaluation: &Evaluation| config.stage_of(evaluation.samples.iteration);
        if let Some(last) = all.last().map(stage) {
            all.retain(|evaluation| stage(evaluation) == last);
        }
    }

    fn value(&self, name: &str, which: Which) -> Option<f64> {
        let of = |evaluation: &Evaluation| {
            let found = measures(evaluation).into_iter().find(|m| m.name == name);
            found.map(|measure| measure.value)
        };
        let values = self.evaluations.iter().filter_map(of);
        match which {
            Which::Last => self.evaluations.last().and_then(of),
            Which::Best(Best::Least) => values.min_by(f64::total_cmp),
            Which::Best(Best::Greatest) => values.max_by(f64::total_cmp),
        }
    }
}

#[cfg(test)]
mod tests {
    use tightrope_core::{
        evaluation::{Real, Samples},
        layer::NormStatistics,
        record::write_evaluation,
    };

    use super::*;
    use crate::report::{fixture, seeds::OverSeeds, variant::variants};

    fn evaluation(seed: u64, iteration: u64, frechet: f64) -> Evaluation {
        Evaluation {
            network: "resnet20".into(),
            samples: Samples {
                iteration,
                seed,
                count: 1000,
                ..Samples::default()
            },
            real: Real {
                data: "cifar10:/home/me/data".into(),
                confidence: Some(0.98),
                ..Real::default()
            },
            confidence: Some(0.5),
            frechet,
            ..Evaluation::default()
        }
    }

    #[test]
    fn seeds_share_a_column_and_other_protocols_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let runs: Vec<_> = [1, 2]
            .map(|seed| {
                let mut run = fixture::run("static", seed, 100);
                run.path = folder.path().join(seed.to_string());
                std::fs::create_dir(&run.path).unwrap();
                // The latest iteration counts, in any order of evaluation.
                for (iteration, frechet) in [(50, 0.5 * seed as f64), (100, seed as f64), (80, 9.0)]
                {
                    write_evaluation(&run.path, &evaluation(seed, iteration, frechet)).unwrap();
                }
                run
            })
            .into();
        let told = evaluation_table(&variants(&runs)).unwrap();
        let titles: Vec<String> = told.series().into_iter().map(|s| s.title).collect();
        assert_eq!(
            titles,
            [
                "Fr\u{e9}chet resnet20 best",
                "Fr\u{e9}chet resnet20",
                "confidence resnet20"
            ]
        );
        let over = OverSeeds::of_seeds(&told.distances()[0].values[0]).unwrap();
        assert_eq!((over.median, over.least, over.greatest), (1.5, 1.0, 2.0));
        let best = OverSeeds::of_seeds(&told.series()[0].values[0]).unwrap();
        assert_eq!((best.median, best.least, best.greatest), (0.75, 0.5, 1.0));
        let protocol = &told.protocols()[0];
        assert!(
            protocol.contains(", cifar10; its confidence") && protocol.contains("run's seed"),
            "{protocol}"
        );

        let other = evaluation(7, 100, 3.0);
        write_evaluation(&runs[0].path, &other).unwrap();
        let told = evaluation_table(&variants(&runs)).unwrap();
        let distances = told.distances();
        let titles: Vec<&str> = distances.iter().map(|s| s.title.as_str()).collect();
        assert_eq!(
            titles,
            ["Fr\u{e9}chet resnet20 (1)", "Fr\u{e9}chet resnet20 (2)"]
        );
        assert_eq!(distances[1].values[0], [Some(3.0), None]);

        let mut running = evaluation(1, 100, 4.0);
        running.samples.batch_norm = NormStatistics::Running;
        write_evaluation(&runs[0].path, &running).unwrap();
        let told = evaluation_table(&variants(&runs)).unwrap();
        assert_eq!(told.distances().len(), 3);
        let protocols = told.protocols().join("\n");
        assert!(protocols.contains("running statistics"), "{protocols}");
        assert!(told.protocols()[1].contains("z seed 7"));
    }
}
