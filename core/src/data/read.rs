//! Opens files that may be compressed, and reads fixed-size records from them.

use std::{
    io::{BufReader, Cursor, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use super::{
    Request,
    bounds::{self, Bounded},
};
use crate::{
    error::{Error, Result},
    fs::{self, File},
};

/// Memory an xz stream may ask for, KiB; `xz -9` wants 65 MiB.
#[cfg(feature = "archives")]
const XZ_MEMORY_KIB: u32 = 256 * 1024;

/// First bytes of packed files.
const GZIP: &[u8] = b"\x1f\x8b";
const XZ: &[u8] = b"\xfd7zXZ\0";

impl Request<'_> {
    /// Whether the path is a folder; an error if nothing is there.
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

    /// Names of a folder's entries, sorted.
    pub(super) fn names_in(&self, folder: &Path) -> Result<Vec<String>> {
        let unreadable = |why| self.error(format!("{} cannot be read: {why}", folder.display()));
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            // A name that is not Unicode matches none of those looked for.
            names.extend(entry.map_err(unreadable)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// Opens a file and unpacks gzip and xz, recognised by their first bytes, whatever the name.
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
            #[cfg(feature = "archives")]
            (_, true) => unfolded(lzma_rust2::XzReader::new_mem_limit(
                whole,
                true,
                XZ_MEMORY_KIB,
            )),
            #[cfg(not(feature = "archives"))]
            (_, true) => {
                return Err(self.error(format!(
                    "{}: this build reads no xz (feature `archives` of tightrope-core); unpack it first",
                    path.display()
                )));
            }
            _ => Box::new(whole),
        })
    }

    /// Length of a file in bytes, unpacked. A packed file is read once for it.
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

    /// Bytes left to read.
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

    /// Number of records of `size` bytes in `length` bytes; an error if a partial record is left
    /// over.
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

    /// Fills `record`; false at a clean end, an error when the file stops or breaks inside a
    /// record.
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
