//! Fills in a comparison from arguments; `comparison` holds the rules.

use std::path::Path;

use tightrope_core::{
    config::RunConfig,
    error::{Error, Problem, Result, collect},
    fs,
    method::{Method, MethodSpec, Strategy},
    preset::{self, ConfigFile},
};

use super::args::{BenchIterationArgs, CompareArgs, RunArgs, TrainArgs};
use crate::comparison::{Comparison, Ground, Group, parse_methods, parse_setting, spec_of};

/// The groups of runs that `compare` trains.
pub fn compare(args: &CompareArgs) -> Result<Vec<Group>> {
    compare_with(args, &read(args.run.config.as_deref())?)
}

/// The settings of a new run. A resumed one has its own; see [`resumed`].
pub fn train(args: &TrainArgs) -> Result<RunConfig> {
    train_with(args, &read(args.run.config.as_deref())?)
}

/// The settings `bench iteration` measures. Masks are static, so that no update falls into the
/// measurement.
pub fn bench(args: &BenchIterationArgs) -> Result<RunConfig> {
    let mut problems = Vec::new();
    // No probe falls into it either, unless the user asks for one.
    let mut overrides = vec![("balance.probe_interval".to_owned(), "0".to_owned())];
    let named = [
        ("generator.density", &args.density_g),
        ("discriminator.density", &args.density_d),
        ("batch_d", &args.batch_d),
        ("batch_g", &args.batch_g),
        ("n_critic", &args.n_critic),
    ];
    for (key, value) in named {
        overrides.extend(value.iter().map(|value| (key.to_owned(), value.clone())));
    }
    overrides.extend(pairs(&args.settings, &mut problems));
    let preset = preset::find(&args.preset)?;
    // Measuring needs no images: a preset without built-in data runs on random images of its shape.
    if preset.data.is_none() {
        let source = (preset.build)().data.source;
        overrides.push(("data.source".to_owned(), format!("{source}:unused")));
    }
    collect(
        problems,
        preset::resolve(preset, Method::Static, None, &overrides),
    )
}

/// Settings given with `--resume`, as `(name, value)`; `stored` holds the run's own.
pub fn resumed(args: &RunArgs, stored: &RunConfig) -> Result<Vec<(String, String)>> {
    let mut problems = Vec::new();
    let mut overrides = args.adapt.overrides(stored, stored.method, &mut problems);
    overrides.extend(comparison(args, &mut problems).overrides());
    collect(problems, Ok(overrides))
}

fn compare_with(args: &CompareArgs, file: &ConfigFile) -> Result<Vec<Group>> {
    let mut problems = Vec::new();
    let methods = args.methods.as_deref();
    let comparison = Comparison {
        methods: methods.map(|list| parse_methods(list, &mut problems)),
        seeds: Some(args.seeds),
        ..comparison(&args.run, &mut problems)
    };
    comparison.groups(&ground(&args.run, file), problems)
}

fn train_with(args: &TrainArgs, file: &ConfigFile) -> Result<RunConfig> {
    let mut problems = Vec::new();
    let comparison = comparison(&args.run, &mut problems);
    let spec = spec(args, file);
    let run = comparison.run(spec, args.method.is_some(), &ground(&args.run, file));
    collect(problems, run)
}

/// The method from the arguments, else from the file, else ADAPT-relax.
fn spec(args: &TrainArgs, file: &ConfigFile) -> Result<MethodSpec> {
    let known = match &args.method {
        Some(name) => name.parse()?,
        None => spec_of(file)?,
    };
    match &args.strategy {
        Some(name) => MethodSpec::new(known.method, Some(Strategy::parse(name)?)),
        None => Ok(known),
    }
}

fn read(path: Option<&Path>) -> Result<ConfigFile> {
    let Some(path) = path else {
        return Ok(ConfigFile::default());
    };
    let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    ConfigFile::parse(&text)
}

/// A comparison from the arguments that `compare` and `train` share, without methods.
fn comparison(args: &RunArgs, problems: &mut Vec<Problem>) -> Comparison {
    Comparison {
        preset: args.preset.clone(),
        data: args.data.clone().or_else(|| args.adapt.source()),
        seed: args.seed,
        iterations: args.iterations.clone(),
        density_g: args.density_g.clone(),
        density_d: args.density_d.clone(),
        settings: pairs(&args.settings, problems),
        ..Comparison::default()
    }
}

/// Settings that the arguments override: the file's, then the flags of ADAPT's scripts.
fn ground<'a>(args: &'a RunArgs, file: &'a ConfigFile) -> Ground<'a> {
    Ground {
        file: file.clone(),
        further: Some(Box::new(|base, method, problems| {
            args.adapt.overrides(base, method, problems)
        })),
    }
}

fn pairs(settings: &[String], problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for text in settings {
        match parse_setting(text) {
            Ok(pair) => pairs.push(pair),
            Err(problem) => problems.push(problem),
        }
    }
    pairs
}

#[cfg(test)]
mod tests;
