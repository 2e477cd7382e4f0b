//! The numbers of a run's outcome, and their mean over several runs.

use tightrope_core::{
    config::Role,
    event::{EndReason, Verdict},
    history::History,
    record::StoredRun,
};

/// Numbers of one run or, as a mean, of several. `None` means not measured.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Modes covered at the last measurement.
    pub modes: Option<f64>,
    /// Modes in the data.
    pub modes_total: Option<f64>,
    /// Share of high-quality samples.
    pub high_quality: Option<f64>,
    /// KL of the mode histogram from uniform, nats.
    pub kl: Option<f64>,
    /// Frechet distance on fixed random features.
    pub frechet: Option<f64>,
    /// The lowest Frechet distance over training.
    pub best_frechet: Option<f64>,
    /// Median windowed BR over the last third.
    pub late_br: Option<f64>,
    /// Probes at which D ranked fakes above reals, if any.
    pub inverted: Option<f64>,
    /// Share of the time with BR in its band.
    pub in_band: Option<f64>,
    /// Share of the time with BR in its band, after the first third of the iterations.
    pub late_in_band: Option<f64>,
    /// Share of the time with BR below its band.
    pub below_band: Option<f64>,
    /// Share of the time with BR above its band.
    pub above_band: Option<f64>,
    /// Middle of the band.
    pub band_middle: Option<f64>,
    /// Density of G now.
    pub density_g: Option<f64>,
    /// Density of D at the start.
    pub density_d_start: Option<f64>,
    /// Density of D now.
    pub density_d: Option<f64>,
    /// The density of D furthest from its start.
    pub density_d_furthest: Option<f64>,
    /// Active parameters of G.
    pub active_g: Option<f64>,
    /// Active parameters of D.
    pub active_d: Option<f64>,
    /// Share of G's maskable weights that were ever active.
    pub exploration_g: Option<f64>,
    /// Training FLOPs relative to dense, as computed by this program.
    pub flops: Option<f64>,
    /// Training FLOPs relative to dense, as ADAPT counts.
    pub flops_paper: Option<f64>,
    /// Training FLOPs relative to dense, as STU-GAN counts.
    pub flops_stu: Option<f64>,
    /// Testing FLOPs: those of one generated image.
    pub testing_flops: Option<f64>,
    /// Seconds of training.
    pub seconds: Option<f64>,
}

/// A field of [`Outcome`].
pub type Field = fn(&mut Outcome) -> &mut Option<f64>;

const FIELDS: [Field; 25] = [
    |o| &mut o.modes,
    |o| &mut o.modes_total,
    |o| &mut o.high_quality,
    |o| &mut o.kl,
    |o| &mut o.frechet,
    |o| &mut o.best_frechet,
    |o| &mut o.late_br,
    |o| &mut o.inverted,
    |o| &mut o.in_band,
    |o| &mut o.late_in_band,
    |o| &mut o.below_band,
    |o| &mut o.above_band,
    |o| &mut o.band_middle,
    |o| &mut o.density_g,
    |o| &mut o.density_d_start,
    |o| &mut o.density_d,
    |o| &mut o.density_d_furthest,
    |o| &mut o.active_g,
    |o| &mut o.active_d,
    |o| &mut o.exploration_g,
    |o| &mut o.flops,
    |o| &mut o.flops_paper,
    |o| &mut o.flops_stu,
    |o| &mut o.testing_flops,
    |o| &mut o.seconds,
];

impl Outcome {
    /// Collects the numbers of one run.
    pub fn of(history: &History) -> Self {
        let quality = history.last_quality();
        let flops = history.relative_flops();
        let density_d = history.density_range(Role::D);
        let density_d_furthest = density_d.and_then(|(start, _)| {
            let densities = history.stats.iter().map(|stats| stats.density_d);
            densities.max_by(|a, b| (a - start).abs().total_cmp(&(b - start).abs()))
        });
        let finite = |value: Option<f64>| value.filter(|v| v.is_finite());
        Self {
            modes: quality.and_then(|q| q.modes).map(|n| n as f64),
            modes_total: quality.and_then(|q| q.modes_total).map(|n| n as f64),
            high_quality: finite(quality.and_then(|q| q.high_quality)),
            kl: finite(quality.and_then(|q| q.kl)),
            frechet: finite(quality.and_then(|q| q.frechet_rf)),
            best_frechet: finite(history.best_quality().and_then(|q| q.frechet_rf)),
            late_br: history.late_br(),
            inverted: history
                .latest()
                .map(|s| s.inverted as f64)
                .filter(|n| *n > 0.0),
            in_band: history.share_in_band(),
            late_in_band: history.late_share_in_band(),
            below_band: history.share_below_band(),
            above_band: history.share_above_band(),
            band_middle: history.band().map(|(low, high)| (low + high) / 2.0),
            density_g: history.density_range(Role::G).map(|d| d.1),
            density_d_start: density_d.map(|d| d.0),
            density_d: density_d.map(|d| d.1),
            density_d_furthest,
            active_g: history.active_params(Role::G).map(|n| n as f64),
            active_d: history.active_params(Role::D).map(|n| n as f64),
            exploration_g: history.latest().map(|s| s.exploration_g),
            flops: flops.map(|f| f.performed),
            flops_paper: flops.map(|f| f.paper),
            flops_stu: flops.and_then(|f| f.stu),
            testing_flops: history.testing_flops(),
            seconds: history.latest().map(|s| s.seconds),
        }
    }

    /// The mean of every number over the runs that have it.
    pub fn mean(all: &[Self]) -> Self {
        let mut mean = Self::default();
        for field in FIELDS {
            let values: Vec<f64> = all.iter().filter_map(|o| *field(&mut o.clone())).collect();
            if !values.is_empty() {
                *field(&mut mean) = Some(values.iter().sum::<f64>() / values.len() as f64);
            }
        }
        mean
    }
}

/// The end of a run in words: failed, stopped, unfinished or dead; `None` if it finished as
/// planned.
pub fn trouble(run: &StoredRun) -> Option<String> {
    standing(&run.history)
}

/// [`trouble`] of a run's history.
pub fn standing(history: &History) -> Option<String> {
    let done = history.iteration();
    let total = history.config.as_ref().map_or(0, |c| c.total_iterations());
    match history.ended.as_ref().map(|e| &e.reason) {
        Some(EndReason::Failed(why)) => Some(format!("failed at iteration {done}: {why}")),
        Some(EndReason::Stopped) => Some(format!("stopped at iteration {done} of {total}")),
        None => Some(format!("unfinished, {done} of {total} iterations")),
        Some(EndReason::Finished) => {
            dead_since(history).map(|at| format!("D is dead since iteration {at}"))
        }
    }
}

fn dead_since(history: &History) -> Option<u64> {
    let last = history.verdicts.last()?;
    (last.1 == Verdict::DDead).then_some(last.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_mean_is_over_those_who_have_a_number() {
        let with = |modes| Outcome {
            modes,
            ..Outcome::default()
        };
        let mean = Outcome::mean(&[with(Some(4.0)), with(None), with(Some(8.0))]);
        assert_eq!((mean.modes, mean.kl), (Some(6.0), None));
    }

    #[test]
    fn troubles_are_told() {
        let mut run = fixture::run("static", 1, 100);
        assert_eq!(trouble(&run), None);
        run.history.verdicts.push((70, Verdict::DDead));
        assert_eq!(
            trouble(&run).as_deref(),
            Some("D is dead since iteration 70")
        );
        run.history.ended = None;
        assert_eq!(
            trouble(&run).as_deref(),
            Some("unfinished, 100 of 100 iterations")
        );
    }
}
