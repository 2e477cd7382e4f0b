use super::*;
use crate::{
    method::Method,
    preset::{self, PRESETS},
};

pub(super) fn config(name: &str) -> RunConfig {
    let preset = preset::find(name).unwrap();
    let mut config = (preset.build)();
    if preset.data.is_none() {
        config.data.source.push_str(":somewhere");
    }
    config
}

pub(super) fn problems(config: &RunConfig) -> Vec<String> {
    match config.validate() {
        Ok(()) => Vec::new(),
        Err(error) => lines(error),
    }
}

fn lines(error: Error) -> Vec<String> {
    let problems = error.into_problems();
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn every_preset_is_valid() {
    for preset in PRESETS {
        assert_eq!(
            problems(&config(preset.name)),
            Vec::<String>::new(),
            "{}",
            preset.name
        );
    }
}

#[test]
fn each_wrong_setting_is_named() {
    let cases = [
        ("iterations", "0"),
        ("z_dim", "0"),
        ("batch_d", "0"),
        ("batch_g", "0"),
        ("n_critic", "0"),
        ("averaging.decay", "1"),
        ("record.quality_samples", "1"),
        ("data.side", "0"),
        ("data.side", "513"),
        ("generator.lr", "0"),
        ("generator.beta1", "1"),
        ("discriminator.beta2", "-0.1"),
        ("generator.eps", "0"),
        ("generator.eps", "1e-320"),
        ("generator.lr", "1e-50"),
        ("generator.beta2", "0.99999999999"),
        ("generator.density", "0"),
        ("generator.density", "1.01"),
        ("generator.min_layer_density", "0.9"),
        ("generator.drop_fraction", "1.5"),
        ("generator.drop_floor", "0.9"),
        ("generator.mask_interval", "0"),
        ("generator.policy", "relax"),
        ("balance.gap_floor", "-1"),
        ("balance.density_step", "0"),
        ("balance.d_min", "-0.1"),
        ("balance.d_max", "1.5"),
        ("balance.window", "0"),
        ("balance.probe_interval", "0"),
        ("balance.br_low", "0.9"),
        ("balance.r_high", "0.4"),
        ("balance.gain", "0"),
        ("balance.held_out", "0"),
        ("norm_batch", "30"),
        ("model.sngan.g_channels", "[]"),
        ("model.sngan.g_channels", "[8,0,8,8]"),
        ("model.sngan.d_channels", "[]"),
        ("model.sngan.d_pool", "[true]"),
        ("model.sngan.bottom", "3"),
    ];
    for (key, value) in cases {
        let mut wrong = config("tiny");
        Method::AdaptRelax.apply(None, &mut wrong);
        assert_eq!(problems(&wrong), Vec::<String>::new());
        wrong.set(key, value).unwrap();
        let lines = problems(&wrong);
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with(&format!("{key}: "))),
            "{key}={value} gave {lines:?}"
        );
        assert!(lines.iter().all(|line| !line.contains('\n')));
    }
}

#[test]
fn all_wrong_settings_come_at_once() {
    let mut wrong = config("spiral");
    wrong.iterations = 0;
    wrong.generator.lr = f64::NAN;
    wrong.discriminator.density = 2.0;
    let lines = problems(&wrong);
    assert!(lines.len() >= 3, "{lines:?}");
}

#[test]
fn data_and_model_must_fit() {
    let mut wrong = config("spiral");
    wrong.data.source = "shapes".to_owned();
    assert!(problems(&wrong)[0].starts_with("model: mlp"));
    let mut wrong = config("tiny");
    wrong.data.source = "ring".to_owned();
    assert!(problems(&wrong)[0].starts_with("model: sngan"));
    wrong.data.source = "cifar100".to_owned();
    assert!(problems(&wrong)[0].contains("did you mean `cifar10`?"));
    wrong.data.source = "mnist".to_owned();
    assert!(problems(&wrong)[0].contains("(on the command line: mnist:PATH)"));
}

#[test]
fn a_steered_density_starts_at_or_below_its_cap() {
    let mut config = config("tiny");
    Method::AdaptStrict.apply(None, &mut config);
    for (density, is_right) in [("0.01", true), ("0.5", true), ("0.6", false)] {
        config.set("discriminator.density", density).unwrap();
        assert_eq!(problems(&config).is_empty(), is_right, "{density}");
    }
}
