//! Settings: the `config.json` of a run, or lines of `KEY=VALUE` for a preset.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::{
    config::RunConfig,
    method::Method,
    preset::{self, PRESETS},
};
use tightrope_fuzz::{check, report_panics};

fuzz_target!(init: report_panics(), |text: &str| {
    if let Ok(config) = serde_json::from_str::<RunConfig>(text) {
        check(config.validate());
        let again = serde_json::to_string(&config).expect("settings can be written");
        serde_json::from_str::<RunConfig>(&again).expect("what was written can be read");
    }
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let settings: Vec<(String, String)> = lines
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let preset = &PRESETS[text.len() % PRESETS.len()];
    check(preset::resolve(preset, Method::AdaptRelax, None, &settings));
});
