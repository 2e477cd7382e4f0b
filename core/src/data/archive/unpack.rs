//! Reads zip and tar archives.

use std::io::{BufReader, Read};

use tar::Archive;
use zip::ZipArchive;

use super::bounded;
use crate::{
    data::{
        Dataset, Request,
        collection::{Collection, folder_class, is_image},
    },
    error::Result,
    fs::File,
    zip_archive,
};

/// Memory for one entry of a zip archive's directory, in bytes.
const ENTRY: u64 = 512;

/// The source `zip`. Folders are classes as in `folder`; one folder may hold them all.
pub(in crate::data) fn open(request: &Request) -> Result<Dataset> {
    if request.is_folder()? {
        return Err(request.error(format!(
            "{} is a folder; use folder:PATH",
            request.path.display()
        )));
    }
    let mut zip = Zip::open(request)?;
    let names: Vec<String> = zip
        .names
        .iter()
        .filter(|name| is_image(name))
        .cloned()
        .collect();
    let shared = names
        .first()
        .and_then(|name| folder_class(name))
        .map(|folder| format!("{folder}/"));
    let root = shared
        .filter(|root| names.iter().all(|name| name.starts_with(root.as_str())))
        .unwrap_or_default();
    zip.collect(|name| {
        is_image(name).then(|| folder_class(name.strip_prefix(&root).unwrap_or(name)))
    })
}

/// An opened zip and its entries, sorted.
pub(in crate::data) struct Zip<'a> {
    request: &'a Request<'a>,
    archive: ZipArchive<BufReader<File>>,
    names: Vec<String>,
}

impl<'a> Zip<'a> {
    pub(in crate::data) fn open(request: &'a Request<'a>) -> Result<Self> {
        let path = request.path;
        let file = File::open(path)
            .map_err(|why| request.error(format!("{} cannot be read: {why}", path.display())))?;
        let archive =
            zip_archive::open(BufReader::new(file), request.memory / ENTRY).map_err(|why| {
                request.error(format!(
                    "{} is not a zip archive, or truncated ({why}); fetch it again",
                    path.display()
                ))
            })?;
        let mut names: Vec<String> = archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .collect();
        names.sort();
        Ok(Self {
            request,
            archive,
            names,
        })
    }

    /// Whether it has an entry whose name is wanted.
    pub(in crate::data) fn has(&self, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|name| is_wanted(name))
    }

    /// Reads the entries for which `class` returns `Some`, with that class or none.
    pub(in crate::data) fn collect(
        &mut self,
        class: impl Fn(&str) -> Option<Option<&str>>,
    ) -> Result<Dataset> {
        let mut collection = Collection::new(self.request)?;
        let count = self.names.iter().filter(|name| class(name).is_some());
        let count = count.count();
        collection.expect(count)?;
        let mut draw = self.request.draw(|| Ok(count))?;
        for name in &self.names {
            let Some(class) = class(name).filter(|_| draw.takes()) else {
                continue;
            };
            let place = format!("{} in {}", name, self.request.path.display());
            let damaged = |why: String| {
                self.request
                    .error(format!("{place} cannot be unpacked ({why})"))
            };
            let entry = self
                .archive
                .by_name(name)
                .map_err(|why| damaged(why.to_string()))?;
            let bytes = bounded(entry).map_err(|why| damaged(why.to_string()))?;
            collection.push(place, class, bytes)?;
        }
        collection.finish()
    }
}

/// Hands every file of a tar archive to `each`, in archive order, with its name.
pub(in crate::data) fn each_in_tar(
    request: &Request,
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let damaged = |why: std::io::Error| {
        request.error(format!(
            "{} is not a tar archive, or truncated ({why}); fetch it again",
            request.path.display()
        ))
    };
    let mut archive = Archive::new(request.open_file(request.path)?);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_file() {
            each(&name, &mut entry)?;
        }
    }
    Ok(())
}
