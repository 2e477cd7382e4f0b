//! Notices before the results: differences between the compared runs other than method and seed.

use serde::Serialize;
use tightrope_core::{config::RunConfig, method::Method, preset};

use super::variant::{Difference, Variant, differences, settings};

/// Title of the list of differing settings.
const UNLIKE: &str = "These runs differ in more than method and seed";
/// Shown for a setting that a method lacks.
const NONE: &str = "\u{2013}";

/// Notices for the reader before the results.
#[derive(Debug, Default, Serialize)]
pub struct Notice {
    /// Title of the list; empty for an empty list.
    pub title: &'static str,
    /// A line for each setting or number that differs: its values, and the variants that have them.
    pub lines: Vec<String>,
    /// Seeds that ran more than once.
    pub repeated: Vec<String>,
}

impl Notice {
    /// All notices as lines of text.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn all(&self) -> Vec<String> {
        let title = (!self.title.is_empty()).then(|| format!("{}:", self.title));
        let lines = self.lines.iter().map(|line| format!("  {line}"));
        let repeated = self.repeated.iter().map(|line| format!("{line}."));
        title.into_iter().chain(lines).chain(repeated).collect()
    }
}

/// Collects the notices for these variants.
pub fn notice(variants: &[Variant]) -> Notice {
    let mut lines: Vec<String> = differences(variants)
        .iter()
        .filter_map(|difference| told(variants, difference))
        .collect();
    lines.extend(real_images(variants));
    Notice {
        title: if lines.is_empty() { "" } else { UNLIKE },
        lines,
        repeated: variants.iter().flat_map(Variant::repeated).collect(),
    }
}

/// The line of a differing setting; `None` if the setting belongs to the method or does not affect
/// learning.
fn told(variants: &[Variant], difference: &Difference) -> Option<String> {
    let key = difference.key.as_str();
    if is_of_method(key) || is_of_record(key) {
        return None;
    }
    // A variant whose method fixes the setting does not count as different.
    let free = |variant: &Variant| config(variant).is_some_and(|c| !c.method.fixes(key));
    let of: Vec<(&Variant, &str)> = variants
        .iter()
        .zip(difference.values.iter().map(String::as_str))
        .filter(|(variant, value)| free(variant) && *value != NONE)
        .collect();
    let (_, first) = of.first()?;
    if of.iter().all(|(_, value)| value == first) {
        return None;
    }
    let by_preset = of.iter().all(|(variant, value)| {
        config(variant)
            .and_then(by_method)
            .is_some_and(|base| settings(&base).get(key).is_some_and(|own| own == value))
    });
    if by_preset && is_of_masks(key) {
        return None;
    }
    let values = of
        .iter()
        .map(|(variant, value)| (variant.label.as_str(), (*value).to_owned()));
    Some(format!("{key}: {}", grouped(values)))
}

/// Settings that define a method, including its name and strategy.
fn is_of_method(key: &str) -> bool {
    Method::own_keys().contains(&key)
        || ["method", "strategy", "discriminator.density"].contains(&key)
        || ["pruning.", "full_model."]
            .iter()
            .any(|part| key.starts_with(part))
}

/// Settings that decide what is recorded and how fast it is computed. The number of quality samples
/// changes the figures, so it is not one.
fn is_of_record(key: &str) -> bool {
    let is_written = key.starts_with("record.") && key != "record.quality_samples";
    is_written || ["version", "data.memory"].contains(&key) || key.starts_with("crossover.")
}

/// Settings that only control masks and densities. A preset that sets them by method completes the
/// method.
fn is_of_masks(key: &str) -> bool {
    let learns = ["lr", "beta1", "beta2", "eps"];
    let name = key.rsplit('.').next().unwrap_or(key);
    ["generator.", "discriminator.", "balance.", "averaging."]
        .iter()
        .any(|part| key.starts_with(part))
        && !learns.contains(&name)
}

/// The settings that follow from the run's preset and method alone.
fn by_method(run: &RunConfig) -> Option<RunConfig> {
    let preset = preset::find(&run.preset).ok()?;
    let mut base = (preset.build)();
    run.method.apply(run.strategy, &mut base);
    (preset.adjust)(run.method, &mut base);
    Some(base)
}

fn config<'a>(variant: &Variant<'a>) -> Option<&'a RunConfig> {
    variant.runs.first().map(|run| &run.config)
}

/// Differing numbers of real images. Settings alone do not show the content of a folder.
fn real_images(variants: &[Variant]) -> Option<String> {
    let counts = variants.iter().flat_map(|variant| {
        let runs = variant.runs.iter();
        let counts = runs.filter_map(|run| Some(run.history.info.as_ref()?.real_count));
        counts.map(|count| (variant.label.as_str(), count.to_string()))
    });
    let counts: Vec<(&str, String)> = counts.collect();
    let (_, first) = counts.first()?;
    let differs = counts.iter().any(|(_, count)| count != first);
    differs.then(|| format!("real images: {}", grouped(counts.iter().cloned())))
}

/// Values with their owners: `300 (adapt-relax, dda), 600 (static)`.
fn grouped<'a>(values: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (label, value) in values {
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, labels)) if labels.contains(&label) => {}
            Some((_, labels)) => labels.push(label),
            None => groups.push((value, vec![label])),
        }
    }
    // Labels of variants of one method contain commas.
    let has_comma = |labels: &[&str]| labels.iter().any(|label| label.contains(','));
    let between = match groups.iter().any(|(_, labels)| has_comma(labels)) {
        true => " | ",
        false => ", ",
    };
    let shown: Vec<String> = groups
        .iter()
        .map(|(value, labels)| format!("{value} ({})", labels.join(between)))
        .collect();
    shown.join("; ")
}

#[cfg(test)]
mod tests {
    use tightrope_core::method::METHODS;
    use tightrope_core::record::StoredRun;

    use super::*;
    use crate::report::{fixture, variant::variants};

    fn resolved(preset: &str, method: Method, settings: &[(&str, &str)]) -> StoredRun {
        let preset = preset::find(preset).unwrap();
        let mut all: Vec<(String, String)> = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        if preset.data.is_none() {
            all.push(("data.source".into(), "cifar10:there".into()));
        }
        let mut run = fixture::run("static", 1, 10);
        run.config = preset::resolve(preset, method, None, &all).unwrap();
        run
    }

    fn lines(runs: &[StoredRun]) -> Vec<String> {
        notice(&variants(runs)).lines
    }

    #[test]
    fn what_a_method_is_differs_without_a_word() {
        for (preset, settings) in [
            (
                "spiral",
                &[("generator.density", "0.2"), ("iterations", "300")][..],
            ),
            ("ring", &[("batch_d", "32")][..]),
            ("biggan-cifar10", &[][..]),
        ] {
            let runs: Vec<StoredRun> = METHODS
                .iter()
                .map(|info| resolved(preset, info.method, settings))
                .collect();
            assert_eq!(lines(&runs), [""; 0], "{preset}");
        }
    }

    #[test]
    fn the_papers_presets_train_all_methods_alike() {
        for preset in ["sngan-cifar10", "stu-sngan-cifar10", "biggan-tinyimagenet"] {
            let of = |method| resolved(preset, method, &[]);
            let runs = [Method::AdaptRelax, Method::StuGan, Method::Dda].map(of);
            assert_eq!(lines(&runs), [""; 0], "{preset}");
        }
    }

    #[test]
    fn settings_and_data_that_differ_are_told_with_whose_they_are() {
        let mut runs = vec![
            resolved("spiral", Method::Static, &[("iterations", "300")]),
            resolved("spiral", Method::Dda, &[("generator.lr", "0.5")]),
            resolved(
                "spiral",
                Method::Dda,
                &[("generator.lr", "0.5"), ("seed", "7")],
            ),
        ];
        runs[2].history.info.as_mut().unwrap().real_count = 640;
        let told = lines(&runs);
        assert!(told[0].starts_with("generator.lr: "), "{told:?}");
        assert!(told[0].ends_with(" (static); 0.5 (dda)"), "{told:?}");
        assert!(
            told[1].starts_with("iterations: 300 (static); "),
            "{told:?}"
        );
        assert_eq!(told[2], "real images: 0 (static, dda); 640 (dda)");
        assert_eq!(told.len(), 3);
        let all = notice(&variants(&runs)).all();
        assert_eq!(all[0], "These runs differ in more than method and seed:");
    }

    #[test]
    fn two_runs_of_one_method_that_differ_are_told_too() {
        let runs = [
            resolved("spiral", Method::Dda, &[("balance.density_step", "0.03")]),
            resolved("spiral", Method::Dda, &[]),
        ];
        let told = lines(&runs);
        assert!(
            told[0].starts_with("balance.density_step: 0.03 (dda"),
            "{told:?}"
        );
    }
}
