//! Masks and their updates.

use serde_json::Value;
use tightrope_core::{
    config::Role,
    event::{MaskChange, MaskEvent},
    net::Net,
    record::Checkpoint,
    run::Run,
};
use tightrope_tests::{report::Limit, vectors::number};

use super::{
    check::{Check, floats},
    trace::Trace,
};

impl Check<'_> {
    /// Compares the masks of one net bit by bit, where the trace has them.
    pub fn masks(&mut self, net: &Net, folder: &str, checkpoint: &Checkpoint) {
        for (key, ours, theirs) in self.both_masks(net, folder, checkpoint) {
            let limit = Limit::Absolute(0.0);
            self.report.close("masks", &key, &ours, &theirs, limit);
        }
    }

    /// Key, our values and theirs of every mask of a net that the trace keeps in `folder`.
    fn both_masks(
        &self,
        net: &Net,
        folder: &str,
        checkpoint: &Checkpoint,
    ) -> Vec<(String, Vec<f32>, Vec<f64>)> {
        let all = floats(checkpoint, &format!("{}/mask", net.role));
        let both = net.maskable.iter().filter_map(|&place| {
            let param = &net.params[place];
            let key = format!("{folder}/{}/{}", net.role, Trace::parameter(net, place));
            let theirs = self.trace.find(&key)?.values.clone();
            let ours = all[param.offset..param.offset + param.len()].to_vec();
            Some((key, ours, theirs))
        });
        both.collect()
    }

    /// Compares one of our mask updates.
    pub fn update(&mut self, event: &MaskEvent, run: &Run, checkpoint: &Checkpoint) {
        if event.dropped + event.grown == 0 {
            return;
        }
        let first = !self.updates.iter().any(|earlier| earlier.net == event.net);
        self.updates.push(event.clone());
        let net = &run.player(event.net).net;
        let folder = format!("it{}/changed_mask", event.iteration);
        if first || self.bounds.later_masks == 0.0 {
            self.masks(net, &folder, checkpoint);
            return;
        }
        let both = self.both_masks(net, &folder, checkpoint);
        let pairs = both
            .iter()
            .flat_map(|(_, ours, theirs)| ours.iter().zip(theirs));
        let differ = pairs.filter(|(a, b)| f64::from(**a) != **b).count();
        self.parted |= differ > 0;
        let share = differ as f64 / net.masked_len() as f64;
        let limit = Limit::Absolute(self.bounds.later_masks);
        self.report
            .close("later masks", &folder, &[share], &[0.0], limit);
    }

    /// Compares the list of updates. Panics with all differences.
    pub fn finish(mut self) {
        let none = Vec::new();
        let theirs = self.trace.about["events"].as_array().unwrap_or(&none);
        let theirs: Vec<&Value> = theirs
            .iter()
            .filter(|event| event["positions_changed"] != 0)
            .collect();
        let exact = self.bounds.later_masks == 0.0;
        let describe = |net: &str, iteration: u64, changed: u64, active: u64| {
            if exact {
                format!("{net} at {iteration}: {changed} positions changed, {active} active")
            } else {
                format!("{net} at {iteration}: {active} active")
            }
        };
        let integer = |event: &Value, key: &str| number(&event[key]) as u64;
        let expected: Vec<String> = theirs
            .iter()
            .map(|event| {
                let [at, changed, active] =
                    ["iter", "positions_changed", "nonzero"].map(|key| integer(event, key));
                describe(
                    event["net"].as_str().unwrap_or_default(),
                    at,
                    changed,
                    active,
                )
            })
            .collect();
        let ours: Vec<String> = self
            .updates
            .iter()
            .map(|event| {
                let changed = (event.dropped + event.grown) as u64;
                describe(
                    &event.net.to_string(),
                    event.iteration,
                    changed,
                    event.active as u64,
                )
            })
            .collect();
        self.report.same("mask updates", "all", &ours, &expected);
        for (ours, theirs) in self.updates.iter().zip(&theirs) {
            if ours.net == Role::G && ours.change == MaskChange::DropGrow {
                self.report.close(
                    "drop fractions",
                    &format!("iteration {}", ours.iteration),
                    &[ours.drop_fraction.unwrap_or(f64::NAN)],
                    &[number(&theirs["death_rate"])],
                    Limit::Absolute(1e-9),
                );
            }
        }
        self.report.finish();
    }
}
