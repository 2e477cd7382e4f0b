//! Run folders as zip archives, to be carried from one machine or browser to another.

mod unpack;

use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::folder::{CONFIG, EVENTS, LOG, STATS, SUMMARY};
use super::moments::{FIELDS, MASKS};
use super::{checkpoint, samples};
use crate::error::{Error, Result};
use crate::fs;
use crate::progress::Progress;

pub use unpack::{Bounds, Unpacked, holds_runs, unpack};

/// Files that no run folder has twice.
const SINGLE: [&str; 7] = [CONFIG, STATS, EVENTS, LOG, SUMMARY, FIELDS, MASKS];

/// A whole run folder as the bytes of a zip archive, under the folder's `name`; `progress` hears of its files.
///
/// # Errors
/// When a file cannot be read, or `progress` calls it off.
pub fn pack(run: &Path, name: &str, progress: &dyn Progress) -> Result<Vec<u8>> {
    let failed = |why: zip::result::ZipError| {
        Error::Record(format!(
            "{}: cannot be put into a zip: {why}",
            run.display()
        ))
    };
    let files = files_of(run)?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (done, file) in files.iter().enumerate() {
        progress.at(done, files.len())?;
        let path = run.join(file);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            // A run that trains deletes an old checkpoint for every new one.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io(path, error)),
        };
        let options = SimpleFileOptions::default().large_file(u32::try_from(bytes.len()).is_err());
        writer
            .start_file(format!("{name}/{file}"), options)
            .map_err(failed)?;
        writer.write_all(&bytes).map_err(|why| failed(why.into()))?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}

/// The files of a run folder by their names in it, `/` between parts, sorted.
fn files_of(run: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for prefix in ["", checkpoint::FOLDER] {
        let folder = run.join(prefix);
        if !prefix.is_empty() && !fs::is_dir(&folder) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(|error| Error::io(&folder, error))? {
            let entry = entry.map_err(|error| Error::io(&folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}/{name}")
            };
            if is_of_run(&name) && fs::is_file(&entry.path()) {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a run folder has a file of this name in it.
fn is_of_run(name: &str) -> bool {
    match name.split_once('/') {
        Some((folder, file)) => {
            let (stem, ending) = file.split_once('.').unwrap_or((file, ""));
            folder == checkpoint::FOLDER
                && !stem.is_empty()
                && stem.bytes().all(|byte| byte.is_ascii_digit())
                && ["safetensors", "json"].contains(&ending)
        }
        None => SINGLE.contains(&name) || samples::is_of_samples(name),
    }
}

#[cfg(test)]
mod tests;
