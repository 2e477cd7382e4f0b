//! From a comparison to the settings of every run, with everything that is wrong said at once.

use tightrope_core::config::RunConfig;
use tightrope_core::method::{Method, MethodSpec, Strategy};
use tightrope_core::preset::{self, ConfigFile, Preset};
use tightrope_core::{Error, Problem, Result};

use super::{Comparison, DENSITY_D, METHODS, SHOWCASE};
use crate::problems::{collect, every};

/// Runs that belong side by side: one preset, several methods and seeds.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct Group {
    /// The preset's name.
    pub title: String,
    /// Settings of each run: seed by seed, method by method.
    pub runs: Vec<RunConfig>,
}

/// What a comparison's own settings are laid over, besides its preset.
#[derive(Default)]
pub struct Ground<'a> {
    /// A settings file.
    pub file: ConfigFile,
    /// Further settings of a run, which depend on the preset's and on its method.
    pub further: Option<Box<Further<'a>>>,
}

/// Settings by name for a run, given its preset's and its method; what is wrong goes to the last.
pub type Further<'a> = dyn Fn(&RunConfig, Method, &mut Vec<Problem>) -> Vec<(String, String)> + 'a;

impl Comparison {
    /// The settings of every run, seed by seed, method by method. Without preset and data on the first of the showcase.
    ///
    /// # Errors
    /// When anything is wrong; says all of it.
    pub fn runs(&self) -> Result<Vec<RunConfig>> {
        let of_presets = self.by_preset(&Ground::default(), &SHOWCASE[..1], Vec::new())?;
        Ok(of_presets.into_iter().flat_map(|(_, runs)| runs).collect())
    }

    /// The groups of runs it consists of: one, or without preset and data those of the showcase. `problems` are those
    /// found before.
    ///
    /// # Errors
    /// When anything is wrong; says all of it.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn groups(&self, ground: &Ground, problems: Vec<Problem>) -> Result<Vec<Group>> {
        let of_presets = self.by_preset(ground, &SHOWCASE, problems)?;
        let group = |(preset, runs): (&Preset, _)| Group {
            title: preset.name.to_owned(),
            runs,
        };
        Ok(of_presets.into_iter().map(group).collect())
    }

    /// The settings of one run of this method. `is_named`: whether it was asked for, rather than taken from the file.
    ///
    /// # Errors
    /// When anything is wrong; says all of it.
    pub fn run(
        &self,
        spec: Result<MethodSpec>,
        is_named: bool,
        ground: &Ground,
    ) -> Result<RunConfig> {
        let mut problems = Vec::new();
        let presets = self.presets(&ground.file, &SHOWCASE[..1], &mut problems);
        match (spec, presets.first()) {
            (Ok(spec), Some(preset)) => {
                collect(problems, self.resolve(preset, spec, ground, is_named))
            }
            (Ok(_), None) => Err(Error::Settings(problems)),
            (Err(error), _) => collect(problems, Err(error)),
        }
    }

    fn by_preset(
        &self,
        ground: &Ground,
        otherwise: &[&str],
        mut problems: Vec<Problem>,
    ) -> Result<Vec<(&'static Preset, Vec<RunConfig>)>> {
        let presets = self.presets(&ground.file, otherwise, &mut problems);
        let named = self.methods.is_some();
        let specs = match &self.methods {
            Some(specs) => specs.clone(),
            None if ground.file.method.is_none() => METHODS.to_vec(),
            None => spec_of(&ground.file).map_or_else(
                |error| {
                    problems.extend(error.into_problems());
                    Vec::new()
                },
                |spec| vec![spec],
            ),
        };
        if specs.is_empty() && problems.is_empty() {
            problems.push(Problem::new(
                "methods",
                "none named; e.g. adapt-relax,stu-gan",
            ));
        }
        let seeds = self.seeds.unwrap_or(1);
        let mut groups = Vec::new();
        for preset in presets {
            let of_one_seed = every(&specs, &mut problems, |spec| {
                self.resolve(preset, *spec, ground, named)
            });
            let runs = (0..seeds).flat_map(|offset| {
                of_one_seed.iter().map(move |run| RunConfig {
                    seed: run.seed.wrapping_add(offset),
                    ..run.clone()
                })
            });
            groups.push((preset, runs.collect()));
        }
        collect(problems, Ok(groups))
    }

    /// The presets asked for: by name, by the file, by the data, or those of `otherwise`.
    fn presets(
        &self,
        file: &ConfigFile,
        otherwise: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Vec<&'static Preset> {
        let named = self.preset.as_deref().or(file.preset.as_deref());
        let found: Result<Vec<_>> = match (named, &self.data) {
            (Some(name), _) => preset::find(name).map(|preset| vec![preset]),
            (None, Some(data)) => preset::for_data(data).map(|preset| vec![preset]),
            (None, None) => otherwise.iter().map(|name| preset::find(name)).collect(),
        };
        found.unwrap_or_else(|error| {
            problems.extend(error.into_problems());
            Vec::new()
        })
    }

    /// One run: preset, then method, file, further settings, its own; the later wins.
    fn resolve(
        &self,
        preset: &Preset,
        spec: MethodSpec,
        ground: &Ground,
        named: bool,
    ) -> Result<RunConfig> {
        let mut problems = Vec::new();
        let base = (preset.build)();
        let file = &ground.file;
        let mut overrides = file.overrides(&base);
        // The file of one method lends its settings to another, but not what makes it that method.
        if named && file.method.is_some() {
            overrides.retain(|(key, _)| !Method::own_keys().contains(&key.as_str()));
        }
        if is_of_strategy(preset, spec, file, &overrides, named) {
            overrides.retain(|(key, _)| key != DENSITY_D);
        }
        if let Some(further) = &ground.further {
            overrides.extend(further(&base, spec.method, &mut problems));
        }
        overrides.extend(self.overrides());
        collect(
            problems,
            preset::resolve(preset, spec.method, spec.strategy, &overrides),
        )
    }

    /// All its settings by name; the later wins.
    pub fn overrides(&self) -> Vec<(String, String)> {
        let named = [
            ("data.source", self.data.clone()),
            ("seed", self.seed.map(|seed| seed.to_string())),
            ("iterations", self.iterations.clone()),
            ("generator.density", self.density_g.clone()),
            (DENSITY_D, self.density_d.clone()),
        ];
        named
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .chain(self.settings.iter().cloned())
            .collect()
    }
}

/// The method a settings file names, with its strategy; ADAPT where it names none.
///
/// # Errors
/// When there is none of that name.
pub fn spec_of(file: &ConfigFile) -> Result<MethodSpec> {
    let Some(name) = &file.method else {
        return Ok(METHODS[0]);
    };
    let method = Method::parse(name)?;
    let strategy = file.strategy.as_deref().map(Strategy::parse).transpose()?;
    MethodSpec::new(method, strategy)
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
    let is_set = matches!(spec.strategy, Some(Strategy::Balance | Strategy::Strong));
    let (true, true, Ok(own)) = (is_set, file.method.is_some(), spec_of(file)) else {
        return false;
    };
    let is_other = named && own != spec;
    is_other || preset::resolve(preset, spec.method, spec.strategy, overrides).is_ok()
}
