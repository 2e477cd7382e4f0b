//! From run folders to a report file.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tightrope_core::{Error, record::read_run};

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

/// Refuses a place where no report can be, before anything is done for it.
pub fn check(file: &Path) -> Result<(), Error> {
    if file.is_dir() {
        return Err(Error::Settings(vec![format!(
            "report: {}: this is a folder; name a file in it, such as {}",
            file.display(),
            file.join("report.html").display()
        )]));
    }
    Ok(())
}

/// Writes the report, making its folder if need be.
pub fn write(file: &Path, title: &str, groups: &[Group]) -> Result<()> {
    let page = render(title, groups)?;
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    std::fs::write(file, page).map_err(|e| Error::io(file, e))?;
    Ok(())
}
