//! Turns a comparison into the settings of every run, or reports all its problems at once.

use tightrope_core::{
    Error, Problem, Result,
    config::RunConfig,
    error::collect,
    method::{Method, MethodSpec, Strategy},
    preset::{self, ConfigFile, Preset},
};

use super::{Comparison, DENSITY_D, METHODS, SHOWCASE};

/// Runs to show side by side: one preset, several methods and seeds.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct Group {
    /// The preset's name.
    pub title: String,
    /// Settings of each run: seed by seed, method by method.
    pub runs: Vec<RunConfig>,
}

/// Settings laid between the preset's and the comparison's own.
#[derive(Default)]
pub struct Ground<'a> {
    /// A settings file, laid over the preset.
    pub file: ConfigFile,
    /// More settings of a run, laid over the file. They may depend on the method and on the
    /// preset's settings.
    pub further: Option<Box<Further<'a>>>,
}

/// Makes settings by name from the preset's settings and the method. Adds problems to its last
/// argument.
pub type Further<'a> = dyn Fn(&RunConfig, Method, &mut Vec<Problem>) -> Vec<(String, String)> + 'a;

impl Comparison {
    /// The settings of every run, seed by seed, method by method. A comparison without preset and
    /// data takes the first preset of the showcase.
    ///
    /// # Errors
    /// Lists every problem.
    pub fn runs(&self) -> Result<Vec<RunConfig>> {
        let of_presets = self.by_preset(&Ground::default(), &SHOWCASE[..1], Vec::new())?;
        Ok(of_presets.into_iter().flat_map(|(_, runs)| runs).collect())
    }

    /// Groups the runs by preset. A comparison without preset and data takes the whole showcase.
    /// `problems` holds those found before.
    ///
    /// # Errors
    /// Lists every problem.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn groups(&self, ground: &Ground, problems: Vec<Problem>) -> Result<Vec<Group>> {
        let of_presets = self.by_preset(ground, &SHOWCASE, problems)?;
        let group = |(preset, runs): (&Preset, _)| Group {
            title: preset.name.to_owned(),
            runs,
        };
        Ok(of_presets.into_iter().map(group).collect())
    }

    /// The settings of one run of this method. `is_named` tells that the user named the method, not
    /// the file.
    ///
    /// # Errors
    /// Lists every problem.
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

    /// The presets that the comparison, the file or the data name, else those of `otherwise`.
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

    /// Settings of one run: the preset's, the method's, the file's, further ones, its own. The
    /// later wins.
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
        // A file for one method lends its settings to another, except those that make it that
        // method.
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

    /// All settings of the comparison by name; the later wins.
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

/// The method and strategy that a settings file names, ADAPT-relax if it names none.
///
/// # Errors
/// If the name is unknown.
pub fn spec_of(file: &ConfigFile) -> Result<MethodSpec> {
    let Some(name) = &file.method else {
        return Ok(METHODS[0]);
    };
    let method = Method::parse(name)?;
    let strategy = file.strategy.as_deref().map(Strategy::parse).transpose()?;
    MethodSpec::new(method, strategy)
}

/// Whether a strategy overrides the file's density of D: the density belongs to another method, or
/// is the result of the file's own strategy, which follows the flags.
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

/// Calls `make` for every method. Reports a problem once if all methods share it, else with its
/// method.
fn every(
    specs: &[MethodSpec],
    problems: &mut Vec<Problem>,
    make: impl Fn(&MethodSpec) -> Result<RunConfig>,
) -> Vec<RunConfig> {
    let (mut runs, mut wrong) = (Vec::new(), Vec::new());
    for spec in specs {
        match make(spec) {
            Ok(run) => runs.push(run),
            Err(error) => wrong.push((spec.to_string(), error.into_problems())),
        }
    }
    for (name, of_one) in &wrong {
        for problem in of_one {
            let is_shared = wrong.len() == specs.len()
                && wrong.iter().all(|(_, other)| other.contains(problem));
            let problem = Problem {
                method: (!is_shared).then(|| name.clone()),
                ..problem.clone()
            };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    runs
}
