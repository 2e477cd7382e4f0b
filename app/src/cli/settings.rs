//! From arguments to the settings of every run, with everything that is wrong said at once.

use std::path::Path;

use tightrope_core::config::preset::{self, Preset};
use tightrope_core::config::{ConfigFile, RunConfig};
use tightrope_core::error::{Error, Result};
use tightrope_core::fs;
use tightrope_core::method::{Method, MethodSpec, Strategy};

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
mod tests {
    use clap::Parser;
    use tightrope_core::config::Policy;

    use super::*;
    use crate::cli::args::{BenchCommand, Cli, Command};
    use crate::problems::lines;

    fn compare_args(line: &str) -> CompareArgs {
        let cli =
            Cli::try_parse_from(format!("tightrope compare {line}").split_whitespace()).unwrap();
        let Some(Command::Compare(args)) = cli.command else {
            panic!("not compare")
        };
        args
    }

    fn train_args(line: &str) -> TrainArgs {
        let cli =
            Cli::try_parse_from(format!("tightrope train {line}").split_whitespace()).unwrap();
        let Some(Command::Train(args)) = cli.command else {
            panic!("not train")
        };
        args
    }

    fn problems<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
        lines(&result.unwrap_err())
    }

    #[test]
    fn compare_alone_is_the_showcase() {
        let groups = compare(&compare_args("")).unwrap();
        let names: Vec<&str> = groups.iter().map(|group| group.title.as_str()).collect();
        assert_eq!(names, SHOWCASE);
        for group in &groups {
            let methods: Vec<Method> = group.runs.iter().map(|run| run.method).collect();
            assert_eq!(methods, [Method::AdaptRelax, Method::StuGan]);
            assert!(group.runs.iter().all(|run| run.seed == 42));
        }
    }

    #[test]
    fn methods_and_seeds_multiply() {
        let groups = compare(&compare_args(
            "--preset ring --methods dda,static:strong --seeds 2 --seed 5",
        ))
        .unwrap();
        let runs: Vec<_> = groups[0]
            .runs
            .iter()
            .map(|run| (run.seed, run.method))
            .collect();
        assert_eq!(
            runs,
            [
                (5, Method::Dda),
                (5, Method::Static),
                (6, Method::Dda),
                (6, Method::Static)
            ]
        );
        assert_eq!(groups[0].runs[1].discriminator.density, 1.0);
    }

    #[test]
    fn data_alone_chooses_its_preset() {
        let groups = compare(&compare_args("--data fashion-mnist:images")).unwrap();
        assert_eq!((groups.len(), groups[0].title.as_str()), (1, "fashion16"));
        assert_eq!(groups[0].runs[0].data.source, "fashion-mnist:images");
    }

    #[test]
    fn settings_are_laid_over_in_order() {
        let file = ConfigFile::parse(r#"{"iterations": 7, "z_dim": 3, "batch_d": 9}"#).unwrap();
        let args = train_args(
            "--preset spiral --iterations 8 --density-g .3 --set z_dim=4 --set generator.density=.4",
        );
        let run = train_with(&args, &file).unwrap();
        assert_eq!((run.batch_d, run.iterations, run.z_dim), (9, 8, 4));
        assert_eq!(run.generator.density, 0.4);
    }

    #[test]
    fn a_runs_own_config_reproduces_it_and_lends_itself_to_others() {
        let run = train(&train_args(
            "--preset ring --method dda --set generator.lr=0.007 --seed 3",
        ))
        .unwrap();
        let file = ConfigFile::parse(&serde_json::to_string(&run).unwrap()).unwrap();
        assert_eq!(train_with(&train_args(""), &file).unwrap(), run);
        let other = train_with(&train_args("--method sdst-rigl"), &file).unwrap();
        assert_eq!(
            (other.generator.policy, other.discriminator.policy),
            (Policy::DropGrow, Policy::Static)
        );
        assert_eq!((other.generator.lr, other.seed), (0.007, 3));
        let strong = train(&train_args(
            "--preset ring --method static --strategy strong",
        ))
        .unwrap();
        let file = ConfigFile::parse(&serde_json::to_string(&strong).unwrap()).unwrap();
        assert_eq!(train_with(&train_args(""), &file).unwrap(), strong);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let args = "--preset spiral --methods dda,sttic,dda --set iteratons=5 --set nonsense --density-G 2 --iterations 0";
        let lines = problems(compare(&compare_args(args)));
        let all = lines.join("\n");
        for part in [
            "sttic",
            "dda is named twice",
            "iteratons",
            "nonsense",
            "generator.density: 2",
            "iterations: 0",
        ] {
            assert!(all.contains(part), "{part} is missing from\n{all}");
        }
        assert_eq!(lines.len(), 6, "{all}");
    }

    #[test]
    fn what_concerns_one_method_names_it() {
        let lines = problems(compare(&compare_args(
            "--preset ring --methods static,adapt-strict --density-D .8",
        )));
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with("adapt-strict: discriminator.density: 0.8"),
            "{lines:?}"
        );
        let lines = problems(compare(&compare_args(
            "--preset ring --methods static,dda --set n_critic=0",
        )));
        assert!(
            lines.len() == 1 && lines[0].starts_with("n_critic: 0"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_density_of_d_beside_a_strategy_is_refused() {
        let compared = |line: &str| compare(&compare_args(&format!("--preset ring {line}")));
        for density in [
            "--density-d .05",
            "--density-D .05",
            "--set discriminator.density=.05",
        ] {
            let lines = problems(compared(&format!(
                "--methods static,static:strong,stu-gan:balance --density-g .2 {density}"
            )));
            assert_eq!(lines.len(), 2, "{lines:?}");
            assert!(
                lines[0].starts_with(
                    "static:strong: discriminator.density: static:strong sets it itself, to 1;"
                ),
                "{lines:?}"
            );
            assert!(lines[1].starts_with("stu-gan:balance: "), "{lines:?}");
            let one = train(&train_args(&format!(
                "-p ring --method static:strong {density}"
            )));
            assert!(problems(one)[0].contains("or write `static`"));
        }
        let free = "--methods static:strong,sdst-set:balance --density-g .2 --set d_max=.5";
        let runs = &compared(free).unwrap()[0].runs;
        assert_eq!(runs[0].discriminator.density, 0.5);
        assert_eq!(runs[1].discriminator.density, 0.2);
    }

    #[test]
    fn a_files_density_of_d_gives_way_to_a_strategy() {
        let text = |line: &str| {
            let run = train(&train_args(&format!("--preset ring {line}"))).unwrap();
            serde_json::to_string(&run).unwrap()
        };
        let density = |file: &str, line: &str| {
            let file = ConfigFile::parse(file).unwrap();
            train_with(&train_args(line), &file).map(|run| run.discriminator.density)
        };
        let strong = text("--method static:strong");
        assert_eq!(density(&strong, "").unwrap(), 1.0);
        assert_eq!(density(&strong, "--set d_max=.5").unwrap(), 0.5);
        let own = text("--method static --density-d .7");
        assert_eq!(density(&own, "--method static:strong").unwrap(), 1.0);
        assert_eq!(density(&own, "").unwrap(), 0.7);
        let pair =
            r#"{"method": "static", "strategy": "strong", "discriminator": {"density": 0.7}}"#;
        assert!(density(pair, "--preset ring").is_err());
    }

    #[test]
    fn a_missing_config_file_is_named() {
        let line = train(&train_args("--config nowhere.json"))
            .unwrap_err()
            .to_string();
        assert!(line.starts_with("nowhere.json: "), "{line}");
    }

    #[test]
    fn train_reports_method_and_strategy() {
        assert!(
            problems(train(&train_args("--method dda --strategy strong")))[0]
                .contains("no strategy strong")
        );
        assert!(
            problems(train(&train_args("--method static --strategy stron")))[0]
                .contains("no such strategy")
        );
        let lines = problems(train(&train_args("--preset sprial --method dad")));
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn bench_needs_no_data() {
        let line = "tightrope bench iteration --density-g 0.1 --density-d 0.2 --batch-d 8 --n-critic 2 --set z_dim=5";
        let Some(Command::Bench(args)) = Cli::try_parse_from(line.split_whitespace())
            .unwrap()
            .command
        else {
            panic!("not bench");
        };
        let BenchCommand::Iteration(args) = args.what else {
            panic!("not iteration")
        };
        let run = bench(&args).unwrap();
        assert_eq!(
            (run.generator.density, run.discriminator.density),
            (0.1, 0.2)
        );
        assert_eq!((run.batch_d, run.n_critic, run.z_dim), (8, 2, 5));
    }

    #[test]
    fn resuming_takes_settings_too() {
        let stored = train(&train_args("--preset ring")).unwrap();
        let given = |line: &str| resumed(&train_args(&format!("--resume r {line}")).run, &stored);
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            given("--iterations 9 --set br_low=.2 --da-ub .6").unwrap(),
            [
                pair("balance.br_high", ".6"),
                pair("iterations", "9"),
                pair("br_low", ".2")
            ]
        );
        assert!(given("--set x").is_err());
    }
}
