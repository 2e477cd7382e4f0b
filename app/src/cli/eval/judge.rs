//! Judges the samples of one run against real images.

use std::path::Path;

use anyhow::{Result, bail};
use tightrope_core::{
    config::SAMPLE_BATCH,
    device::Chosen,
    evaluation::{Evaluation, Real, Samples, Statistics, evaluate},
    event::SampleData,
    feature::{Bytes, FeatureNet, to_bytes},
    progress::Progress,
    record::{read_evaluations, write_evaluation},
    run::{Classes, Draw},
    session::RunCheckpoint,
};

use super::super::{
    eval_args::EvalArgs,
    evaluating::{Work, statistics},
    output::say,
};
use crate::report;

/// Samples drawn between two progress reports; a multiple of the batch.
const PIECE: usize = 10 * SAMPLE_BATCH;

/// Judges runs by a network, and remembers the real images it has measured.
pub struct Judge<'a> {
    args: &'a EvalArgs,
    network: &'a FeatureNet,
    chosen: &'a Chosen,
    /// Statistics of real images, by data and side.
    known: Vec<((String, usize), Measure)>,
}

impl<'a> Judge<'a> {
    /// A judge that has measured no real images.
    pub fn new(args: &'a EvalArgs, network: &'a FeatureNet, chosen: &'a Chosen) -> Self {
        Self {
            args,
            network,
            chosen,
            known: Vec::new(),
        }
    }

    /// Judges a run, writes the figures into its folder and prints them.
    pub async fn judge(&mut self, stored: &RunCheckpoint) -> Result<()> {
        self.judged(stored, &[]).await.map(drop)
    }

    /// As [`judge`](Self::judge), unless an evaluation of the same checkpoint by the same protocol
    /// exists.
    pub async fn judge_once(&mut self, stored: &RunCheckpoint) -> Result<Option<Evaluation>> {
        let known = read_evaluations(&stored.folder)?;
        self.judged(stored, &known).await
    }

    async fn judged(
        &mut self,
        stored: &RunCheckpoint,
        known: &[Evaluation],
    ) -> Result<Option<Evaluation>> {
        let source = self
            .args
            .real
            .as_ref()
            .unwrap_or(&stored.config.data.source);
        let key = (source.clone(), stored.config.data.side);
        let place = match self.known.iter().position(|(known, _)| *known == key) {
            Some(place) => place,
            None => {
                let measure = Measure::open(self.args, &key, self.network).await?;
                self.known.push((key, measure));
                self.known.len() - 1
            }
        };
        let measured = self.measured(stored, &self.known[place].1, known).await?;
        if let Some(evaluation) = &measured {
            write_evaluation(&stored.folder, evaluation)?;
            tell(&stored.folder, evaluation)?;
        }
        Ok(measured)
    }

    async fn measured(
        &self,
        stored: &RunCheckpoint,
        measure: &Measure,
        known: &[Evaluation],
    ) -> Result<Option<Evaluation>> {
        let args = self.args;
        let mut run = stored.generator(args.seed, self.chosen).await?;
        let seed = run.config.seed;
        let averaged = run.has_average() && !args.raw;
        let count = args.count as usize;
        let side = run.config.data.side;
        let about = Evaluation {
            network: self.network.network().name(),
            weights: self.network.sha256().to_owned(),
            resize: args.judge.resize.name().to_owned(),
            samples: Samples {
                iteration: stored.iteration,
                averaged,
                seed,
                count,
                side,
                batch_norm: args.batch_norm,
                norm_batch: run.config.norm_batch,
            },
            real: measure.real.clone(),
            ..Evaluation::default()
        };
        let is_same = |other: &Evaluation| {
            other.samples.iteration == stored.iteration && other.is_comparable(&about)
        };
        if known.iter().any(is_same) {
            return Ok(None);
        }
        let mut values = Vec::new();
        let work = Work::begin("samples", args.judge.quiet)?;
        let mut shape = None;
        for first in (0..count).step_by(PIECE) {
            work.at(first, count)?;
            // Each piece has its own stream, so that a larger count starts with the same samples.
            let stream = format!("evaluation.{}", first / PIECE);
            let piece = run
                .draw(Draw {
                    classes: Classes::Random,
                    count: PIECE.min(count - first),
                    stream: &stream,
                    averaged,
                    norm: args.batch_norm,
                })
                .await?;
            let SampleData::Images {
                channels,
                side,
                pixels,
                ..
            } = piece
            else {
                bail!("{}: its samples are not images", stored.folder.display());
            };
            shape = Some((channels, side));
            values.extend(to_bytes(&pixels));
        }
        drop(work);
        let (channels, side) = shape.unwrap_or_default();
        let images = Bytes {
            channels,
            side,
            values: &values,
        };
        let work = Work::begin("features of samples", args.judge.quiet)?;
        let features = self
            .network
            .features(images, args.judge.resize, &work)
            .await?;
        let about = (
            Samples {
                side,
                ..about.samples
            },
            about.real,
        );
        let (statistics, resize) = (&measure.statistics, args.judge.resize);
        let evaluation = evaluate(&features, statistics, self.network, resize, about, &work)?;
        // A distance takes seconds without a check for Ctrl-C; an evaluation called off meanwhile
        // is not recorded.
        work.at(0, 0)?;
        Ok(Some(evaluation))
    }
}

/// Statistics of real images, and their description for the protocol.
struct Measure {
    statistics: Statistics,
    real: Real,
}

impl Measure {
    /// Opens a file of statistics, or measures data.
    async fn open(
        args: &EvalArgs,
        (source, side): &(String, usize),
        network: &FeatureNet,
    ) -> Result<Self> {
        let path = Path::new(source);
        let statistics = if path.extension().is_some_and(|ending| ending == "npz") {
            Statistics::read(path)?
        } else {
            statistics(source, *side, args.real_count, network, &args.judge).await?
        };
        // Checked here, before the program draws samples in vain.
        statistics.check(network, args.judge.resize)?;
        let real = match &statistics.about {
            Some(about) => Real {
                data: about.data.clone(),
                split: Some(about.split.clone()),
                count: Some(about.count),
                side: Some(about.side),
                confidence: Some(about.confidence),
            },
            None => Real {
                data: source.clone(),
                ..Real::default()
            },
        };
        Ok(Self { statistics, real })
    }
}

fn tell(folder: &Path, evaluation: &Evaluation) -> Result<()> {
    let mut lines = vec![folder.display().to_string()];
    for (name, value) in report::figures(evaluation) {
        lines.push(format!("  {name:20} {value}"));
    }
    if let Some(doubt) = evaluation.doubt() {
        lines.push(format!("  {doubt}"));
    }
    lines.push(format!("  {}", evaluation.protocol()));
    say(lines.join("\n"))?;
    Ok(())
}
