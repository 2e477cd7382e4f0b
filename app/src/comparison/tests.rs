use tightrope_core::{
    config::RunConfig,
    method::{METHODS, MethodSpec, Strategy},
    preset::{self, PRESETS},
    rng::Stream,
};

use super::*;

/// Settings of every kind: numbers, words, lists, switches.
const SETTINGS: [(&str, &str); 9] = [
    ("generator.lr", "0.0007"),
    ("discriminator.density", "0.45"),
    ("generator.density", "0.35"),
    ("generator.growth", "random"),
    ("iterations", "77"),
    ("balance.br_high", "0.9"),
    ("batch_d", "48"),
    ("averaging.decay", "0.99"),
    ("record.sample_every", "7"),
];

fn run(preset: &str, method: &str, seed: u64, settings: &[(&str, &str)]) -> RunConfig {
    let preset = preset::find(preset).unwrap();
    let spec: MethodSpec = method.parse().unwrap();
    let mut all: Vec<_> = settings
        .iter()
        // Beside a strategy, resolving refuses it.
        .filter(|(key, _)| spec.strategy.is_none() || *key != "discriminator.density")
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    all.push(("seed".to_owned(), seed.to_string()));
    if preset.data.is_none() {
        let source = (preset.build)().data.source;
        all.push(("data.source".to_owned(), format!("{source}:my pictures")));
    }
    preset::resolve(preset, spec.method, spec.strategy, &all).unwrap()
}

/// The setup for these runs, checked to make them.
fn setup(runs: &[RunConfig]) -> Setup {
    let (setup, lost) = Setup::of(runs);
    let again = Setup::new(setup.comparisons.clone()).unwrap();
    assert_eq!(again.runs, runs, "{}", setup.command());
    assert!(lost.iter().all(Vec::is_empty), "{lost:?}");
    setup
}

#[test]
fn every_method_on_every_preset_is_put_into_words() {
    for preset in PRESETS {
        for info in METHODS {
            let spec = MethodSpec::new(info.method, Some(Strategy::Strong));
            for method in [Some(info.name.to_owned()), spec.ok().map(|s| s.to_string())] {
                let Some(method) = method else { continue };
                setup(&[run(preset.name, &method, 42, &[])]);
            }
        }
    }
}

#[test]
fn any_settings_come_back() {
    let mut random = Stream::new(5, "setups");
    let methods = ["adapt-relax", "stu-gan", "dda", "static:strong", "sdst-set"];
    let presets = ["spiral", "ring", "shapes16", "mnist16"];
    for _ in 0..60 {
        let mut runs = Vec::new();
        for _ in 0..=random.below(3) {
            let preset = presets[random.below(presets.len())];
            let settings: Vec<_> = SETTINGS
                .into_iter()
                .filter(|_| random.below(3) == 0)
                .collect();
            let first = random.below(3) as u64 + 41;
            let count = random.below(methods.len());
            for seed in first..=first + random.below(3) as u64 {
                let of = methods[..=count].iter();
                runs.extend(of.map(|method| run(preset, method, seed, &settings)));
            }
        }
        setup(&runs);
    }
}

#[test]
fn what_one_command_starts_stays_one_command() {
    for line in [
        "tightrope compare --preset spiral --methods adapt-relax,stu-gan",
        "tightrope compare --preset ring --methods static,static:strong --seed 3 --seeds 3",
        "tightrope compare --preset ring --methods dense,small-dense,dda --density-g 0.7 --set generator.lr=0.001",
        "tightrope compare --preset explore --methods static,sdst-rigl --iterations 90 --density-d 0.4",
        "tightrope compare --preset shapes16 --methods dda --set model.sngan.d_channels=8,8,8",
        "tightrope compare --preset cifar16 --data 'zip:my pictures/it'\\''s.zip' --methods dda",
    ] {
        let mut made = Comparison::default();
        let words = line.split(" --").skip(1);
        for (name, value) in words.map(|word| word.split_once(' ').unwrap()) {
            let value = value.replace("'\\''", "\u{1}").replace('\'', "");
            assert_eq!(made.take(name, &value.replace('\u{1}', "'")), Ok(true));
        }
        assert_eq!(setup(&made.runs().unwrap()).command(), line);
    }
}

#[test]
fn runs_that_differ_otherwise_are_told_one_by_one() {
    let fast = ("generator.lr", "0.01");
    let runs = [
        run("ring", "dda", 42, &[]),
        run("ring", "dda", 42, &[fast]),
        run("ring", "dda", 43, &[fast]),
        run("ring", "static", 43, &[fast]),
    ];
    let setup = setup(&runs);
    assert_eq!(
        setup.command(),
        "tightrope compare --preset ring --methods dda\n\
         tightrope compare --preset ring --methods dda --set generator.lr=0.01\n\
         tightrope compare --preset ring --methods dda,static --seed 43 --set generator.lr=0.01"
    );
    assert_eq!(
        setup.words(),
        "4 runs: dda on ring; dda on ring, generator.lr=0.01; dda and static on ring, seed 43, generator.lr=0.01"
    );
}

#[test]
fn what_a_method_derives_is_named() {
    let other = run("ring", "small-dense", 42, &[("generator.density", "0.9")]);
    let (_, lost) = Setup::of(&[other]);
    assert!(
        lost[0].iter().any(|key| key == "model.mlp.g_hidden"),
        "{lost:?}"
    );
}

#[test]
fn what_was_measured_on_a_device_stays_there() {
    let mut measured = run("ring", "dda", 42, &[]);
    measured.set("crossover.conv.forward", "0.2").unwrap();
    assert!(measured.crossover.is_some());
    let (setup, lost) = Setup::of(&[measured]);
    assert_eq!(
        setup.command(),
        "tightrope compare --preset ring --methods dda"
    );
    assert!(lost[0].is_empty(), "{lost:?}");
}
