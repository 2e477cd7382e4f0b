//! Opening files that may be compressed, and reading fixed-size records out of them.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::Request;
use super::bounds::{self, Bounded};
use crate::error::{Error, Result};
use crate::fs::{self, File};

/// Memory an xz stream may ask for, KiB; `xz -9` wants 65 MiB.
const XZ_MEMORY_KIB: u32 = 256 * 1024;

/// How packed files begin.
const GZIP: &[u8] = b"\x1f\x8b";
const XZ: &[u8] = b"\xfd7zXZ\0";

impl Request<'_> {
    /// Whether the path is a folder; an error if there is nothing.
    pub(super) fn is_folder(&self) -> Result<bool> {
        match fs::metadata(self.path) {
            Ok(found) => Ok(found.is_dir()),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Err(self.error(format!(
                "{} does not exist; check the path",
                self.path.display()
            ))),
            Err(why) => Err(self.error(format!("{} cannot be read: {why}", self.path.display()))),
        }
    }

    /// Names of what lies in a folder, sorted.
    pub(super) fn names_in(&self, folder: &Path) -> Result<Vec<String>> {
        let unreadable = |why| self.error(format!("{} cannot be read: {why}", folder.display()));
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            // A name that is not Unicode can be none of those looked for.
            names.extend(entry.map_err(unreadable)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// Opens a file, seeing through gzip and xz by their first bytes, whatever the name.
    pub(super) fn open_file(&self, path: &Path) -> Result<Box<dyn Read>> {
        let unreadable = |why| self.error(format!("{} cannot be read: {why}", path.display()));
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut magic = Vec::new();
        file.by_ref()
            .take(6)
            .read_to_end(&mut magic)
            .map_err(unreadable)?;
        let (gzip, xz) = (magic.starts_with(GZIP), magic.starts_with(XZ));
        let whole = Cursor::new(magic).chain(file);
        Ok(match (gzip, xz) {
            (true, _) => unfolded(MultiGzDecoder::new(whole)),
            (_, true) => unfolded(XzReader::new_mem_limit(whole, true, XZ_MEMORY_KIB)),
            _ => Box::new(whole),
        })
    }

    /// Bytes in a file, unpacked: what is packed is read once for it.
    pub(super) fn length(&self, path: &Path) -> Result<u64> {
        let mut magic = [0; 6];
        let unreadable = |why| self.error(format!("{} cannot be read: {why}", path.display()));
        let mut file = File::open(path).map_err(unreadable)?;
        let read = file.read(&mut magic).map_err(unreadable)?;
        if !(magic.starts_with(GZIP) || magic.starts_with(XZ) && read == magic.len()) {
            return Ok(fs::metadata(path).map_err(unreadable)?.len());
        }
        self.rest(&mut self.open_file(path)?, path)
    }

    /// Bytes that are left to read.
    pub(super) fn rest(&self, reader: &mut dyn Read, path: &Path) -> Result<u64> {
        let mut buffer = vec![0; 1 << 16];
        let mut length = 0;
        loop {
            self.progress.at(0, 0)?;
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(length),
                Ok(more) => length += more as u64,
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
                Err(why) => return Err(self.damaged(path, &why)),
            }
        }
    }

    /// How many records of `size` bytes are in so many bytes; an error where a part of one is left.
    pub(super) fn records(&self, length: u64, size: usize, path: &Path) -> Result<usize> {
        let (whole, left) = (length / size as u64, length % size as u64);
        if left > 0 {
            return Err(self.torn(path, left as usize, size));
        }
        Ok(usize::try_from(whole).unwrap_or(usize::MAX))
    }

    fn torn(&self, path: &Path, filled: usize, size: usize) -> Error {
        self.error(format!(
            "{} is truncated or of another format: {filled} bytes where {size} should be; fetch it again",
            path.display()
        ))
    }

    fn damaged(&self, path: &Path, why: &std::io::Error) -> Error {
        self.error(format!(
            "{} is truncated or damaged ({why}); fetch it again",
            path.display()
        ))
    }

    /// Fills `record`; false at a clean end, an error when the file stops or breaks inside a record.
    pub(super) fn read_record(
        &self,
        reader: &mut dyn Read,
        record: &mut [u8],
        path: &Path,
    ) -> Result<bool> {
        let mut filled = 0;
        while filled < record.len() {
            match reader.read(&mut record[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(self.torn(path, filled, record.len())),
                Ok(more) => filled += more,
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
                Err(why) => return Err(self.damaged(path, &why)),
            }
        }
        Ok(true)
    }
}

fn unfolded(reader: impl Read + 'static) -> Box<dyn Read> {
    Box::new(BufReader::new(Bounded::new(reader, bounds::UNFOLDED)))
}
