//! `tightrope datasets`.

use tightrope_core::data::SOURCES;

use super::list::columns;

/// Lists every dataset, as `--data` takes it.
pub fn list() -> String {
    let names: Vec<String> = SOURCES
        .iter()
        .map(|source| {
            if source.needs_path {
                format!("{}:PATH", source.name)
            } else {
                source.name.to_owned()
            }
        })
        .collect();
    columns(
        names
            .iter()
            .map(String::as_str)
            .zip(SOURCES.iter().map(|source| source.about.to_owned())),
    )
}
