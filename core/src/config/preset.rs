//! Presets: complete settings under a name. A preset says what is learned from, by which networks and how fast; the
//! method, chosen apart from it, says how masks move.

pub(super) mod biggan;
pub(super) mod image;
pub(super) mod paper;
pub(super) mod plane;

use super::RunConfig;
use super::edit::hint;
use crate::error::{Error, Result};
use crate::method::{Method, Strategy};

/// A named set of settings.
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line.
    pub about: &'static str,
    /// Its dataset, or `None` where the user must say where the images lie.
    pub data: Option<&'static str>,
    /// Its settings, before any method.
    pub build: fn() -> RunConfig,
    /// What changes with the method, e.g. ADAPT-strict's longer mask interval.
    pub adjust: fn(Method, &mut RunConfig),
}

/// Settings that hold for every method alike.
fn alike(_: Method, _: &mut RunConfig) {}

/// All presets, in the order they are listed.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "spiral",
        about: "2-D, 24 modes on a spiral, both nets at 5 %: a D that stays so thin loses most modes (the showcase)",
        data: Some("spiral"),
        build: plane::spiral,
        adjust: alike,
    },
    Preset {
        name: "ring",
        about: "2-D, 8 modes on a ring, at densities that suit both nets; try --density-D 0.05",
        data: Some("ring"),
        build: plane::ring,
        adjust: alike,
    },
    Preset {
        name: "strong",
        about: "2-D ring and a fast D, which a density of 1 (--density-D 1) makes too strong from the start",
        data: Some("ring"),
        build: plane::strong,
        adjust: alike,
    },
    Preset {
        name: "explore",
        about: "2-D ring, both nets at 3 %: under a dense D (:strong) drop and grow repairs G's dead paths",
        data: Some("ring"),
        build: plane::explore,
        adjust: alike,
    },
    Preset {
        name: "ringres",
        about: "2-D ring, both nets at 5 %",
        data: Some("ring"),
        build: plane::ringres,
        adjust: alike,
    },
    Preset {
        name: "bn",
        about: "2-D ring with batch norm in G and spectral norm in D, as the image networks have them",
        data: Some("ring"),
        build: plane::bn,
        adjust: alike,
    },
    Preset {
        name: "grid",
        about: "2-D, 25 modes on a grid; hard for nets this small",
        data: Some("grid"),
        build: plane::grid,
        adjust: alike,
    },
    Preset {
        name: "scenes16",
        about: "procedural images, 16 px: overlapping shapes on striped grounds, both nets at 5 % (the showcase)",
        data: Some("scenes"),
        build: image::scenes16,
        adjust: alike,
    },
    Preset {
        name: "shapes16",
        about: "procedural images, 16 px: 6 shapes in 6 hues, learned in a minute or two",
        data: Some("shapes"),
        build: image::shapes16,
        adjust: alike,
    },
    Preset {
        name: "shapes32",
        about: "procedural images, 32 px, some minutes",
        data: Some("shapes"),
        build: image::shapes32,
        adjust: alike,
    },
    Preset {
        name: "fashion16",
        about: "Fashion-MNIST at 16 px, both nets from 5 % density, about a minute",
        data: None,
        build: image::fashion16,
        adjust: alike,
    },
    Preset {
        name: "mnist16",
        about: "MNIST at 16 px, both nets from 20 % density",
        data: None,
        build: image::mnist16,
        adjust: alike,
    },
    Preset {
        name: "cifar16",
        about: "CIFAR-10 at 16 px, both nets from 5 %: colour and layout, hardly objects",
        data: None,
        build: image::cifar16,
        adjust: alike,
    },
    Preset {
        name: "sngan-cifar10",
        about: "the papers' SNGAN on CIFAR-10 in full (ADAPT table 4): 100 000 iterations",
        data: None,
        build: paper::sngan_cifar10,
        adjust: paper::adjust_cifar10,
    },
    Preset {
        name: "sngan-stl10",
        about: "the papers' SNGAN on STL-10 at 48 px in full (ADAPT table 5): 100 000 iterations",
        data: None,
        build: paper::sngan_stl10,
        adjust: paper::adjust,
    },
    Preset {
        name: "stu-sngan-cifar10",
        about: "STU-GAN's SNGAN on CIFAR-10 in full: Xavier, no flips, convolutions masked only, 50 000 iterations",
        data: None,
        build: paper::stu_sngan_cifar10,
        adjust: paper::adjust,
    },
    Preset {
        name: "biggan-fashion16",
        about: "a small BigGAN on Fashion-MNIST at 16 px: learns its ten classes in a minute or two",
        data: None,
        build: biggan::biggan_fashion16,
        adjust: alike,
    },
    Preset {
        name: "biggan-cifar10",
        about: "ADAPT's BigGAN on CIFAR-10 in full: 200 000 iterations",
        data: None,
        build: biggan::biggan_cifar10,
        adjust: paper::adjust,
    },
    Preset {
        name: "biggan-tinyimagenet",
        about: "ADAPT's BigGAN on TinyImageNet at 64 px in full, with self-attention and DiffAugment: 200 000 iterations",
        data: None,
        build: biggan::biggan_tinyimagenet,
        adjust: alike,
    },
    Preset {
        name: "stu-biggan-cifar10",
        about: "STU-GAN's BigGAN on CIFAR-10 in full: real and fake images in one pass, 125 000 iterations",
        data: None,
        build: biggan::stu_biggan_cifar10,
        adjust: paper::adjust,
    },
    Preset {
        name: "tiny",
        about: "the SNGAN family at width 8, ten iterations: for tests",
        data: Some("shapes"),
        build: paper::tiny,
        adjust: alike,
    },
];

/// The preset of that name.
pub fn find(name: &str) -> Result<&'static Preset> {
    PRESETS
        .iter()
        .find(|preset| preset.name == name)
        .ok_or_else(|| {
            let hint = hint(name, PRESETS.iter().map(|preset| preset.name));
            Error::Settings(vec![format!(
                "preset: {name}: no such preset{hint} (`tightrope presets` lists them)"
            )])
        })
}

/// The preset to take for a dataset when none is named: its own, or the one for small colour images. Never one
/// that trains for days.
pub fn for_data(source: &str) -> Result<&'static Preset> {
    let name = source.split(':').next().unwrap_or_default();
    let own = PRESETS.iter().find(|preset| {
        let config = (preset.build)();
        config.data.source == name && config.iterations < 100_000
    });
    own.map_or_else(|| find("cifar16"), Ok)
}

/// Settings of one run: preset, method, then `overrides` as `(name, value)`; the later wins. All wrong names,
/// values and combinations come back at once. A density of D beside a strategy that sets another one
/// is such a combination: the run would not be what its label says.
pub fn resolve(
    preset: &Preset,
    method: Method,
    strategy: Option<Strategy>,
    overrides: &[(String, String)],
) -> Result<RunConfig> {
    let mut config = (preset.build)();
    let mut problems = Vec::new();
    // Laid on twice: a method derives settings from others (d_D = d_G, small-dense's widths) and must see the
    // user's, yet the user has the last word.
    for (key, value) in overrides {
        if let Err(error) = config.set(key, value) {
            problems.push(error.to_string());
        }
    }
    method.apply(strategy, &mut config);
    (preset.adjust)(method, &mut config);
    for (key, value) in overrides {
        // What is wrong with these has been said above.
        if let Ok(key) = config.full_key(key)
            && !method.fixes(&key)
        {
            let chosen = config.discriminator.density;
            config.set(&key, value).ok();
            let density = &mut config.discriminator.density;
            if let Some(strategy @ (Strategy::Balance | Strategy::Strong)) = strategy
                && *density != chosen
            {
                problems.push(format!(
                    "discriminator.density: {method}:{} sets it itself, to {chosen}; leave out {density} (--density-d) or write `{method}`",
                    strategy.name()
                ));
                *density = chosen;
            }
        }
    }
    if let Err(Error::Settings(lines)) = config.validate() {
        problems.extend(lines);
    }
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(Error::Settings(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AveragingRule, Init, ModelConfig, Policy, Role, Scope, net_count};
    use crate::method::METHODS;

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
        // The authors' scripts say both; where they say the same, the label is right.
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
        let Err(Error::Settings(lines)) =
            resolve(find("spiral").unwrap(), Method::Dda, None, &list)
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
}
