//! From arguments to the settings of every run, with everything that is wrong said at once.

use std::path::Path;

use tightrope_core::config::RunConfig;
use tightrope_core::error::{Error, Result};
use tightrope_core::fs;
use tightrope_core::method::{Method, MethodSpec, Strategy};
use tightrope_core::preset::{self, ConfigFile, Preset};

use super::args::{BenchIterationArgs, CompareArgs, RunArgs, TrainArgs};
use crate::problems::{collect, every};

/// What `compare` shows when it is told nothing else.
pub const SHOWCASE: [&str; 2] = ["spiral", "scenes16"];
/// The methods it compares.
pub const METHODS: &str = "adapt-relax,stu-gan";

/// What some strategies set.
const DENSITY_D: &str = "discriminator.density";

/// Runs that belong side by side: one preset, several methods and seeds.
#[derive(Debug)]
pub struct Group {
    /// The preset's name.
    pub title: String,
    /// Settings of each run: seed by seed, method by method.
    pub runs: Vec<RunConfig>,
}

/// The groups of runs a comparison consists of.
pub fn compare(args: &CompareArgs) -> Result<Vec<Group>> {
    compare_with(args, &read(args.run.config.as_deref())?)
}

/// The settings of a new run. A resumed one has its own; see [`resumed`].
pub fn train(args: &TrainArgs) -> Result<RunConfig> {
    train_with(args, &read(args.run.config.as_deref())?)
}

/// The settings `bench iteration` measures: static masks, so that no update falls into the measurement.
pub fn bench(args: &BenchIterationArgs) -> Result<RunConfig> {
    let mut problems = Vec::new();
    // Neither does a probe, unless asked for.
    let mut overrides = vec![("balance.probe_interval".to_owned(), "0".to_owned())];
    let named = [
        ("generator.density", &args.density_g),
        (DENSITY_D, &args.density_d),
        ("batch_d", &args.batch_d),
        ("batch_g", &args.batch_g),
        ("n_critic", &args.n_critic),
    ];
    for (key, value) in named {
        overrides.extend(value.iter().map(|value| (key.to_owned(), value.clone())));
    }
    overrides.extend(split(&args.settings, &mut problems));
    let preset = preset::find(&args.preset)?;
    // Measuring needs no images: a preset whose data must be fetched runs on random ones of its shape.
    if preset.data.is_none() {
        let source = (preset.build)().data.source;
        overrides.push(("data.source".to_owned(), format!("{source}:unused")));
    }
    collect(
        problems,
        preset::resolve(preset, Method::Static, None, &overrides),
    )
}

/// Settings given beside `--resume`, as `(name, value)`; `stored` are the run's own.
pub fn resumed(args: &RunArgs, stored: &RunConfig) -> Result<Vec<(String, String)>> {
    let mut problems = Vec::new();
    let mut overrides = args.adapt.overrides(stored, stored.method, &mut problems);
    overrides.extend(flags(args, &mut problems));
    collect(problems, Ok(overrides))
}

fn compare_with(args: &CompareArgs, file: &ConfigFile) -> Result<Vec<Group>> {
    let mut problems = Vec::new();
    let presets = presets(&args.run, file, &SHOWCASE, &mut problems);
    let named = args.methods.is_some();
    let list = args
        .methods
        .clone()
        .or_else(|| spec_text(file))
        .unwrap_or_else(|| METHODS.to_owned());
    let mut specs: Vec<MethodSpec> = Vec::new();
    for text in list
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        match text.parse() {
            Ok(spec) if specs.contains(&spec) => {
                problems.push(format!("methods: {text} is named twice; once will do"))
            }
            Ok(spec) => specs.push(spec),
            Err(error) => problems.push(error.to_string()),
        }
    }
    if specs.is_empty() && problems.is_empty() {
        problems.push("methods: none named; e.g. adapt-relax,stu-gan".to_owned());
    }
    let groups = presets.into_iter().map(|preset| {
        let of_one_seed = every(&specs, &mut problems, |spec| {
            resolve(preset, *spec, &args.run, file, named)
        });
        let runs = (0..args.seeds).flat_map(|offset| {
            of_one_seed.iter().map(move |run| RunConfig {
                seed: run.seed.wrapping_add(offset),
                ..run.clone()
            })
        });
        Group {
            title: preset.name.to_owned(),
            runs: runs.collect(),
        }
    });
    let groups = groups.collect();
    collect(problems, Ok(groups))
}

fn train_with(args: &TrainArgs, file: &ConfigFile) -> Result<RunConfig> {
    let mut problems = Vec::new();
    let presets = presets(&args.run, file, &SHOWCASE[..1], &mut problems);
    let named = args.method.is_some();
    let text = args
        .method
        .clone()
        .or_else(|| spec_text(file))
        .unwrap_or_else(|| "adapt-relax".to_owned());
    let mut spec = text.parse::<MethodSpec>();
    if let (Ok(known), Some(name)) = (&spec, &args.strategy) {
        spec = Strategy::parse(name)
            .and_then(|strategy| MethodSpec::new(known.method, Some(strategy)));
    }
    match (spec, presets.first()) {
        (Ok(spec), Some(preset)) => {
            collect(problems, resolve(preset, spec, &args.run, file, named))
        }
        (Ok(_), None) => Err(Error::Settings(problems)),
        (Err(error), _) => collect(problems, Err(error)),
    }
}

fn read(path: Option<&Path>) -> Result<ConfigFile> {
    let Some(path) = path else {
        return Ok(ConfigFile::default());
    };
    let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    ConfigFile::parse(&text)
}

/// The presets asked for: by name, by the file, by the data, or those of `otherwise`.
fn presets(
    args: &RunArgs,
    file: &ConfigFile,
    otherwise: &[&str],
    problems: &mut Vec<String>,
) -> Vec<&'static Preset> {
    let named = args.preset.as_deref().or(file.preset.as_deref());
    let found: Result<Vec<_>> = match (named, source(args)) {
        (Some(name), _) => preset::find(name).map(|preset| vec![preset]),
        (None, Some(source)) => preset::for_data(&source).map(|preset| vec![preset]),
        (None, None) => otherwise.iter().map(|name| preset::find(name)).collect(),
    };
    found.unwrap_or_else(|error| {
        problems.push(error.to_string());
        Vec::new()
    })
}

fn source(args: &RunArgs) -> Option<String> {
    args.data.clone().or_else(|| args.adapt.source())
}

fn spec_text(file: &ConfigFile) -> Option<String> {
    let method = file.method.clone()?;
    Some(
        file.strategy
            .as_ref()
            .map_or_else(|| method.clone(), |strategy| format!("{method}:{strategy}")),
    )
}

/// One run: preset, then method, file, flags, `--set`; the later wins.
fn resolve(
    preset: &Preset,
    spec: MethodSpec,
    args: &RunArgs,
    file: &ConfigFile,
    named: bool,
) -> Result<RunConfig> {
    let mut problems = Vec::new();
    let base = (preset.build)();
    let mut overrides = file.overrides(&base);
    // The file of one method lends its settings to another, but not what makes it that method.
    if named && file.method.is_some() {
        overrides.retain(|(key, _)| !Method::own_keys().contains(&key.as_str()));
    }
    if is_of_strategy(preset, spec, file, &overrides, named) {
        overrides.retain(|(key, _)| key != DENSITY_D);
    }
    overrides.extend(args.adapt.overrides(&base, spec.method, &mut problems));
    overrides.extend(flags(args, &mut problems));
    collect(
        problems,
        preset::resolve(preset, spec.method, spec.strategy, &overrides),
    )
}

/// Whether D's density in the file is none to lay over a strategy: another method's, or what the file's own
/// strategy came to, which follows the flags.
fn is_of_strategy(
    preset: &Preset,
    spec: MethodSpec,
    file: &ConfigFile,
    overrides: &[(String, String)],
    named: bool,
) -> bool {
    let (Some(Strategy::Balance | Strategy::Strong), Some(own)) = (spec.strategy, spec_text(file))
    else {
        return false;
    };
    let is_other = named && own != spec.to_string();
    is_other || preset::resolve(preset, spec.method, spec.strategy, overrides).is_ok()
}

/// The settings that have a flag of their own, then `--set`.
fn flags(args: &RunArgs, problems: &mut Vec<String>) -> Vec<(String, String)> {
    let named = [
        ("data.source", source(args)),
        ("seed", args.seed.map(|seed| seed.to_string())),
        ("iterations", args.iterations.clone()),
        ("generator.density", args.density_g.clone()),
        (DENSITY_D, args.density_d.clone()),
    ];
    let mut out: Vec<_> = named
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    out.extend(split(&args.settings, problems));
    out
}

fn split(settings: &[String], problems: &mut Vec<String>) -> Vec<(String, String)> {
    let pairs = settings
        .iter()
        .filter_map(|text| match text.split_once('=') {
            Some((key, value)) => Some((key.trim().to_owned(), value.trim().to_owned())),
            None => {
                problems.push(format!("settings: `{text}` has no value; write KEY=VALUE"));
                None
            }
        });
    pairs.collect()
}

#[cfg(test)]
mod tests;
