//! From run folders to a report file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tightrope_core::record::read_run;

use super::{Group, render};

/// Reads run folders, group by group.
pub fn read(groups: &[(String, Vec<PathBuf>)]) -> Result<Vec<Group>> {
    groups
        .iter()
        .map(|(title, folders)| {
            let runs = folders
                .iter()
                .map(|path| read_run(path))
                .collect::<Result<_, _>>()?;
            Ok(Group {
                title: title.clone(),
                runs,
            })
        })
        .collect()
}

/// Writes the report, making its folder if need be.
pub fn write(file: &Path, title: &str, groups: &[Group]) -> Result<()> {
    let page = render(title, groups)?;
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{}: cannot be made", folder.display()))?;
    }
    std::fs::write(file, page).with_context(|| format!("{}: cannot be written", file.display()))
}
