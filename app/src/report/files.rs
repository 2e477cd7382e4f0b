//! Writes the report to a file.

use std::path::Path;

use anyhow::Result;
use tightrope_core::Error;

use super::{Group, render};

/// Refuses a path that cannot hold a report, before any work is done.
pub fn check(file: &Path) -> Result<(), Error> {
    if file.is_dir() {
        return Err(Error::setting(
            "report",
            format!(
                "{}: this is a folder; name a file in it, such as {}",
                file.display(),
                file.join("report.html").display()
            ),
        ));
    }
    Ok(())
}

/// Writes the report, and makes its folder if needed.
pub fn write(file: &Path, title: &str, groups: &[Group]) -> Result<()> {
    let page = render(title, groups)?;
    make_folder_of(file)?;
    std::fs::write(file, page).map_err(|e| Error::io(file, e))?;
    Ok(())
}

/// Makes the parent folder of a file.
pub fn make_folder_of(file: &Path) -> Result<(), Error> {
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    Ok(())
}
