//! A comparison in the words of the command line, so that it fits into a link or a command.

use serde_json::Value;
use tightrope_core::{
    Problem,
    config::RunConfig,
    method::{MethodSpec, Strategy},
    preset::{self, Preset},
};

use super::{Comparison, METHODS, SEEDS, SHOWCASE, parse_methods, parse_setting, setup::spec};

impl Comparison {
    /// Names of all words.
    pub const NAMES: [&str; 9] = [
        "preset",
        "data",
        "methods",
        "seed",
        "seeds",
        "iterations",
        "density-g",
        "density-d",
        "set",
    ];

    /// Takes in a word by its name on the command line. Returns `false` for an unknown name.
    ///
    /// # Errors
    /// When the word repeats or its value is invalid, with every problem. [`Self::runs`] checks
    /// whether the words fit together.
    pub fn take(&mut self, name: &str, value: &str) -> Result<bool, Vec<String>> {
        let text = match name {
            "preset" => &mut self.preset,
            "data" => &mut self.data,
            "methods" => {
                let mut problems = Vec::new();
                let methods = parse_methods(value, &mut problems);
                if !problems.is_empty() {
                    return Err(problems.iter().map(Problem::to_string).collect());
                }
                return once(&mut self.methods, methods).map(|()| true);
            }
            "iterations" => &mut self.iterations,
            "density-g" => &mut self.density_g,
            "density-d" => &mut self.density_d,
            "seed" => {
                let seed = value
                    .parse()
                    .map_err(|_| vec!["a whole number".to_owned()])?;
                return once(&mut self.seed, seed).map(|()| true);
            }
            "seeds" => {
                let seeds = value.parse().ok().filter(|count| SEEDS.contains(count));
                let seeds = seeds
                    .ok_or_else(|| vec![format!("choose {} to {}", SEEDS.start(), SEEDS.end())])?;
                return once(&mut self.seeds, seeds).map(|()| true);
            }
            "set" => {
                let setting = parse_setting(value).map_err(|problem| vec![problem.to_string()])?;
                self.settings.push(setting);
                return Ok(true);
            }
            _ => return Ok(false),
        };
        once(text, value.to_owned()).map(|()| true)
    }

    /// Every word given, by its name on the command line.
    pub fn said(&self) -> Vec<(&'static str, String)> {
        let number = |value: Option<u64>| value.map(|value| value.to_string());
        let values = [
            self.preset.clone(),
            self.data.clone(),
            self.methods.as_deref().map(list),
            number(self.seed),
            number(self.seeds),
            self.iterations.clone(),
            self.density_g.clone(),
            self.density_d.clone(),
        ];
        let named = Self::NAMES.into_iter().zip(values);
        let named = named.filter_map(|(name, value)| Some((name, value?)));
        let set = self.settings.iter();
        let set = set.map(|(key, value)| ("set", format!("{key}={value}")));
        named.chain(set).collect()
    }

    /// The preset it starts from, if the name is known.
    pub fn base(&self) -> Option<&'static Preset> {
        match (&self.preset, &self.data) {
            (Some(name), _) => preset::find(name).ok(),
            (None, Some(data)) => preset::for_data(data).ok(),
            (None, None) => preset::find(SHOWCASE[0]).ok(),
        }
    }

    /// A comparison with everything in which a run differs from its preset, except method and seed.
    pub fn of(run: &RunConfig) -> Self {
        let source = &run.data.source;
        let Ok(preset) = preset::find(&run.preset).or_else(|_| preset::for_data(source)) else {
            return Self::default();
        };
        let mut base = (preset.build)();
        let mut own = Self {
            preset: Some(preset.name.to_owned()),
            // Data first, since some settings are refused without them.
            data: (base.data.source != *source).then(|| source.to_owned()),
            ..Self::default()
        };
        // D's density may follow from G's, so it comes last. A strategy allows none.
        let is_set = matches!(run.strategy, Some(Strategy::Balance | Strategy::Strong));
        for follows in [false, true] {
            base = own.run_like(run).unwrap_or(base);
            for (key, value) in differences(run, &base) {
                let waits = key == "discriminator.density" && (is_set || !follows);
                if !run.method.fixes(&key) && !waits {
                    own.say(&key, value);
                }
            }
        }
        own
    }

    fn say(&mut self, key: &str, value: String) {
        match key {
            "seed" => {}
            "data.source" => self.data = Some(value),
            "iterations" => self.iterations = Some(value),
            "generator.density" => self.density_g = Some(value),
            "discriminator.density" => self.density_d = Some(value),
            _ => {
                self.settings.retain(|(known, _)| known != key);
                self.settings.push((key.to_owned(), value));
            }
        }
    }

    /// The run these words make for the method and seed of `run`.
    pub fn run_like(&self, run: &RunConfig) -> Option<RunConfig> {
        let alone = Self {
            methods: Some(vec![spec(run)]),
            seed: Some(run.seed),
            seeds: None,
            ..self.clone()
        };
        alone.runs().ok()?.pop()
    }

    /// The command that makes this comparison.
    pub fn command(&self) -> String {
        let words = self.said().into_iter();
        let words = words.map(|(name, value)| format!(" --{name} {}", quoted(&value)));
        format!("tightrope compare{}", words.collect::<String>())
    }

    /// A summary: the methods, their data, and the other words.
    pub fn words(&self) -> String {
        let methods = list(self.methods.as_deref().unwrap_or(&METHODS));
        let preset = self.base().map_or("", |preset| preset.name);
        let others = self.said().into_iter();
        let others = others.filter(|(name, _)| !matches!(*name, "preset" | "methods"));
        let others = others.map(|(name, value)| match name {
            "set" => format!(", {value}"),
            _ => format!(", {name} {value}"),
        });
        let methods = methods.replace(',', " and ");
        format!("{methods} on {preset}{}", others.collect::<String>())
    }
}

/// Settings in which `run` differs from `base`, with the values of `run` as a user would type them.
pub fn differences(run: &RunConfig, base: &RunConfig) -> Vec<(String, String)> {
    let tree = |config| serde_json::to_value(config).unwrap_or(Value::Null);
    let (run_tree, base_tree) = (tree(run), tree(base));
    let keys = run.keys().into_iter();
    keys.filter_map(|key| {
        let path = format!("/{}", key.replace('.', "/"));
        let own = run_tree.pointer(&path)?;
        (base_tree.pointer(&path) != Some(own)).then(|| (key, plain(own)))
    })
    .collect()
}

/// Joins methods with commas.
fn list(methods: &[MethodSpec]) -> String {
    let names: Vec<String> = methods.iter().map(MethodSpec::to_string).collect();
    names.join(",")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Vec<String>> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(vec!["it is given twice".to_owned()]),
    }
}

/// Quotes a text so that a shell takes it as one word.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=+,.:/@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
