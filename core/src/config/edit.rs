//! Settings by name: `generator.lr`, `balance.br_low`, `model.sngan.g_channels`. The names come
//! from the serialised config, so no second list of them exists.

use serde_json::{Number, Value};

use super::{Crossover, RunConfig};
use crate::{
    error::{Error, Result},
    hint::hint,
};

/// Settings that state a run's origin; `resolve` fills them in.
const IDENTITY: [&str; 4] = ["version", "preset", "method", "strategy"];

/// Sections that a run may lack: `crossover` before it begins, `pruning` if it does not prune.
pub(crate) const OPTIONAL: [&str; 2] = ["crossover", "pruning"];

/// Settings that a run takes up at its next iteration. All others shape tensors or streams at the
/// start.
const LIVE: [&str; 35] = [
    "averaging.decay",
    "balance.br_high",
    "balance.br_low",
    "balance.d_max",
    "balance.d_min",
    "balance.density_step",
    "balance.estimator",
    "balance.gain",
    "balance.gap_floor",
    "balance.probe_interval",
    "balance.r_high",
    "balance.r_low",
    "balance.rule",
    "balance.warmup",
    "discriminator.drop_floor",
    "discriminator.drop_fraction",
    "discriminator.drop_schedule",
    "discriminator.growth",
    "discriminator.lr",
    "discriminator.mask_interval",
    "discriminator.min_layer_density",
    "discriminator.scope",
    "generator.drop_floor",
    "generator.drop_fraction",
    "generator.drop_schedule",
    "generator.growth",
    "generator.lr",
    "generator.mask_interval",
    "generator.min_layer_density",
    "generator.scope",
    "record.checkpoint_every",
    "record.log_every",
    "record.quality_every",
    "record.quality_samples",
    "record.sample_every",
];

impl RunConfig {
    /// Names of all settings of this run, in alphabetical order.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = leaves(&self.whole().tree())
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        keys.retain(|key| !IDENTITY.contains(&key.as_str()));
        keys
    }

    /// Names of the settings that may change while a run trains.
    pub fn live_keys() -> &'static [&'static str] {
        &LIVE
    }

    /// The settings that may change while a run trains, each with its value as `set` takes it.
    pub fn live_values(&self) -> Vec<(&'static str, String)> {
        let tree = self.tree();
        let text = |key| match lookup(&tree, key) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        LIVE.iter().map(|&key| (key, text(key))).collect()
    }

    /// The full name of a setting: `key` itself, or the one setting whose last part is `key`.
    pub fn full_key(&self, key: &str) -> Result<String> {
        let key = key.trim().replace('-', "_");
        if IDENTITY.contains(&key.as_str()) {
            return wrong(
                &key,
                "not a setting; choose presets and methods by their names",
            );
        }
        if lookup(&self.whole().tree(), &key).is_some() {
            return Ok(key);
        }
        let keys = self.keys();
        let fits: Vec<&String> = keys.iter().filter(|full| tail(full) == key).collect();
        match fits.as_slice() {
            [only] => Ok((*only).clone()),
            [] => {
                let known = keys.iter().flat_map(|full| [full.as_str(), tail(full)]);
                wrong(&key, format!("no such setting{}", hint(&key, known)))
            }
            several => {
                let names: Vec<&str> = several.iter().map(|full| full.as_str()).collect();
                wrong(
                    &key,
                    format!("several settings end so; say which: {}", names.join(", ")),
                )
            }
        }
    }

    /// Sets one setting from text: `("generator.lr", "1e-3")`, `("g_channels", "32,32,32")`,
    /// `("growth", "random")`. A wrong name or value leaves everything as it was.
    /// [`RunConfig::validate`] checks whether the value makes sense beside the others.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let path = self.full_key(key)?;
        let mut edited = self.clone();
        edited.open(path.split('.').next().unwrap_or_default());
        let tree = edited.tree();
        let Some(old) = lookup(&tree, &path) else {
            return wrong(&path, "no such setting");
        };
        edited
            .put(&path, readings(value.trim(), old), value.trim())
            .map_err(|text| Error::setting(&path, text))?;
        *self = edited;
        Ok(())
    }

    /// A copy with every optional section.
    pub(crate) fn whole(&self) -> Self {
        let mut whole = self.clone();
        OPTIONAL.iter().for_each(|section| whole.open(section));
        whole
    }

    /// Fills in an optional section that is absent, so that its settings can be set; ignores other
    /// sections.
    pub(crate) fn open(&mut self, section: &str) {
        match section {
            "crossover" => drop(self.crossover.get_or_insert(Crossover::typical(false))),
            "pruning" => drop(self.pruning.get_or_insert_default()),
            _ => {}
        }
    }

    /// Sets a live setting of a running run and returns its full name. Refuses other settings, and
    /// values that do not pass [`RunConfig::validate_running`].
    pub fn set_live(&mut self, key: &str, value: &str) -> Result<String> {
        let path = self.full_key(key)?;
        if !LIVE.contains(&path.as_str()) {
            let live: Vec<&str> = LIVE
                .iter()
                .copied()
                .filter(|live| tail(live) == tail(&path))
                .collect();
            let hint = if live.is_empty() {
                String::new()
            } else {
                format!("; live ones: {}", live.join(", "))
            };
            return wrong(&path, format!("cannot change while a run trains{hint}"));
        }
        let mut edited = self.clone();
        edited.set(&path, value)?;
        edited.validate_running()?;
        *self = edited;
        Ok(path)
    }

    /// The settings as a JSON tree, as the config file holds them.
    pub(crate) fn tree(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// Puts the first of `values` that fits at `path`; `text` is the user's input.
    pub(crate) fn put(&mut self, path: &str, values: Vec<Value>, text: &str) -> Result<(), String> {
        let tree = self.tree();
        let mut refusal = String::new();
        for value in values {
            let mut tree = tree.clone();
            if let Some(slot) = tree.pointer_mut(&pointer(path)) {
                *slot = value;
            }
            match serde_json::from_value(tree) {
                Ok(config) => {
                    *self = config;
                    return Ok(());
                }
                Err(error) => refusal = error.to_string(),
            }
        }
        let old = lookup(&tree, path).cloned().unwrap_or(Value::Null);
        Err(format!(
            "`{text}` is not {}",
            expected(&old, text, &refusal)
        ))
    }
}

/// Every leaf of a tree with its dotted name. Lists are leaves.
pub(crate) fn leaves(tree: &Value) -> Vec<(String, Value)> {
    fn walk(node: &Value, path: &str, out: &mut Vec<(String, Value)>) {
        match node {
            Value::Object(fields) => {
                for (name, child) in fields {
                    let path = if path.is_empty() {
                        name.clone()
                    } else {
                        format!("{path}.{name}")
                    };
                    walk(child, &path, out);
                }
            }
            leaf => out.push((path.to_owned(), leaf.clone())),
        }
    }
    let mut out = Vec::new();
    walk(tree, "", &mut out);
    out
}

/// The node of a dotted name.
pub(crate) fn lookup<'a>(tree: &'a Value, path: &str) -> Option<&'a Value> {
    tree.pointer(&pointer(path))
}

fn pointer(path: &str) -> String {
    format!(
        "/{}",
        path.replace('~', "~0").replace('/', "~1").replace('.', "/")
    )
}

fn tail(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn wrong<T>(key: &str, text: impl Into<String>) -> Result<T> {
    Err(Error::setting(key, text))
}

/// Possible readings of a text, most literal first: JSON, a number that JSON would not take (`.5`,
/// `1e4` for a count), a list without brackets, plain text.
fn readings(text: &str, old: &Value) -> Vec<Value> {
    let mut out: Vec<Value> = serde_json::from_str(text).into_iter().collect();
    if let Ok(number) = text.parse::<f64>() {
        // 2^53: a larger float no longer identifies one integer.
        if number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number) {
            out.push(Value::from(number as u64));
        }
        out.extend(Number::from_f64(number).map(Value::Number));
    }
    if old.is_array() {
        out.extend(serde_json::from_str::<Value>(&format!("[{text}]")));
    }
    out.push(Value::String(text.to_owned()));
    out
}

fn expected(old: &Value, text: &str, refusal: &str) -> String {
    match old {
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) if number.is_f64() => "a number".to_owned(),
        Value::Number(_) => "a whole number, 0 or more".to_owned(),
        Value::Array(_) => format!("a list such as {old}"),
        Value::String(_) => match choices(refusal) {
            some if some.is_empty() => "text".to_owned(),
            some => format!(
                "one of {}{}",
                some.join(", "),
                hint(text, some.iter().copied())
            ),
        },
        Value::Null | Value::Object(_) => format!("what belongs here: {refusal}"),
    }
}

/// The variants that an enum's error lists: "unknown variant `x`, expected `a` or `b`".
fn choices(refusal: &str) -> Vec<&str> {
    let Some((_, list)) = refusal.split_once("expected ") else {
        return Vec::new();
    };
    list.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Growth, ModelConfig};
    use crate::preset;

    fn config(name: &str) -> RunConfig {
        (preset::find(name).unwrap().build)()
    }

    fn refusal(config: &mut RunConfig, key: &str, value: &str) -> String {
        config.set(key, value).unwrap_err().to_string()
    }

    #[test]
    fn sets_by_full_name_or_unique_last_part() {
        let mut c = config("tiny");
        c.set("generator.lr", "1e-3").unwrap();
        c.set("generator.density", ".25").unwrap();
        c.set("checkpoint-every", "70").unwrap();
        c.set("iterations", "1e4").unwrap();
        c.set("generator.growth", "random").unwrap();
        c.set("data.source", "folder:a b").unwrap();
        c.set("data.flip", "true").unwrap();
        assert_eq!((c.generator.lr, c.generator.density), (1e-3, 0.25));
        assert_eq!((c.record.checkpoint_every, c.iterations), (70, 10_000));
        assert_eq!(c.generator.growth, Growth::Random);
        assert_eq!((c.data.source.as_str(), c.data.flip), ("folder:a b", true));
    }

    #[test]
    fn lists_go_with_and_without_brackets() {
        let mut c = config("tiny");
        for text in ["[4,5,6,7]", "4,5,6,7", "4, 5, 6, 7"] {
            c.set("model.sngan.g_channels", text).unwrap();
            let ModelConfig::Sngan(sngan) = &c.model else {
                panic!("tiny is an SNGAN")
            };
            assert_eq!(sngan.g_channels, [4, 5, 6, 7]);
        }
    }

    #[test]
    fn every_setting_takes_back_what_it_holds() {
        for name in ["tiny", "spiral", "sngan-stl10"] {
            let mut c = config(name);
            let before = c.clone();
            for (path, value) in leaves(&before.tree()) {
                if !IDENTITY.contains(&path.as_str()) {
                    c.set(&path, &value.to_string()).unwrap();
                }
            }
            assert_eq!(c, before);
        }
    }

    #[test]
    fn wrong_names_get_the_nearest_right_one() {
        let mut c = config("tiny");
        assert!(refusal(&mut c, "iteratons", "5").contains("did you mean `iterations`?"));
        assert!(
            refusal(&mut c, "generator.desnity", "5").contains("did you mean `generator.density`?")
        );
        assert!(refusal(&mut c, "lr", "5").contains("discriminator.lr, generator.lr"));
        assert!(refusal(&mut c, "method", "dda").contains("not a setting"));
        assert_eq!(refusal(&mut c, "qqq", "5"), "qqq: no such setting");
    }

    #[test]
    fn wrong_values_say_what_is_expected() {
        let mut c = config("tiny");
        let before = c.clone();
        assert_eq!(
            refusal(&mut c, "iterations", "many"),
            "iterations: `many` is not a whole number, 0 or more"
        );
        assert_eq!(
            refusal(&mut c, "n_critic", "-1"),
            "n_critic: `-1` is not a whole number, 0 or more"
        );
        assert_eq!(
            refusal(&mut c, "n_critic", "1.5"),
            "n_critic: `1.5` is not a whole number, 0 or more"
        );
        assert_eq!(
            refusal(&mut c, "generator.lr", "nan"),
            "generator.lr: `nan` is not a number"
        );
        assert_eq!(
            refusal(&mut c, "data.flip", "maybe"),
            "data.flip: `maybe` is not true or false"
        );
        assert_eq!(
            refusal(&mut c, "generator.growth", "gradint"),
            "generator.growth: `gradint` is not one of random, gradient; did you mean `gradient`?"
        );
        assert_eq!(
            refusal(&mut c, "d_pool", "yes"),
            "model.sngan.d_pool: `yes` is not a list such as [true,true,false,false]"
        );
        assert_eq!(c, before);
    }

    #[test]
    fn live_settings_exist_and_others_are_refused() {
        let mut c = config("tiny");
        let keys = c.keys();
        for live in RunConfig::live_keys() {
            assert!(
                keys.iter().any(|key| key == live),
                "{live} is not a setting"
            );
        }
        assert_eq!(c.set_live("br_high", "0.7").unwrap(), "balance.br_high");
        assert_eq!(c.balance.br_high, 0.7);
        assert!(
            c.set_live("z_dim", "8")
                .unwrap_err()
                .to_string()
                .contains("cannot change while")
        );
        assert!(c.set_live("br_high", "0.1").is_err());
        assert_eq!(c.balance.br_high, 0.7);
    }
}
