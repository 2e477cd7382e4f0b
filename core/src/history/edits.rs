//! Settings of a run after its edits, and the effect of manual control over the discriminator's
//! density.

use super::{History, share};
use crate::{config::RunConfig, event::Verdict};

/// The setting that the method `manual` leaves to the user.
const D_DENSITY: &str = "discriminator.density";

impl History {
    /// The current settings of the run: the initial ones with all live edits.
    pub fn settings(&self) -> Option<&RunConfig> {
        self.edited.as_ref().or(self.config.as_ref())
    }

    /// Applies the latest edit to the current settings.
    pub(super) fn take_up_last(&mut self) {
        self.take_up(self.edits.len() - 1);
    }

    /// Applies all edits to the current settings.
    pub(super) fn take_up_all(&mut self) {
        self.edited = None;
        (0..self.edits.len()).for_each(|place| self.take_up(place));
    }

    /// The run checked each edit, so one that its settings no longer know changes nothing.
    fn take_up(&mut self, place: usize) {
        let edit = &self.edits[place];
        if !RunConfig::live_keys().contains(&edit.key.as_str()) {
            return;
        }
        let Some(mut settings) = self.settings().cloned() else {
            return;
        };
        if settings.set(&edit.key, &edit.value).is_ok() {
            self.edited = Some(settings);
        }
    }

    /// The iteration at which the user first set the discriminator's density.
    pub fn steered_since(&self) -> Option<u64> {
        let mut steered = self.edits.iter().filter(|edit| edit.key == D_DENSITY);
        steered.next().map(|edit| edit.iteration)
    }

    /// The discriminator's density that the user asked for last.
    pub fn steered_to(&self) -> Option<f64> {
        let steered = |edit: &&super::Edit| edit.key == D_DENSITY;
        let last = self.edits.iter().rev().find(steered)?;
        last.value.parse().ok()
    }

    /// Share of the states recorded after iteration `from`, `to` included, in which the game was
    /// balanced; `None` if BR was not measured.
    pub fn share_in_band_between(&self, from: u64, to: u64) -> Option<f64> {
        let place = |iteration| self.stats.partition_point(|s| s.iteration <= iteration);
        let stretch = self.stats.get(place(from)..place(to))?;
        share(stretch, Verdict::Balanced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Event, record::fixture};

    fn edited(iteration: u64, key: &str, value: &str) -> Event {
        Event::Edited {
            iteration,
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn settings_follow_edits_and_go_back_with_a_resumed_run() {
        let mut history = History::new(fixture::config());
        let start = history.config.clone();
        assert_eq!(history.settings(), start.as_ref());
        history.apply(&edited(10, "balance.br_high", "0.9"));
        history.apply(&edited(20, "balance.br_low", "0.8"));
        history.apply(&edited(20, "discriminator.density", "0.7"));
        assert_eq!(history.band(), Some((0.8, 0.9)));
        assert_eq!(history.config, start);
        let density = |config: &RunConfig| config.discriminator.density;
        assert_eq!(history.settings().map(density), start.as_ref().map(density));
        history.apply(&Event::Resumed { iteration: 15 });
        let low = start.map(|config| config.balance.br_low);
        assert_eq!(history.band(), low.map(|low| (low, 0.9)));
    }

    #[test]
    fn a_hand_on_the_density_is_known_by_its_edits() {
        let mut history = History::new(fixture::config());
        history.apply(&edited(10, "generator.lr", "0.1"));
        assert_eq!(
            (history.steered_since(), history.steered_to()),
            (None, None)
        );
        history.apply(&edited(30, "discriminator.density", "0.4"));
        history.apply(&edited(50, "discriminator.density", "0.25"));
        assert_eq!(history.steered_since(), Some(30));
        assert_eq!(history.steered_to(), Some(0.25));
    }

    #[test]
    fn a_stretch_is_scored_by_its_own_states() {
        let mut history = History::new(fixture::config());
        let verdicts = [
            None,
            Some(Verdict::Balanced),
            Some(Verdict::DTooStrong),
            Some(Verdict::Balanced),
            Some(Verdict::Balanced),
        ];
        for (place, verdict) in verdicts.into_iter().enumerate() {
            let mut stats = fixture::stats(10 * (place as u64 + 1), 0.5);
            stats.verdict = verdict;
            history.apply(&Event::Stats(stats));
        }
        assert_eq!(history.share_in_band_between(20, 50), Some(2.0 / 3.0));
        assert_eq!(history.share_in_band_between(30, 40), Some(1.0));
        assert_eq!(history.share_in_band_between(0, 10), None);
        assert_eq!(history.share_in_band_between(40, 20), None);
        assert_eq!(history.share_in_band_between(90, 99), None);
    }
}
