//! `History::apply`: the only fold over events. Readers treat a live run and a stored run alike.

mod edits;
mod flops;
mod moment;
mod thinning;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    config::{Estimator, RecordConfig, Role, RunConfig},
    event::{
        EndReason, Event, MaskEvent, Masks, NetInfo, Quality, RunInfo, StageEvent, Stats, Verdict,
    },
};
pub use flops::RelativeFlops;
pub use moment::Moment;
pub use thinning::{KEPT_MOMENTS, KEPT_SAMPLES, KEPT_STATES, Thinning};

/// All events of a run so far, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The run's settings when it was started or last read, if known; [`History::settings`] has the
    /// current ones.
    pub config: Option<RunConfig>,
    /// The settings after all edits, once one was made.
    edited: Option<RunConfig>,
    /// Description of the run.
    pub info: Option<RunInfo>,
    /// States by rising iteration; of a long run, a [thinned](Thinning) choice.
    pub stats: Vec<Stats>,
    /// Mask changes by rising iteration.
    pub masks: Vec<MaskEvent>,
    /// Stages after the first, by rising iteration.
    #[serde(default)]
    pub stages: Vec<StageEvent>,
    /// Quality measurements by rising iteration.
    pub quality: Vec<Quality>,
    /// Settings edited while the run trained.
    pub edits: Vec<Edit>,
    /// Iterations at which the verdict on the balance changed.
    pub verdicts: Vec<(u64, Verdict)>,
    /// Checkpoints written: iteration and file name.
    pub checkpoints: Vec<(u64, String)>,
    /// Iterations from which the run was resumed.
    pub resumed: Vec<u64>,
    /// Samples of the fixed z and their networks' state, by iteration; of a long run, a
    /// [thinned](Thinning) choice.
    pub samples: BTreeMap<u64, Moment>,
    /// End of the run; `None` while it trains, and for a run that was cut off.
    pub ended: Option<Ended>,
}

/// A live setting edited by command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Iteration after which the edit holds.
    pub iteration: u64,
    /// Name of the setting.
    pub key: String,
    /// New value of the setting.
    pub value: String,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The last finished iteration.
    pub iteration: u64,
    /// Reason the run ended.
    pub reason: EndReason,
}

impl History {
    /// An empty history of a run with these settings.
    pub fn new(config: RunConfig) -> Self {
        Self {
            config: Some(config),
            ..Self::default()
        }
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.info = Some(info.clone()),
            Event::Stats(stats) => {
                self.stats.push(stats.clone());
                if self.stats.len() as u64 > 2 * KEPT_STATES {
                    self.thin_stats();
                }
            }
            Event::Mask(mask) => self.masks.push(mask.clone()),
            Event::Stage(stage) => self.stages.push(stage.clone()),
            Event::Quality(quality) => self.quality.push(quality.clone()),
            Event::Samples(samples) => {
                let moment = self.samples.entry(samples.iteration).or_default();
                let slot = if samples.averaged {
                    &mut moment.averaged
                } else {
                    &mut moment.raw
                };
                *slot = Some(samples.data.clone());
                self.thin_moments();
            }
            Event::Field(field) => {
                let moment = self.samples.entry(field.iteration).or_default();
                moment.field = Some(field.clone());
                self.thin_moments();
            }
            Event::Masks(masks) => {
                let moment = self.samples.entry(masks.iteration).or_default();
                moment.set_masks(masks);
                self.thin_moments();
            }
            Event::Edited {
                iteration,
                key,
                value,
            } => {
                self.edits.push(Edit {
                    iteration: *iteration,
                    key: key.clone(),
                    value: value.clone(),
                });
                self.take_up_last();
            }
            // A refused command changed nothing.
            Event::Refused { .. } => {}
            Event::Balance { iteration, verdict } => self.verdicts.push((*iteration, *verdict)),
            Event::Checkpoint { iteration, file } => {
                self.checkpoints.push((*iteration, file.clone()));
            }
            Event::Resumed { iteration } => self.rewind(*iteration),
            Event::Ended { iteration, reason } => {
                if self.thinning_of_stats().is_due() {
                    self.thin_stats();
                }
                self.ended = Some(Ended {
                    iteration: *iteration,
                    reason: reason.clone(),
                });
            }
        }
    }

    /// The rule by which a record of this run thins its states.
    pub fn thinning_of_stats(&self) -> Thinning {
        let latest = self.latest().map_or(0, |s| s.iteration);
        let interval = self.interval("record.log_every", |record| record.log_every);
        Thinning::new(interval, latest, KEPT_STATES)
    }

    /// The rule by which the folder of this run thins its samples at iteration `latest`.
    pub fn thinning_of_samples(&self, latest: u64) -> Thinning {
        Thinning::new(self.interval_of_samples(), latest, KEPT_SAMPLES)
    }

    fn interval_of_samples(&self) -> u64 {
        self.interval("record.sample_every", |record| record.sample_every)
    }

    fn thin_stats(&mut self) {
        let thinning = self.thinning_of_stats();
        thinning.thin(&mut self.stats, |s| s.iteration);
    }

    fn thin_moments(&mut self) {
        if self.samples.len() as u64 > 2 * KEPT_MOMENTS
            && let Some((&latest, _)) = self.samples.last_key_value()
        {
            let thinning = Thinning::new(self.interval_of_samples(), latest, KEPT_MOMENTS);
            moment::thin(&mut self.samples, thinning);
        }
    }

    /// The shortest interval that a record of this run has had, in iterations.
    fn interval(&self, key: &str, of: fn(&RecordConfig) -> u64) -> u64 {
        let first = self.config.as_ref().map(|config| of(&config.record));
        let edited = self.edits.iter().filter(|edit| edit.key == key);
        let edited = edited.filter_map(|edit| edit.value.parse().ok());
        let intervals = first.into_iter().chain(edited);
        intervals.filter(|&every| every > 0).min().unwrap_or(1)
    }

    /// Forgets everything after `iteration`; the resumed run repeats it.
    fn rewind(&mut self, iteration: u64) {
        self.stats.retain(|s| s.iteration <= iteration);
        self.masks.retain(|m| m.iteration <= iteration);
        self.stages.retain(|s| s.iteration <= iteration);
        self.quality.retain(|q| q.iteration <= iteration);
        self.edits.retain(|e| e.iteration <= iteration);
        self.verdicts.retain(|v| v.0 <= iteration);
        self.checkpoints.retain(|c| c.0 <= iteration);
        self.samples.retain(|&at, _| at <= iteration);
        self.ended = None;
        self.resumed.push(iteration);
        self.take_up_all();
    }

    /// The latest state.
    pub fn latest(&self) -> Option<&Stats> {
        self.stats.last()
    }

    /// The last finished iteration, as far as the events tell.
    pub fn iteration(&self) -> u64 {
        let stats = self.latest().map_or(0, |s| s.iteration);
        self.ended
            .as_ref()
            .map_or(stats, |e| e.iteration.max(stats))
    }

    /// The latest samples.
    pub fn latest_samples(&self) -> Option<(u64, &Moment)> {
        self.samples
            .last_key_value()
            .map(|(&at, moment)| (at, moment))
    }

    /// The recorded masks of a network up to iteration `until`, the latest first.
    pub fn masks_until(&self, net: Role, until: u64) -> impl Iterator<Item = &Masks> {
        let moments = self.samples.range(..=until).rev();
        moments.filter_map(move |(_, moment)| moment.masks_of(net))
    }

    /// The latest quality measurement.
    pub fn last_quality(&self) -> Option<&Quality> {
        self.quality.last()
    }

    /// The best quality measurement of the current stage, see [`Quality::is_better_than`].
    pub fn best_quality(&self) -> Option<&Quality> {
        let began = self.stages.last().map_or(0, |stage| stage.iteration);
        let present = self.quality.iter().filter(|q| q.iteration >= began);
        present.reduce(|best, next| {
            if next.is_better_than(best) {
                next
            } else {
                best
            }
        })
    }

    /// The balance ratio over the window, see [`Stats::window_br`].
    pub fn window_br(&self, stats: &Stats) -> Option<f64> {
        let estimator = self.settings().map(|c| c.balance.estimator);
        stats.window_br(estimator.unwrap_or(Estimator::MeanOfRatios))
    }

    /// The target band of the balance ratio, `(br_low, br_high)`.
    pub fn band(&self) -> Option<(f64, f64)> {
        let balance = &self.settings()?.balance;
        Some((balance.br_low, balance.br_high))
    }

    /// Share of the recorded states in which the game was balanced; `None` if BR was never
    /// measured.
    pub fn share_in_band(&self) -> Option<f64> {
        share(&self.stats, Verdict::Balanced)
    }

    /// Share of balanced states after the first third of the iterations done; a controller needs
    /// that long to find its way.
    pub fn late_share_in_band(&self) -> Option<f64> {
        let end = self.iteration();
        self.share_in_band_between(end / 3, end)
    }

    /// Share of the recorded states in which BR was below its band.
    pub fn share_below_band(&self) -> Option<f64> {
        share(&self.stats, Verdict::DTooStrong)
    }

    /// Share of the recorded states in which BR was above its band, or no gap was left to close.
    pub fn share_above_band(&self) -> Option<f64> {
        share(&self.stats, Verdict::DTooWeak)
    }

    /// Median of the windowed BR over the last third of the iterations done.
    pub fn late_br(&self) -> Option<f64> {
        let end = self.iteration();
        let late = self.stats.iter().filter(|s| s.iteration * 3 > end * 2);
        let mut values: Vec<f64> = late.filter_map(|s| self.window_br(s)).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            n if n % 2 == 1 => Some(values[middle]),
            _ => Some((values[middle - 1] + values[middle]) / 2.0),
        }
    }

    /// First and latest realised density of a network.
    pub fn density_range(&self, role: Role) -> Option<(f64, f64)> {
        let density = |s: &Stats| match role {
            Role::G => s.density_g,
            Role::D => s.density_d,
        };
        let first = self
            .net_info(role)
            .filter(|net| net.maskable > 0)
            .map(|net| net.active as f64 / net.maskable as f64)
            .or_else(|| self.stats.first().map(density))?;
        Some((first, self.latest().map_or(first, density)))
    }

    /// The description of a network.
    pub fn net_info(&self, role: Role) -> Option<&NetInfo> {
        self.info.as_ref().map(|info| match role {
            Role::G => &info.generator,
            Role::D => &info.discriminator,
        })
    }

    /// Active parameters of a network now: unmasked ones plus active weights.
    pub fn active_params(&self, role: Role) -> Option<usize> {
        let net = self.net_info(role)?;
        let latest = self.masks.iter().rev().find(|m| m.net == role);
        let active = latest.map_or(net.active, |m| m.active);
        Some(net.params.saturating_sub(net.maskable) + active)
    }
}

/// Counts by verdict, not by the recorded ratio: a vanished gap has a verdict but no finite ratio.
fn share(stats: &[Stats], verdict: Verdict) -> Option<f64> {
    let verdicts = stats.iter().filter_map(|s| s.verdict);
    let (held, known) = verdicts.fold((0, 0), |(held, known), v| {
        (held + usize::from(v == verdict), known + 1)
    });
    (known > 0).then(|| f64::from(held as u32) / f64::from(known))
}

impl Quality {
    /// Whether these samples are better: a lower Fréchet distance if both have one, else more
    /// modes, then a larger share of high-quality samples.
    pub fn is_better_than(&self, other: &Self) -> bool {
        if let (Some(mine), Some(theirs)) = (self.frechet_rf, other.frechet_rf) {
            return mine < theirs;
        }
        let rank = |q: &Self| (q.modes.unwrap_or(0), q.high_quality.unwrap_or(0.0));
        rank(self).partial_cmp(&rank(other)) == Some(std::cmp::Ordering::Greater)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StageWeights;
    use crate::event::{SampleData, Samples};
    use crate::record::fixture;

    fn stats(iteration: u64, br: f64) -> Event {
        Event::Stats(fixture::stats(iteration, br))
    }

    fn history(brs: &[f64]) -> History {
        let mut history = History::new(fixture::config());
        for (i, &br) in brs.iter().enumerate() {
            history.apply(&stats((i as u64 + 1) * 10, br));
        }
        history
    }

    #[test]
    fn shares_go_by_verdict() {
        let history = history(&[0.44, 0.46, 0.54, 0.56]);
        assert_eq!(history.share_in_band(), Some(0.5));
        assert_eq!(history.share_below_band(), Some(0.25));
        assert_eq!(history.share_above_band(), Some(0.25));
        assert_eq!(History::default().share_in_band(), None);
    }

    #[test]
    fn late_br_is_the_median_of_the_last_third() {
        let history = history(&[9.0, 9.0, 9.0, 9.0, 0.4, 0.6]);
        assert_eq!(history.late_br(), Some(0.5));
    }

    #[test]
    fn the_late_share_in_band_leaves_out_the_first_third() {
        let history = history(&[0.5, 0.5, 0.5, 0.5, 9.0, 9.0]);
        assert_eq!(history.late_share_in_band(), Some(0.5));
        assert_eq!(History::default().late_share_in_band(), None);
    }

    #[test]
    fn a_resumed_run_says_its_future_again() {
        let mut resumed = history(&[0.1, 0.2, 0.3]);
        resumed.apply(&Event::Ended {
            iteration: 30,
            reason: EndReason::Stopped,
        });
        assert_eq!(resumed.iteration(), 30);
        let stage = |iteration| {
            Event::Stage(StageEvent {
                iteration,
                stage: 1,
                weights: StageWeights::Last,
                taken: iteration - 1,
            })
        };
        resumed.apply(&stage(21));
        resumed.apply(&Event::Resumed { iteration: 20 });
        assert_eq!(resumed.stages, []);
        resumed.apply(&stats(30, 0.3));
        assert_eq!(resumed.stats, history(&[0.1, 0.2, 0.3]).stats);
        assert_eq!((resumed.ended, resumed.resumed), (None, vec![20]));
    }

    #[test]
    fn samples_stay_bounded_and_keep_the_first_and_the_last() {
        let mut history = History::default();
        for iteration in 0..2000 {
            history.apply(&Event::Samples(Samples {
                iteration,
                averaged: false,
                data: SampleData::Points(vec![[0.0, 1.0]]),
            }));
            assert!(history.samples.len() as u64 <= 2 * KEPT_MOMENTS);
        }
        assert!(history.samples.len() as u64 >= KEPT_MOMENTS / 2);
        assert_eq!(history.samples.keys().next(), Some(&0));
        assert_eq!(history.latest_samples().map(|(at, _)| at), Some(1999));
        let at: Vec<u64> = history.samples.keys().copied().collect();
        let widest = at.windows(2).map(|w| w[1] - w[0]).max();
        assert!(widest <= Some(2000 / (KEPT_MOMENTS / 2)), "{at:?}");
    }

    #[test]
    fn states_stay_bounded_and_even() {
        let mut history = History::new(fixture::config());
        let count = 5 * KEPT_STATES + 7;
        for i in 1..=count {
            history.apply(&stats(i * 10, 0.5));
            assert!(history.stats.len() as u64 <= 2 * KEPT_STATES);
        }
        let iteration = count * 10;
        let reason = EndReason::Finished;
        history.apply(&Event::Ended { iteration, reason });
        assert!(history.stats.len() as u64 <= KEPT_STATES + 2);
        let at: Vec<u64> = history.stats.iter().map(|s| s.iteration).collect();
        assert_eq!((at[0], at[1], at[2]), (10, 80, 160));
        assert_eq!(at.last(), Some(&iteration));
        assert_eq!(history.share_in_band(), Some(1.0));
    }

    #[test]
    fn the_best_quality_is_judged_by_modes_or_by_frechet() {
        let mut history = History::default();
        for (iteration, modes) in [(1, 3), (2, 8), (3, 5)] {
            history.apply(&Event::Quality(Quality {
                iteration,
                modes: Some(modes),
                ..Quality::default()
            }));
        }
        assert_eq!(history.best_quality().map(|q| q.iteration), Some(2));
        let with = |frechet| Quality {
            frechet_rf: Some(frechet),
            ..Quality::default()
        };
        assert!(with(1.0).is_better_than(&with(2.0)));
        assert!(!with(2.0).is_better_than(&with(f64::NAN)));
    }

    #[test]
    fn active_parameters_follow_the_latest_mask_change() {
        let mut history = history(&[0.5]);
        history.apply(&Event::Started(fixture::info()));
        assert_eq!(history.active_params(Role::D), Some(20 + 30));
        history.apply(&fixture::raise(10, 60));
        assert_eq!(history.active_params(Role::D), Some(20 + 60));
        assert_eq!(history.active_params(Role::G), Some(50 + 20));
        let relative = RelativeFlops {
            performed: 0.5,
            paper: 0.5,
            stu: Some(0.25),
        };
        assert_eq!(history.relative_flops(), Some(relative));
    }
}
