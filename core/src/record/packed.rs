//! Run folders as zip archives, for carrying them from one machine or browser to another.

mod unpack;

use std::{
    io::{Cursor, ErrorKind, Write},
    path::Path,
};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    checkpoint,
    folder::{CONFIG, EVENTS, LOG, STATS, SUMMARY},
    moments::{FIELDS, MASKS},
    samples,
};
use crate::{
    error::{Error, Result},
    fs,
    progress::Progress,
};

pub use unpack::{Bounds, Unpacked, holds_runs, unpack};

/// Files that a run folder has at most once.
const SINGLE: [&str; 7] = [CONFIG, STATS, EVENTS, LOG, SUMMARY, FIELDS, MASKS];

/// Packs a run folder into the bytes of a zip archive, under the folder's `name`; reports its files
/// to `progress`.
///
/// # Errors
/// When a file cannot be read, or `progress` cancels.
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
        let bytes = match fs::read_whole(&path) {
            Ok(bytes) => bytes,
            // A training run deletes an old checkpoint for every new one.
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

/// Names of the files in a run folder, `/` between parts, sorted.
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

/// Whether a run folder may hold a file of this name.
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
