//! Reads `config.json`. A complete file holds a run's settings; a partial one is laid over a
//! preset.

use serde_json::Value;

use crate::{
    config::{
        CONFIG_VERSION, RunConfig,
        edit::{OPTIONAL, leaves, lookup},
    },
    error::{Error, Problem, Result},
    hint::hint,
};

/// Settings added since version 1 began. Files of older runs lack them and mean their defaults.
const LATER: [&str; 2] = ["critic_pass", "augment."];

impl RunConfig {
    /// Reads a complete `config.json`. Lists everything that is unknown, missing or of the wrong
    /// type.
    pub fn from_json(text: &str) -> Result<Self> {
        let file = parse(text)?;
        let mut config = skeleton(&file);
        for section in OPTIONAL {
            if file.get(section).is_some_and(Value::is_object) {
                config.open(section);
            }
        }
        let tree = config.tree();
        let mut problems = Vec::new();
        let found = leaves(&file);
        for (path, value) in &found {
            if lookup(&tree, path).is_none() {
                let known: Vec<String> = leaves(&tree).into_iter().map(|(path, _)| path).collect();
                let hint = hint(path, known.iter().map(String::as_str));
                problems.push(Problem::new(path, format!("no such setting{hint}")));
            } else if let Err(text) = config.put(path, vec![value.clone()], &plain(value)) {
                problems.push(Problem::new(path, text));
            }
        }
        for (path, _) in leaves(&tree) {
            let is_late = LATER.iter().any(|late| path.starts_with(late));
            if lookup(&file, &path).is_none() && !is_late {
                problems.push(Problem::new(
                    path,
                    "missing; a complete config.json has every setting",
                ));
            }
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Error::Settings(problems))
        }
    }
}

/// A `config.json` that may be partial.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// Preset named in the file.
    pub preset: Option<String>,
    /// Method named in the file.
    pub method: Option<String>,
    /// Strategy named in the file.
    pub strategy: Option<String>,
    settings: Value,
}

impl ConfigFile {
    /// Reads the file's text; settings are checked when they are laid over a preset.
    pub fn parse(text: &str) -> Result<Self> {
        let mut settings = parse(text)?;
        let mut problems = Vec::new();
        let mut take = |name: &str| match settings
            .as_object_mut()
            .and_then(|fields| fields.remove(name))
        {
            Some(Value::String(text)) => Some(text),
            Some(Value::Null) | None => None,
            Some(other) => {
                problems.push(Problem::new(name, format!("`{other}` is not a name")));
                None
            }
        };
        let (preset, method, strategy) = (take("preset"), take("method"), take("strategy"));
        if let Some(fields) = settings.as_object_mut() {
            fields.remove("version");
        }
        if problems.is_empty() {
            Ok(Self {
                preset,
                method,
                strategy,
                settings,
            })
        } else {
            Err(Error::Settings(problems))
        }
    }

    /// The file's settings as `(name, value)` for [`super::resolve`], given the preset that they
    /// are laid over. A model of another kind than the preset's replaces it whole.
    pub fn overrides(&self, base: &RunConfig) -> Vec<(String, String)> {
        let mut settings = self.settings.clone();
        let mut out = Vec::new();
        let tree = base.tree();
        let foreign = settings
            .get("model")
            .and_then(Value::as_object)
            .is_some_and(|model| {
                model.keys().any(|kind| {
                    tree.get("model")
                        .is_some_and(|known| known.get(kind).is_none())
                })
            });
        if foreign
            && let Some(model) = settings
                .as_object_mut()
                .and_then(|fields| fields.remove("model"))
        {
            out.push(("model".to_owned(), model.to_string()));
        }
        out.extend(
            leaves(&settings)
                .into_iter()
                .map(|(path, value)| (path, value.to_string())),
        );
        out.retain(|(path, _)| !path.is_empty());
        out
    }
}

/// Parses a JSON object of a version that this build knows.
fn parse(text: &str) -> Result<Value> {
    let file: Value = serde_json::from_str(text)
        .map_err(|error| Error::setting("config.json", format!("not JSON ({error})")))?;
    if !file.is_object() {
        return Err(Error::setting(
            "config.json",
            "not a JSON object of settings",
        ));
    }
    match file.get("version").and_then(Value::as_u64) {
        Some(version) if version > u64::from(CONFIG_VERSION) => Err(Error::setting(
            "version",
            format!(
                "written by a newer Tightrope (config version {version}, this one reads up to {CONFIG_VERSION}); update"
            ),
        )),
        _ => Ok(file),
    }
}

/// A value as the user wrote it, text without its quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Some settings with the file's kind of model, to be overwritten one by one.
fn skeleton(file: &Value) -> RunConfig {
    let is = |kind| file.get("model").and_then(|m| m.get(kind)).is_some();
    if is("mlp") {
        super::plane::base()
    } else if is("biggan") {
        super::biggan::biggan_cifar10()
    } else {
        super::image::base()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{self, PRESETS};

    #[test]
    fn what_is_written_reads_back() {
        let begun = PRESETS.iter().map(|preset| (preset.build)().whole());
        for config in PRESETS.iter().map(|preset| (preset.build)()).chain(begun) {
            let text = serde_json::to_string_pretty(&config).unwrap();
            assert_eq!(RunConfig::from_json(&text).unwrap(), config);
        }
    }

    #[test]
    fn all_problems_are_listed_with_their_path() {
        let mut tree = (preset::find("spiral").unwrap().build)().tree();
        tree["generator"]["lr"] = "fast".into();
        tree["generator"]["speed"] = 3.into();
        tree["loss"] = "hing".into();
        tree["method"] = "adapt".into();
        tree["balance"].as_object_mut().unwrap().remove("window");
        let Err(error) = RunConfig::from_json(&tree.to_string()) else {
            panic!("accepted")
        };
        let all = error.to_string();
        assert_eq!(error.into_problems().len(), 5, "{all}");
        assert!(
            all.contains("generator.lr: `fast` is not a number"),
            "{all}"
        );
        assert!(all.contains("generator.speed: no such setting"), "{all}");
        assert!(
            all.contains(
                "loss: `hing` is not one of hinge, bce, wasserstein; did you mean `hinge`?"
            ),
            "{all}"
        );
        assert!(
            all.contains("method: `adapt` is not one of dense,"),
            "{all}"
        );
        assert!(all.contains("balance.window: missing"), "{all}");
    }

    #[test]
    fn files_from_before_a_setting_are_complete() {
        let config = (preset::find("tiny").unwrap().build)();
        let mut tree = config.tree();
        let fields = tree.as_object_mut().unwrap();
        fields.remove("critic_pass");
        fields.remove("augment");
        assert_eq!(RunConfig::from_json(&tree.to_string()).unwrap(), config);
    }

    #[test]
    fn a_newer_version_is_refused_in_one_line() {
        let mut tree = (preset::find("spiral").unwrap().build)().tree();
        tree["version"] = 99.into();
        tree["novelty"] = 1.into();
        let line = RunConfig::from_json(&tree.to_string())
            .unwrap_err()
            .to_string();
        assert!(
            line.contains("newer Tightrope") && !line.contains('\n'),
            "{line}"
        );
        assert!(ConfigFile::parse(&tree.to_string()).is_err());
        assert!(RunConfig::from_json("[]").is_err());
        assert!(RunConfig::from_json("{\"generator\": 5}").is_err());
        assert!(
            RunConfig::from_json("{")
                .unwrap_err()
                .to_string()
                .contains("not JSON")
        );
    }

    #[test]
    fn a_partial_file_becomes_overrides() {
        let base = (preset::find("fashion16").unwrap().build)();
        let file = ConfigFile::parse(
            r#"{"method": "dda", "generator": {"lr": 0.5}, "z_dim": 7, "strategy": null}"#,
        )
        .unwrap();
        assert_eq!(file.method.as_deref(), Some("dda"));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            file.overrides(&base),
            [pair("generator.lr", "0.5"), pair("z_dim", "7")]
        );
        let spiral = (preset::find("spiral").unwrap().build)();
        let file = ConfigFile::parse(&spiral.tree().to_string()).unwrap();
        let mut config = base.clone();
        for (key, value) in file.overrides(&base) {
            config.set(&key, &value).unwrap();
        }
        assert_eq!(config.model, spiral.model);
    }
}
