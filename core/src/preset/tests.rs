use super::*;
use crate::{
    config::{AveragingRule, Init, ModelConfig, Policy, Role, Scope, net_count},
    method::METHODS,
};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn resolved(
    preset: &str,
    method: Method,
    strategy: Option<Strategy>,
    list: &[(&str, &str)],
) -> RunConfig {
    let preset = find(preset).unwrap();
    let mut all = pairs(list);
    if preset.data.is_none() {
        let source = (preset.build)().data.source;
        all.push(("data.source".to_owned(), format!("{source}:images")));
    }
    resolve(preset, method, strategy, &all).unwrap()
}

#[test]
fn every_method_runs_on_every_preset() {
    for preset in PRESETS {
        assert_eq!((preset.build)().preset, preset.name);
        for info in METHODS {
            let config = resolved(preset.name, info.method, None, &[]);
            assert_eq!(config.method, info.method);
        }
    }
}

#[test]
fn the_papers_rows() {
    let relax = resolved(
        "sngan-cifar10",
        Method::AdaptRelax,
        None,
        &[("generator.density", "0.3")],
    );
    assert_eq!(
        (
            relax.generator.mask_interval,
            relax.discriminator.mask_interval
        ),
        (500, 1000)
    );
    assert_eq!(
        (relax.discriminator.density, relax.balance.d_max),
        (0.3, 1.0)
    );
    let strict = resolved("sngan-cifar10", Method::AdaptStrict, None, &[]);
    assert_eq!(
        (strict.discriminator.mask_interval, strict.balance.d_max),
        (2000, 0.5)
    );
    let dda = resolved("sngan-cifar10", Method::Dda, None, &[]);
    assert_eq!(
        (
            dda.balance.br_low,
            dda.balance.br_high,
            dda.discriminator.mask_interval
        ),
        (0.5, 0.65, 2000)
    );
    assert_eq!(dda.generator.policy, Policy::Static);
    let stu = resolved("stu-sngan-cifar10", Method::StuGan, None, &[]);
    assert_eq!(
        (stu.iterations, stu.generator.mask_interval, stu.init),
        (50_000, 1000, Init::Xavier)
    );
    assert_eq!(stu.discriminator.density, 0.5);
    assert_eq!(
        (stu.generator.scope, stu.averaging.rule, stu.data.flip),
        (Scope::Layer, AveragingRule::Sema, false)
    );
    assert!(!stu.generator.mask_linear && !stu.discriminator.mask_linear);
    let stl = resolved("sngan-stl10", Method::AdaptRelax, None, &[]);
    assert_eq!(
        (stl.generator.mask_interval, stl.discriminator.mask_interval),
        (1000, 2000)
    );
    assert_eq!((stl.balance.density_step, stl.init), (0.025, Init::He));
}

#[test]
fn methods_of_a_preset_differ_in_nothing_but_what_they_are() {
    for preset in PRESETS {
        let shared = |method| {
            let c = resolved(preset.name, method, None, &[]);
            let nets = [&c.generator, &c.discriminator]
                .map(|net| (net.mask_linear, net.mask_head, net.lr, net.drop_fraction));
            let lengths = (c.iterations, c.generator.mask_interval, c.n_critic);
            (c.data, c.init, c.augment, lengths, nets)
        };
        let first = shared(Method::Static);
        for info in METHODS {
            assert_eq!(shared(info.method), first, "{} {}", preset.name, info.name);
        }
    }
}

#[test]
fn dda_keeps_adapts_band_where_images_are_augmented() {
    let band = |preset| {
        let c = resolved(preset, Method::Dda, None, &[]);
        (c.balance.br_low, c.balance.br_high)
    };
    assert_eq!(band("biggan-tinyimagenet"), (0.3, 0.4));
    assert_eq!(band("biggan-cifar10"), (0.5, 0.65));
}

#[test]
fn stu_gans_own_settings_hold_for_all_methods_of_its_presets() {
    for name in ["stu-sngan-cifar10", "stu-biggan-cifar10"] {
        for method in [Method::StuGan, Method::AdaptRelax, Method::Static] {
            let c = resolved(name, method, None, &[]);
            assert!(!c.data.flip && !c.generator.mask_linear && !c.discriminator.mask_linear);
        }
    }
    let evaluated = |name| resolved(name, Method::Static, None, &[]).norm_batch;
    assert_eq!(
        ["stu-biggan-cifar10", "stu-sngan-cifar10"].map(evaluated),
        [50, 100]
    );
}

#[test]
fn strategies_set_the_discriminators_density() {
    let balance = resolved(
        "spiral",
        Method::Static,
        Some(Strategy::Balance),
        &[("generator.density", "0.15")],
    );
    assert_eq!(balance.discriminator.density, 0.15);
    let strong = resolved("spiral", Method::SdstRigl, Some(Strategy::Strong), &[]);
    assert_eq!(strong.discriminator.density, 1.0);
    let half = resolved(
        "spiral",
        Method::Static,
        Some(Strategy::Strong),
        &[("d_max", "0.5")],
    );
    assert_eq!(half.discriminator.density, 0.5);
    let own = resolved("spiral", Method::Static, None, &[]);
    assert_eq!(own.discriminator.density, 0.05);
    let beside = |strategy, density: &str| {
        let list = pairs(&[
            ("generator.density", "0.15"),
            ("discriminator.density", density),
        ]);
        let spiral = find("spiral").unwrap();
        resolve(spiral, Method::Static, Some(strategy), &list)
    };
    let line = beside(Strategy::Strong, "0.7").unwrap_err().to_string();
    let wanted = "discriminator.density: static:strong sets it itself, to 1; \
                  leave out 0.7 (--density-d) or write `static`";
    assert_eq!(line, wanted);
    assert!(beside(Strategy::Balance, "0.7").is_err());
    // The authors' scripts give both. Where the two agree, the label is right.
    let same = beside(Strategy::Balance, "0.15").unwrap();
    assert_eq!(same.discriminator.density, 0.15);
}

#[test]
fn dense_is_dense_whatever_the_densities_asked_for() {
    for name in ["spiral", "fashion16"] {
        let dense = resolved(name, Method::Dense, None, &[("generator.density", "0.1")]);
        assert_eq!(
            (dense.generator.density, dense.discriminator.density),
            (1.0, 1.0)
        );
    }
}

#[test]
fn small_dense_has_the_sparse_pairs_parameter_count() {
    for (name, tolerance) in [("sngan-cifar10", 0.03), ("fashion16", 0.1), ("spiral", 0.1)] {
        let sparse = resolved(name, Method::Static, None, &[]);
        let small = resolved(name, Method::SmallDense, None, &[]);
        let channels = sparse.data.channels();
        for role in [Role::G, Role::D] {
            let count = |config: &RunConfig| {
                net_count(
                    &config.model,
                    role,
                    config.z_dim,
                    channels,
                    config.net(role),
                )
            };
            let target = count(&sparse).active(sparse.net(role).density) as f64;
            let got = count(&small).params as f64;
            assert!(
                (got / target - 1.0).abs() < tolerance,
                "{name} {role}: {got} against {target}"
            );
        }
        assert_eq!(small.generator.density, 1.0);
    }
}

#[test]
fn small_dense_follows_the_density_asked_for() {
    let width = |density: &str| {
        let config = resolved(
            "sngan-cifar10",
            Method::SmallDense,
            None,
            &[("generator.density", density)],
        );
        match config.model {
            ModelConfig::Sngan(sngan) => sngan.g_channels[0],
            ModelConfig::Mlp(_) | ModelConfig::Biggan(_) => 0,
        }
    };
    assert!(width("0.1") < width("0.3") && width("0.3") < 256);
    assert_eq!(width("1"), 256);
}

#[test]
fn all_problems_of_a_run_come_at_once() {
    let list = pairs(&[("iteratons", "5"), ("z_dim", "x"), ("batch_d", "0")]);
    let Err(Error::Settings(lines)) = resolve(find("spiral").unwrap(), Method::Dda, None, &list)
    else {
        panic!("accepted");
    };
    assert_eq!(lines.len(), 3, "{lines:?}");
    let line = find("spirl").err().unwrap().to_string();
    assert!(line.contains("did you mean `spiral`?"), "{line}");
}

#[test]
fn datasets_find_a_quick_preset() {
    for (source, preset) in [
        ("mnist:a", "mnist16"),
        ("cifar10:b", "cifar16"),
        ("grid", "grid"),
        ("stl10:c", "cifar16"),
        ("zip:d", "cifar16"),
    ] {
        assert_eq!(for_data(source).unwrap().name, preset);
    }
}
