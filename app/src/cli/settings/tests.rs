use clap::Parser;
use tightrope_core::config::Policy;

use super::*;
use crate::{
    cli::args::{BenchCommand, Cli, Command},
    comparison::SHOWCASE,
};

fn compare_args(line: &str) -> CompareArgs {
    let cli = Cli::try_parse_from(format!("tightrope compare {line}").split_whitespace()).unwrap();
    let Some(Command::Compare(args)) = cli.command else {
        panic!("not compare")
    };
    args
}

fn train_args(line: &str) -> TrainArgs {
    let cli = Cli::try_parse_from(format!("tightrope train {line}").split_whitespace()).unwrap();
    let Some(Command::Train(args)) = cli.command else {
        panic!("not train")
    };
    args
}

fn problems<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    let problems = result.unwrap_err().into_problems();
    problems.iter().map(ToString::to_string).collect()
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
    let pair = r#"{"method": "static", "strategy": "strong", "discriminator": {"density": 0.7}}"#;
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
