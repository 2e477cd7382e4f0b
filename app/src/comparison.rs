//! A comparison: data, preset, methods, densities, seeds and settings. The command line, the
//! dialog, stories and links fill in a [`Comparison`], and only this module turns it into runs.

mod resolve;
mod rows;
mod setup;
mod words;

use std::ops::RangeInclusive;

use tightrope_core::{
    Error, Problem,
    method::{Method, MethodSpec},
};

#[cfg(not(target_arch = "wasm32"))]
pub use resolve::Group;
pub use resolve::{Ground, spec_of};
pub use setup::Setup;
pub use words::differences;

/// The presets of the showcase, for a comparison that names neither preset nor data.
pub const SHOWCASE: [&str; 2] = ["spiral", "scenes16"];

/// The methods compared unless others are named.
pub const METHODS: [MethodSpec; 2] = [alone(Method::AdaptRelax), alone(Method::StuGan)];

/// Allowed numbers of seeds.
pub const SEEDS: RangeInclusive<u64> = 1..=1000;

/// Name of the setting for D's density.
const DENSITY_D: &str = "discriminator.density";

/// Runs to train side by side. Fields left out keep the preset's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The preset's name. `None` chooses the preset that suits the data.
    pub preset: Option<String>,
    /// The training data, `NAME` or `NAME:PATH`.
    pub data: Option<String>,
    /// The methods. `None` stands for [`METHODS`].
    pub methods: Option<Vec<MethodSpec>>,
    /// The first seed.
    pub seed: Option<u64>,
    /// The number of seeds, counted up from the first.
    pub seeds: Option<u64>,
    /// Generator iterations, as typed.
    pub iterations: Option<String>,
    /// The generator's density, as typed.
    pub density_g: Option<String>,
    /// The discriminator's density at the start, as typed.
    pub density_d: Option<String>,
    /// Further settings by name, as typed; the later wins.
    pub settings: Vec<(String, String)>,
}

const fn alone(method: Method) -> MethodSpec {
    MethodSpec {
        method,
        strategy: None,
    }
}

/// Parses a comma-separated list of methods. Adds every unknown or repeated one to `problems`.
pub fn parse_methods(list: &str, problems: &mut Vec<Problem>) -> Vec<MethodSpec> {
    let mut specs: Vec<MethodSpec> = Vec::new();
    let names = list.split(',').map(str::trim);
    for name in names.filter(|name| !name.is_empty()) {
        match name.parse() {
            Ok(spec) if specs.contains(&spec) => {
                problems.push(Problem::new("methods", format!("{name} is named twice")));
            }
            Ok(spec) => specs.push(spec),
            Err(error) => problems.extend(Error::into_problems(error)),
        }
    }
    specs
}

/// Parses a setting of the form `KEY=VALUE`.
///
/// # Errors
/// When it has no `=`.
pub fn parse_setting(text: &str) -> Result<(String, String), Problem> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
        None => Err(Problem::new(
            "settings",
            format!("`{text}` has no value; write KEY=VALUE"),
        )),
    }
}

#[cfg(test)]
mod tests;
