//! Images in a folder and below it; the folders of the first level are classes.

use std::path::{Path, PathBuf};

use super::{
    Dataset, Request, archive,
    collection::{Collection, folder_class, is_image},
};
use crate::{
    error::Result,
    fs::{self, File},
};

pub(super) fn open(request: &Request) -> Result<Dataset> {
    if !request.is_folder()? {
        let zip = request
            .path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        let hint = if zip {
            "use zip:PATH"
        } else {
            "give the folder the images lie in"
        };
        return Err(request.error(format!("{} is a file; {hint}", request.path.display())));
    }
    collect(request, request.path)
}

/// Reads every image below `root`, in order of name.
pub(super) fn collect(request: &Request, root: &Path) -> Result<Dataset> {
    let mut collection = Collection::new(request)?;
    let images = images_below(request, root)?;
    collection.expect(images.len())?;
    let mut draw = request.draw(|| Ok(images.len()))?;
    for (name, path) in images {
        if !draw.takes() {
            continue;
        }
        let bytes = File::open(&path)
            .and_then(archive::bounded)
            .map_err(|why| request.error(format!("{} cannot be read: {why}", path.display())))?;
        collection.push(path.display().to_string(), folder_class(&name), bytes)?;
    }
    collection.finish()
}

/// Whether any image lies below the folder.
pub(super) fn has_images(request: &Request) -> Result<bool> {
    Ok(!images_below(request, request.path)?.is_empty())
}

/// Names relative to `root` with `/` between parts, sorted, each with its path.
fn images_below(request: &Request, root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), root.to_path_buf())];
    while let Some((prefix, folder)) = folders.pop() {
        request.progress.at(0, 0)?;
        for name in request.names_in(&folder)? {
            let path = folder.join(&name);
            let relative = format!("{prefix}{name}");
            // A link to a folder is not followed: it may lead back up.
            if fs::is_dir(&path) && !path.is_symlink() {
                folders.push((format!("{relative}/"), path));
            } else if is_image(&relative) && fs::is_file(&path) {
                found.push((relative, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
