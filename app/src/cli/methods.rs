//! `tightrope methods`.

use tightrope_core::method::METHODS;

use super::list::columns;

/// Lists every method, with its idea and its source.
pub fn list() -> String {
    columns(
        METHODS
            .iter()
            .map(|info| (info.name, format!("{} [{}]", info.about, info.paper))),
    )
}
