//! Marks in charts over iterations where runs that prune begin to train again.

use std::collections::BTreeMap;

use tightrope_core::history::History;

use super::chart::{Area, StageLine};

/// A line for each start of a stage, in a plot that ends at iteration `end`. Runs that start theirs
/// at the same iteration share a line, which names them.
pub fn lines<'a>(
    runs: impl Iterator<Item = (&'a str, &'a History)>,
    plot: Area,
    end: f64,
) -> Vec<StageLine> {
    let mut begun: BTreeMap<(u64, u64), Vec<&str>> = BTreeMap::new();
    for (label, history) in runs {
        for stage in &history.stages {
            let labels = begun.entry((stage.iteration, stage.stage)).or_default();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    let line = |((iteration, stage), labels): ((u64, u64), Vec<&str>)| StageLine {
        x: plot.x + plot.w * iteration.saturating_sub(1) as f64 / end.max(1.0),
        name: format!("stage {stage}"),
        label: format!("stage {stage} begins: pruned, {}", labels.join(", ")),
    };
    begun.into_iter().map(line).collect()
}
