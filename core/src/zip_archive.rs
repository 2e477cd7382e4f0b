//! Opens zip archives whose directory fits in memory: its reader takes the whole of it at once.

use std::io::{Error, Read, Result, Seek, SeekFrom};

use zip::{ZipArchive, result::ZipResult};

/// Opens an archive of at most `limit` entries.
///
/// # Errors
/// When it announces more, or is no zip archive.
pub fn open<R: Read + Seek>(mut reader: R, limit: u64) -> ZipResult<ZipArchive<R>> {
    let announced = announced(&mut reader)?;
    if announced > limit {
        let why = format!("it announces {announced} entries, {limit} are allowed");
        return Err(Error::other(why).into());
    }
    ZipArchive::new(reader)
}

/// The greatest number of entries that any end-of-directory record in the last 64 KiB announces
/// (APPNOTE.TXT 4.3.14 and 4.3.16). A forged archive may have several.
fn announced(reader: &mut (impl Read + Seek)) -> Result<u64> {
    const TAIL: u64 = 66_000;
    const END: &[u8] = b"PK\x05\x06";
    const END_64: &[u8] = b"PK\x06\x06";
    const LOCATOR_64: &[u8] = b"PK\x06\x07";
    let length = reader.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(TAIL);
    reader.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.by_ref().take(TAIL).read_to_end(&mut tail)?;
    let mut most = 0;
    for at in 0..tail.len() {
        let record = &tail[at..];
        if record.starts_with(END) {
            most = most.max(number::<2>(record, 10));
        } else if record.starts_with(LOCATOR_64) {
            reader.seek(SeekFrom::Start(number::<8>(record, 8)))?;
            let mut far = Vec::new();
            reader.by_ref().take(56).read_to_end(&mut far)?;
            if far.starts_with(END_64) {
                most = most.max(number::<8>(&far, 32));
            }
        }
    }
    reader.rewind()?;
    Ok(most)
}

/// A little-endian number of `N` bytes; 0 if it is cut off.
fn number<const N: usize>(record: &[u8], at: usize) -> u64 {
    let bytes = record.get(at..at + N).unwrap_or_default();
    let digit = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
    bytes.iter().rev().fold(0, digit)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(entries: usize) -> Cursor<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for entry in 0..entries {
            let options = SimpleFileOptions::default();
            writer.start_file(entry.to_string(), options).unwrap();
            writer.write_all(b"x").unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn the_directory_is_bounded_before_it_is_read() {
        assert_eq!(open(archive(20), 20).unwrap().len(), 20);
        let why = open(archive(21), 20).unwrap_err().to_string();
        assert!(
            why.contains("announces 21 entries, 20 are allowed"),
            "{why}"
        );
        // Beyond 65,535 entries their number stands in a record of its own.
        let many = archive(70_000);
        assert_eq!(announced(&mut many.clone()).unwrap(), 70_000);
        assert_eq!(open(many, 70_000).unwrap().len(), 70_000);
        assert!(open(Cursor::new(b"PK".to_vec()), 9).is_err());
    }
}
