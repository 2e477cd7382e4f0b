//! `tightrope methods`.

use tightrope_core::method::METHODS;

use super::list::columns;

/// Every method, what it does and where it comes from.
pub fn list() -> String {
    columns(
        METHODS
            .iter()
            .map(|info| (info.name, format!("{} [{}]", info.about, info.paper))),
    )
}
