//! `tightrope presets`.

use tightrope_core::preset::PRESETS;

use super::list::columns;

/// Lists every preset, with its purpose and the data it needs.
pub fn list() -> String {
    columns(PRESETS.iter().map(|preset| {
        let data = match preset.data {
            Some(_) => String::new(),
            None => format!(" (--data {}:PATH)", (preset.build)().data.source),
        };
        (preset.name, format!("{}{data}", preset.about))
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn presets_that_need_data_say_so() {
        let list = super::list();
        let line = |name: &str| {
            list.lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            line("fashion16").ends_with("(--data fashion-mnist:PATH)"),
            "{list}"
        );
        assert!(!line("spiral").contains("--data"));
    }
}
