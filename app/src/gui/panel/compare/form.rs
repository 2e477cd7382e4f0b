//! Contents of the dialog, resolved by the command line's own rules.

use tightrope_core::{
    config::RunConfig,
    data::{SOURCES, Source},
    error::{Result, collect},
    method::{Method, MethodSpec, Strategy},
    preset::{self, PRESETS, Preset},
};

use crate::{
    comparison::{Comparison, METHODS, SHOWCASE, differences, parse_setting},
    lab::OwnData,
};

/// Key under which the data and their path are explained.
pub const DATA: &str = "data.source";

/// A setting with a field of its own.
pub struct Field {
    /// Its key in config.json.
    pub key: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Its description, in one line.
    pub about: &'static str,
    /// The preset's value, shown while the field is empty.
    pub of_preset: fn(&RunConfig) -> String,
}

/// The fields, in the order shown.
pub const FIELDS: [Field; 4] = [
    Field {
        key: "generator.density",
        label: "Density of G",
        about: "share of the generator's weights that is active, 0 to 1",
        of_preset: |config| config.generator.density.to_string(),
    },
    Field {
        key: "discriminator.density",
        label: "Density of D",
        about: "the discriminator's at the start; overrides the strategies balance and strong",
        of_preset: |config| config.discriminator.density.to_string(),
    },
    Field {
        key: "iterations",
        label: "Iterations",
        about: "generator iterations of every run",
        of_preset: |config| config.iterations.to_string(),
    },
    Field {
        key: "seed",
        label: "Seed",
        about: "of every random stream; all methods start from the same weights",
        of_preset: |config| config.seed.to_string(),
    },
];

/// Contents of the dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The preset's name.
    pub preset: &'static str,
    /// The dataset's name.
    pub source: &'static str,
    /// Path of the dataset, if it needs one.
    pub path: String,
    /// Methods to compare.
    pub methods: Vec<MethodSpec>,
    /// The fields as typed; an empty one keeps the preset's value.
    pub values: [String; FIELDS.len()],
    /// Number of seeds, counted up from the first.
    pub seeds: u64,
    /// Other settings as KEY=VALUE, one per line.
    pub settings: String,
}

impl Default for Form {
    /// The command line's default comparison.
    fn default() -> Self {
        let mut form = Self {
            preset: SHOWCASE[0],
            source: "",
            path: String::new(),
            methods: METHODS.to_vec(),
            values: Default::default(),
            seeds: 1,
            settings: String::new(),
        };
        form.source = form.base().map_or("", |base| source(&base.data.source).0);
        form
    }
}

impl Form {
    /// A form that repeats a run's settings, and the names of settings it cannot repeat. Fields
    /// hold only values that preset and method do not imply.
    pub fn like(config: &RunConfig) -> (Self, Vec<String>) {
        let (source, path) = source(&config.data.source);
        let preset = preset::find(&config.preset).or_else(|_| preset::for_data(source));
        let mut form = Self {
            preset: preset.map_or(SHOWCASE[0], |preset| preset.name),
            source,
            path: path.to_owned(),
            methods: vec![MethodSpec {
                method: config.method,
                strategy: config.strategy,
            }],
            ..Self::default()
        };
        // D's density may follow from G's, and other settings from either.
        let (of_d, first): (Vec<usize>, Vec<usize>) =
            (0..FIELDS.len()).partition(|&place| FIELDS[place].key == "discriminator.density");
        for places in [first, of_d] {
            let base = form.resolved();
            for place in places {
                let Field { key, of_preset, .. } = FIELDS[place];
                let value = of_preset(config);
                let differs = base.as_ref().is_none_or(|base| of_preset(base) != value);
                if differs && !config.method.fixes(key) {
                    form.values[place] = value;
                }
            }
        }
        let others = form.differences(config);
        let others = others.iter().filter(|(key, _)| !config.method.fixes(key));
        let lines: Vec<String> = others
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        form.settings = lines.join("\n");
        let lost = form.differences(config);
        (form, lost.into_iter().map(|(key, _)| key).collect())
    }

    /// The command line's default comparison, on these data.
    pub fn of(own: &OwnData) -> Self {
        let mut form = Self::default();
        if let Ok(preset) = preset::for_data(&own.source) {
            form.preset = preset.name;
        }
        form.take_own(own);
        form
    }

    /// Settings of `config` that differ from those of the form.
    fn differences(&self, config: &RunConfig) -> Vec<(String, String)> {
        let base = self.resolved();
        base.map_or(Vec::new(), |base| differences(config, &base))
    }

    /// Settings of the first run if the form is valid, else of its preset.
    fn resolved(&self) -> Option<RunConfig> {
        let first = self.runs().ok().and_then(|runs| runs.into_iter().next());
        first.or_else(|| self.base())
    }

    /// The preset's settings before any method.
    pub fn base(&self) -> Option<RunConfig> {
        Some((self.preset()?.build)())
    }

    /// The chosen preset.
    pub fn preset(&self) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.name == self.preset)
    }

    /// The chosen dataset.
    pub fn source(&self) -> Option<&'static Source> {
        SOURCES.iter().find(|source| source.name == self.source)
    }

    /// Switches to another preset and the data it is made for.
    pub fn take_preset(&mut self, preset: &'static Preset) {
        self.preset = preset.name;
        let wanted = (preset.build)().data.source;
        self.take_source(source(&wanted).0);
    }

    /// Switches to other data; a preset that cannot learn from them gives way to one that suits
    /// them.
    pub fn take_source(&mut self, name: &'static str) {
        if self.source != name {
            self.path.clear();
        }
        self.source = name;
        let is_images = |name: &str| {
            SOURCES
                .iter()
                .find(|source| source.name == name)
                .map(|source| source.images)
        };
        let fits = self
            .base()
            .is_some_and(|base| is_images(source(&base.data.source).0) == is_images(name));
        if !fits && let Ok(preset) = preset::for_data(name) {
            self.preset = preset.name;
        }
    }

    /// Switches to the user's own data.
    pub fn take_own(&mut self, own: &OwnData) {
        let (name, path) = source(&own.source);
        self.take_source(name);
        self.path = path.to_owned();
    }

    /// The data in the notation of `data.source`.
    pub fn data(&self) -> String {
        match self.path.trim() {
            "" => self.source.to_owned(),
            path => format!("{}:{path}", self.source),
        }
    }

    /// Adds or removes a method.
    pub fn toggle(&mut self, spec: MethodSpec) {
        match self.methods.iter().position(|chosen| *chosen == spec) {
            Some(place) => {
                self.methods.remove(place);
            }
            None => {
                self.methods.push(spec);
                self.methods.sort_by_key(|spec| spec.method as usize);
            }
        }
    }

    /// Settings of every run, seed by seed and method by method.
    pub fn runs(&self) -> Result<Vec<RunConfig>> {
        let mut problems = Vec::new();
        let mut settings = Vec::new();
        for (field, value) in FIELDS.iter().zip(&self.values) {
            let value = value.trim();
            if !value.is_empty() {
                settings.push((field.key.to_owned(), value.to_owned()));
            }
        }
        let lines = self.settings.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty()) {
            match parse_setting(line) {
                Ok(setting) => settings.push(setting),
                Err(problem) => problems.push(problem),
            }
        }
        let comparison = Comparison {
            preset: Some(self.preset.to_owned()),
            data: Some(self.data()),
            methods: Some(self.methods.clone()),
            seeds: Some(self.seeds),
            settings,
            ..Comparison::default()
        };
        collect(problems, comparison.runs())
    }
}

/// Variants of a method: by itself, and with each strategy it takes.
pub fn ways(method: Method) -> impl Iterator<Item = MethodSpec> {
    let strategies = Strategy::ALL.map(Some);
    let specs = [None]
        .into_iter()
        .chain(strategies)
        .map(move |strategy| MethodSpec::new(method, strategy));
    specs.filter_map(Result::ok)
}

/// Splits a data source into the dataset's name and a path, empty if there is none.
fn source(text: &str) -> (&'static str, &str) {
    let (name, path) = text.split_once(':').unwrap_or((text, ""));
    let known = SOURCES.iter().find(|source| source.name == name);
    (known.map_or("", |source| source.name), path)
}
