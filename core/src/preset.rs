//! Presets: complete settings under a name. A preset fixes the data, the networks and their
//! learning rates. The method, chosen separately, decides how masks move.

mod biggan;
mod file;
mod image;
mod paper;
mod plane;

use crate::{
    config::RunConfig,
    error::{Error, Problem, Result},
    hint::hint,
    method::{Method, Strategy},
};

pub use file::ConfigFile;

/// A named set of settings.
pub struct Preset {
    /// Name on the command line.
    pub name: &'static str,
    /// One-line description.
    pub about: &'static str,
    /// Dataset, or `None` if the user must say where the images lie.
    pub data: Option<&'static str>,
    /// Builds its settings, before any method.
    pub build: fn() -> RunConfig,
    /// Adjusts its settings to a method, e.g. ADAPT-strict's longer mask interval.
    pub adjust: fn(Method, &mut RunConfig),
}

/// Adjusts nothing, for settings that hold for every method alike.
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
            Error::setting(
                "preset",
                format!("{name}: no such preset{hint} (`tightrope presets` lists them)"),
            )
        })
}

/// The default preset for a dataset: the dataset's own, or the one for small colour images. It is
/// never one that trains for days.
pub fn for_data(source: &str) -> Result<&'static Preset> {
    let name = source.split(':').next().unwrap_or_default();
    let own = PRESETS.iter().find(|preset| {
        let config = (preset.build)();
        config.data.source == name && config.iterations < 100_000
    });
    own.map_or_else(|| find("cifar16"), Ok)
}

/// Settings of one run: preset, method, then `overrides` as `(name, value)`; the later wins. All
/// wrong names, values and combinations are reported at once. One such combination is a density of
/// D beside a strategy that sets another: the run would not match its label.
pub fn resolve(
    preset: &Preset,
    method: Method,
    strategy: Option<Strategy>,
    overrides: &[(String, String)],
) -> Result<RunConfig> {
    let mut config = (preset.build)();
    let mut problems = Vec::new();
    // Applied twice: a method derives settings from others (d_D = d_G, small-dense's widths) and
    // must see the user's, yet the user has the last word.
    for (key, value) in overrides {
        if let Err(error) = config.set(key, value) {
            problems.extend(error.into_problems());
        }
    }
    method.apply(strategy, &mut config);
    (preset.adjust)(method, &mut config);
    for (key, value) in overrides {
        // Errors in these have been reported above.
        if let Ok(key) = config.full_key(key)
            && !method.fixes(&key)
        {
            let chosen = config.discriminator.density;
            config.set(&key, value).ok();
            let density = &mut config.discriminator.density;
            if let Some(strategy @ (Strategy::Balance | Strategy::Strong)) = strategy
                && *density != chosen
            {
                problems.push(Problem::new(
                    "discriminator.density",
                    format!(
                        "{method}:{} sets it itself, to {chosen}; leave out {density} (--density-d) or write `{method}`",
                        strategy.name()
                    ),
                ));
                *density = chosen;
            }
        }
    }
    if let Err(error) = config.validate() {
        problems.extend(error.into_problems());
    }
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(Error::Settings(problems))
    }
}

#[cfg(test)]
mod tests;
