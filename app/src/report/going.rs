//! One plain sentence about a run at one iteration.

use tightrope_core::{
    config::{Policy, Role, RunConfig},
    event::{EndReason, MaskChange, Quality, Stats, Verdict},
    history::{Ended, History},
};

use super::{
    outcome::{Outcome, standing},
    words::{kept_the_balance, quality, sentence},
};

/// Follows a good balance with bad samples.
const NO_PROOF: &str = "balance alone does not prove good samples";
/// Distance within which a density counts as at its bound.
const NEAR: f64 = 0.005;

/// The state of a run at an iteration, or now: its balance, the response to it, and its samples.
pub fn going(history: &History, at: Option<u64>) -> String {
    if let Some(ended) = &history.ended
        && at.is_none_or(|at| at >= ended.iteration)
    {
        return end(history, ended);
    }
    let Some(now) = Now::new(history, at.unwrap_or(u64::MAX)) else {
        return "nothing measured yet".to_owned();
    };
    if !(now.stats.d_loss.is_finite() && now.stats.g_loss.is_finite()) {
        return "diverged: the losses are no longer finite; lower learning rates would help"
            .to_owned();
    }
    match now.samples() {
        Some(samples) => format!("{}; {samples}", now.balance()),
        None => now.balance(),
    }
}

/// The summary of an ended run.
fn end(history: &History, ended: &Ended) -> String {
    let outcome = Outcome::of(history);
    let standing = standing(history);
    if let (EndReason::Failed(_), Some(why)) = (&ended.reason, &standing) {
        return why.clone();
    }
    let how = standing.unwrap_or_else(|| "finished".to_owned());
    let went = sentence(&outcome);
    if kept_the_balance(&outcome) && is_collapsed(outcome.modes, outcome.modes_total) {
        format!("{how}: {went}; {NO_PROOF}")
    } else {
        format!("{how}: {went}")
    }
}

/// Whether fewer than half of the modes are covered.
fn is_collapsed(modes: Option<f64>, total: Option<f64>) -> bool {
    modes
        .zip(total)
        .is_some_and(|(modes, total)| modes * 2.0 < total)
}

/// The state of a run at one iteration.
struct Now<'a> {
    config: Option<&'a RunConfig>,
    stats: &'a Stats,
    br: Option<f64>,
    quality: Option<&'a Quality>,
    /// The last change of D's mask.
    change: Option<MaskChange>,
    /// D's density at the start.
    start: f64,
}

impl<'a> Now<'a> {
    fn new(history: &'a History, at: u64) -> Option<Self> {
        let before = history.stats.partition_point(|s| s.iteration <= at);
        let stats = history.stats[..before].last()?;
        let measured = history.quality.partition_point(|q| q.iteration <= at);
        let mut masks = history.masks.iter().rev();
        let mask = masks.find(|m| m.net == Role::D && m.iteration <= at);
        Some(Self {
            config: history.config.as_ref(),
            stats,
            br: history.window_br(stats),
            quality: history.quality[..measured].last(),
            change: mask.map(|mask| mask.change),
            start: history.density_range(Role::D)?.0,
        })
    }

    fn balance(&self) -> String {
        let Some(verdict) = self.stats.verdict else {
            return "no balance ratio measured yet".to_owned();
        };
        let place = match verdict {
            Verdict::DDead => {
                return "D is dead: it scores everything alike, so G has nothing to learn from"
                    .to_owned();
            }
            Verdict::DTooStrong => "below",
            Verdict::Balanced => "in",
            Verdict::DTooWeak => "above",
        };
        let br = self.br.map_or_else(
            || "no gap left between real and fake".to_owned(),
            |br| format!("BR {br:.2} is {place} its band"),
        );
        format!("{br}, {}", self.density(verdict))
    }

    /// The response of D's density to this verdict.
    fn density(&self, verdict: Verdict) -> String {
        let now = self.stats.density_d;
        let span = format!("{:.2} to {now:.2}", self.start);
        let moved = (now - self.start).abs() >= NEAR;
        let policy = self.config.map(|config| config.discriminator.policy);
        let bounds = self
            .config
            .map_or((0.0, 1.0), |c| (c.balance.d_min, c.balance.d_max));
        match (policy, verdict) {
            (Some(Policy::Relax | Policy::Strict), Verdict::DTooWeak) => {
                let rises = self.change == Some(MaskChange::Raise) && now - self.start >= NEAR;
                if now >= bounds.1 - NEAR {
                    format!("and d_D is at its upper bound of {now:.2}")
                } else if rises {
                    format!("so d_D is being raised ({span})")
                } else {
                    format!("so d_D is to be raised from {now:.2}")
                }
            }
            (Some(Policy::Relax | Policy::Strict), Verdict::DTooStrong) => {
                let falls = self.change == Some(MaskChange::Lower) && self.start - now >= NEAR;
                if now <= bounds.0 + NEAR {
                    format!("and d_D is at its lower bound of {now:.2}")
                } else if falls {
                    format!("so d_D is being lowered ({span})")
                } else {
                    format!("so d_D is to be lowered from {now:.2}")
                }
            }
            (Some(Policy::Manual), Verdict::DTooWeak) => format!("so raise d_D from {now:.2}"),
            (Some(Policy::Manual), Verdict::DTooStrong) => format!("so lower d_D from {now:.2}"),
            _ if moved => format!("d_D went from {span}"),
            _ => format!("d_D stays at {now:.2}"),
        }
    }

    /// The latest samples in words.
    fn samples(&self) -> Option<String> {
        let measured = self.quality?;
        let outcome = Outcome {
            modes: measured.modes.map(|n| n as f64),
            modes_total: measured.modes_total.map(|n| n as f64),
            frechet: measured.frechet_rf.filter(|value| value.is_finite()),
            ..Outcome::default()
        };
        let words = quality(&outcome)?;
        let total = self.config.map_or(0, RunConfig::total_iterations);
        let is_late = self.stats.iteration * 3 >= total;
        let balanced = self.stats.verdict == Some(Verdict::Balanced);
        Some(
            if is_late && balanced && is_collapsed(outcome.modes, outcome.modes_total) {
                format!("but only {words}: {NO_PROOF}")
            } else {
                format!("{words} so far")
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use tightrope_core::event::Event;

    use super::*;
    use crate::report::fixture;

    /// A run of 1000 iterations with these statistics.
    fn history(method: &str, stats: Stats, modes: usize) -> History {
        let mut history = History::new(fixture::run(method, 1, 1000).config);
        history.apply(&Event::Stats(Stats {
            iteration: 1,
            density_d: 0.05,
            ..Stats::default()
        }));
        history.apply(&Event::Quality(Quality {
            iteration: stats.iteration,
            modes: Some(modes),
            modes_total: Some(24),
            ..Quality::default()
        }));
        history.apply(&Event::Stats(stats));
        history
    }

    fn stats(iteration: u64, br: f64, verdict: Verdict, density_d: f64) -> Stats {
        Stats {
            iteration,
            br_ratio_of_means: Some(br),
            verdict: Some(verdict),
            density_d,
            ..Stats::default()
        }
    }

    #[test]
    fn nothing_yet_is_said_so() {
        assert_eq!(going(&History::default(), None), "nothing measured yet");
        let early = history("static", Stats::default(), 0);
        assert!(going(&early, Some(0)).starts_with("no balance ratio measured yet"));
    }

    #[test]
    fn a_weak_d_is_being_raised_by_adapt_and_stays_elsewhere() {
        let weak = stats(200, 1.12, Verdict::DTooWeak, 0.25);
        let mut adapt = history("adapt-relax", weak, 6);
        let line =
            "BR 1.12 is above its band, so d_D is to be raised from 0.25; 6 of 24 modes so far";
        assert_eq!(going(&adapt, None), line);
        let events = fixture::events("adapt-relax", 1, 1000).into_iter();
        let raise = events.filter(|e| matches!(e, Event::Mask(m) if m.change == MaskChange::Raise));
        for event in raise.take(1) {
            adapt.apply(&event);
        }
        let line = "BR 1.12 is above its band, so d_D is being raised (0.05 to 0.25); 6 of 24 modes so far";
        assert_eq!(going(&adapt, None), line);
        let fixed = history("static", stats(200, 1.12, Verdict::DTooWeak, 0.05), 6);
        assert!(going(&fixed, None).contains("BR 1.12 is above its band, d_D stays at 0.05;"));
        let full = history("adapt-relax", stats(200, 1.1, Verdict::DTooWeak, 1.0), 6);
        assert!(going(&full, None).contains("d_D is at its upper bound of 1.00"));
    }

    #[test]
    fn a_strong_d_is_being_lowered() {
        let strong = stats(200, 0.01, Verdict::DTooStrong, 0.5);
        let line =
            "BR 0.01 is below its band, so d_D is to be lowered from 0.50; 6 of 24 modes so far";
        assert_eq!(going(&history("adapt-relax", strong, 6), None), line);
        // Lowered, but from higher up: d_D has not come down to 0.50 from its start of 0.05.
        let strong = stats(200, 0.01, Verdict::DTooStrong, 0.5);
        let mut above = history("adapt-relax", strong, 6);
        for event in fixture::events("adapt-relax", 1, 1000) {
            if let Event::Mask(mut mask) = event
                && mask.net == Role::D
            {
                mask.change = MaskChange::Lower;
                above.apply(&Event::Mask(mask));
                break;
            }
        }
        assert_eq!(going(&above, None), line);
        let least = stats(200, 0.01, Verdict::DTooStrong, 0.05);
        let line = going(&history("adapt-relax", least, 6), None);
        assert!(line.contains("d_D is at its lower bound of 0.05"), "{line}");
    }

    #[test]
    fn a_vanished_gap_has_no_ratio() {
        let mut gone = stats(200, 0.0, Verdict::DTooWeak, 0.05);
        gone.br_ratio_of_means = None;
        let line = going(&history("static", gone, 1), None);
        assert!(
            line.starts_with("no gap left between real and fake, d_D stays"),
            "{line}"
        );
    }

    #[test]
    fn balance_is_no_proof_while_most_modes_are_missing() {
        let balanced = stats(600, 0.5, Verdict::Balanced, 0.05);
        let line = going(&history("static", balanced.clone(), 2), None);
        let wanted = "BR 0.50 is in its band, d_D stays at 0.05; but only 2 of 24 modes: balance alone does not prove good \
                      samples";
        assert_eq!(line, wanted);
        let line = going(&history("static", balanced, 22), None);
        assert!(line.ends_with("22 of 24 modes so far"), "{line}");
        let early = stats(100, 0.5, Verdict::Balanced, 0.05);
        let line = going(&history("static", early, 2), None);
        assert!(line.ends_with("2 of 24 modes so far"), "{line}");
    }

    #[test]
    fn a_dead_d_and_a_diverged_run_are_told() {
        let dead = stats(300, 0.5, Verdict::DDead, 0.05);
        let line = going(&history("static", dead, 0), None);
        assert!(
            line.starts_with("D is dead: it scores everything alike"),
            "{line}"
        );
        let mut diverged = stats(300, 0.5, Verdict::Balanced, 0.05);
        diverged.g_loss = f32::NAN;
        assert!(going(&history("static", diverged, 0), None).starts_with("diverged:"));
    }

    #[test]
    fn the_end_sums_up_and_the_past_is_told_as_it_was() {
        let weak = stats(200, 1.12, Verdict::DTooWeak, 0.05);
        let mut history = history("static", weak, 6);
        let end = |reason| Event::Ended {
            iteration: 1000,
            reason,
        };
        history.apply(&end(EndReason::Finished));
        let line = going(&history, None);
        assert!(line.starts_with("finished: 6 of 24 modes"), "{line}");
        assert!(going(&history, Some(200)).starts_with("BR 1.12 is above its band"));
        history.apply(&end(EndReason::Stopped));
        assert!(going(&history, None).starts_with("stopped at iteration 1000 of 1000: 6 of 24"));
        history.apply(&end(EndReason::Failed("the loss is not finite".into())));
        assert_eq!(
            going(&history, None),
            "failed at iteration 1000: the loss is not finite"
        );
    }

    #[test]
    fn a_balanced_end_without_modes_is_no_proof_either() {
        let mut history = history("static", stats(900, 0.5, Verdict::Balanced, 0.05), 1);
        history.apply(&Event::Ended {
            iteration: 1000,
            reason: EndReason::Finished,
        });
        let line = going(&history, None);
        assert!(
            line.starts_with("finished: 1 of 24 modes") && line.ends_with(NO_PROOF),
            "{line}"
        );
    }
}
