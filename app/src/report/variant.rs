//! Groups runs that differ only in the seed, and labels the groups by what distinguishes them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tightrope_core::{config::RunConfig, event::EndReason, record::StoredRun};

use super::outcome::Outcome;

/// Runs that differ only in the seed.
pub struct Variant<'a> {
    /// Short label, unique within the group, e.g. `static:strong` or `static, d_D 0.5`.
    pub label: String,
    /// The runs, by rising seed.
    pub runs: Vec<&'a StoredRun>,
    /// Every setting but the seed, by its name.
    pub settings: Settings,
}

impl<'a> Variant<'a> {
    /// The runs of each seed, by rising seed. Of several runs of one seed, only finished ones
    /// count, if any finished.
    pub fn seeds(&self) -> Vec<Vec<&'a StoredRun>> {
        let is_done = |run: &StoredRun| {
            let ended = run.history.ended.as_ref();
            ended.is_some_and(|ended| ended.reason == EndReason::Finished)
        };
        let of_seed = |runs: &[&'a StoredRun]| {
            let done: Vec<_> = runs.iter().copied().filter(|run| is_done(run)).collect();
            if done.is_empty() { runs.to_vec() } else { done }
        };
        self.repeats().map(of_seed).collect()
    }

    /// The seeds, in rising order.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn seed_numbers(&self) -> Vec<u64> {
        self.repeats().map(|runs| runs[0].config.seed).collect()
    }

    /// The outcome of each seed: the mean of its runs.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let of_run = |run: &&StoredRun| Outcome::of(&run.history);
        let of_seed =
            |runs: &Vec<&StoredRun>| Outcome::mean(&runs.iter().map(of_run).collect::<Vec<_>>());
        self.seeds().iter().map(of_seed).collect()
    }

    /// Notes about seeds that ran more than once.
    pub fn repeated(&self) -> Vec<String> {
        let several = self.repeats().filter(|runs| runs.len() > 1);
        let told = several
            .zip(std::iter::repeat(&self.label))
            .map(|(runs, label)| {
                format!(
                    "{label}: {} runs of seed {} count as one seed, by their mean",
                    runs.len(),
                    runs[0].config.seed
                )
            });
        told.collect()
    }

    fn repeats(&self) -> impl Iterator<Item = &[&'a StoredRun]> {
        self.runs.chunk_by(|a, b| a.config.seed == b.config.seed)
    }
}

/// Settings by their dotted name, as `--set` takes them.
pub type Settings = BTreeMap<String, String>;

/// One line of the table of settings that differ.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The setting.
    pub key: String,
    /// Its value in every variant.
    pub values: Vec<String>,
}

/// Groups runs into variants, in order of appearance.
pub fn variants<'a>(runs: &'a [StoredRun]) -> Vec<Variant<'a>> {
    let mut variants: Vec<Variant<'a>> = Vec::new();
    for run in runs {
        let mut settings = settings(&run.config);
        settings.remove("seed");
        match variants.iter_mut().find(|v| v.settings == settings) {
            Some(variant) => variant.runs.push(run),
            None => variants.push(Variant {
                label: String::new(),
                runs: vec![run],
                settings,
            }),
        }
    }
    for variant in &mut variants {
        variant.runs.sort_by_key(|run| run.config.seed);
    }
    for (index, label) in labels(&variants).into_iter().enumerate() {
        variants[index].label = label;
    }
    variants
}

/// The settings that differ between the variants.
pub fn differences(variants: &[Variant]) -> Vec<Difference> {
    let all: Vec<&Settings> = variants.iter().map(|v| &v.settings).collect();
    differing(&all)
        .into_iter()
        .map(|key| Difference {
            values: all.iter().map(|s| shown(s, &key)).collect(),
            key,
        })
        .collect()
}

fn shown(settings: &Settings, key: &str) -> String {
    settings
        .get(key)
        .cloned()
        .unwrap_or_else(|| "\u{2013}".into())
}

fn differing(all: &[&Settings]) -> Vec<String> {
    let mut keys: Vec<&String> = all.iter().flat_map(|s| s.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|key| all.iter().any(|s| s.get(*key) != all[0].get(*key)));
    keys.into_iter().cloned().collect()
}

/// Method and strategy as the command line writes them. Labels that would be equal also name the
/// settings that differ.
fn labels(variants: &[Variant]) -> Vec<String> {
    let name = |v: &Variant| {
        let method = shown(&v.settings, "method");
        match v.settings.get("strategy") {
            Some(strategy) => format!("{method}:{strategy}"),
            None => method,
        }
    };
    let label = |variant: &Variant| {
        let namesakes: Vec<&Settings> = variants
            .iter()
            .filter(|other| name(other) == name(variant))
            .map(|other| &other.settings)
            .collect();
        let apart: Vec<String> = differing(&namesakes)
            .iter()
            .filter(|key| *key != "preset")
            .map(|key| format!("{} {}", short(key), shown(&variant.settings, key)))
            .collect();
        match apart.len() {
            0 => name(variant),
            1..=3 => format!("{}, {}", name(variant), apart.join(", ")),
            _ => format!("{}, {}, \u{2026}", name(variant), apart[..3].join(", ")),
        }
    };
    let mut labels: Vec<String> = variants.iter().map(label).collect();
    for index in 1..labels.len() {
        if labels[..index].contains(&labels[index]) {
            labels[index] += &format!(" #{}", index + 1);
        }
    }
    labels
}

fn short(key: &str) -> &str {
    match key {
        "generator.density" => "d_G",
        "discriminator.density" => "d_D",
        _ => key,
    }
}

/// All settings by name.
pub fn settings(config: &RunConfig) -> Settings {
    let mut settings = Settings::new();
    if let Ok(value) = serde_json::to_value(config) {
        flatten(String::new(), &value, &mut settings);
    }
    settings
}

fn flatten(key: String, value: &Value, into: &mut Settings) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                flatten(key, value, into);
            }
        }
        Value::String(text) => {
            into.insert(key, text.clone());
        }
        Value::Null => {}
        other => {
            into.insert(key, other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use tightrope_core::method::Strategy;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn runs_of_one_seed_are_one_seed() {
        let mut runs: Vec<StoredRun> = [7, 42, 42, 42]
            .map(|seed| fixture::run("static", seed, 100))
            .into();
        for (run, seconds) in runs.iter_mut().zip([9.0, 2.0, 100.0, 4.0]) {
            run.history.stats.last_mut().unwrap().seconds = seconds;
        }
        runs[2].history.ended = None;
        let variant = &variants(&runs)[0];
        let seconds: Vec<_> = variant.outcomes().iter().map(|o| o.seconds).collect();
        assert_eq!(seconds, [Some(9.0), Some(3.0)]);
        let told = "static: 3 runs of seed 42 count as one seed, by their mean";
        assert_eq!(variant.repeated(), [told]);
    }

    #[test]
    fn seeds_fold_together_and_settings_set_apart() {
        let mut runs = vec![
            fixture::run("static", 2, 100),
            fixture::run("adapt-relax", 1, 100),
            fixture::run("static", 1, 100),
            fixture::run("static", 1, 100),
        ];
        runs[3].config.discriminator.density = 0.5;
        let variants = variants(&runs);
        let labels: Vec<&str> = variants.iter().map(|v| v.label.as_str()).collect();
        assert_eq!(
            labels,
            ["static, d_D 0.1", "adapt-relax", "static, d_D 0.5"]
        );
        let seeds: Vec<u64> = variants[0].runs.iter().map(|r| r.config.seed).collect();
        assert_eq!(seeds, [1, 2]);
        let density = Difference {
            key: "discriminator.density".into(),
            values: ["0.1", "0.1", "0.5"].map(String::from).into(),
        };
        assert!(differences(&variants).contains(&density));
        assert!(differences(&variants).iter().all(|d| d.key != "seed"));
    }

    #[test]
    fn a_strategy_names_its_density() {
        let mut runs: Vec<StoredRun> = [0.05, 1.0]
            .map(|density| {
                let mut run = fixture::run("static", 1, 100);
                run.config.discriminator.density = density;
                run
            })
            .into();
        runs[0].config.strategy = Some(Strategy::Balance);
        runs[1].config.strategy = Some(Strategy::Strong);
        let labels: Vec<String> = variants(&runs).into_iter().map(|v| v.label).collect();
        assert_eq!(labels, ["static:balance", "static:strong"]);
    }
}
