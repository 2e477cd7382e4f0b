//! NumPy's `.npz`: arrays in a zip archive (numpy.lib.format, version 1.0).

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{memory, zip_archive};

/// First bytes of an array's header.
const MAGIC: &[u8] = b"\x93NUMPY";

/// An array of numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<T> {
    /// Shape of the array.
    pub shape: Vec<usize>,
    /// Values of the array.
    pub values: Vec<T>,
}

/// A type of numbers in arrays.
pub trait Number: bytemuck::Pod {
    /// NumPy's name of the type.
    const NAME: &'static str;
}

impl Number for f64 {
    const NAME: &'static str = "<f8";
}

impl Number for f32 {
    const NAME: &'static str = "<f4";
}

/// An archive being written.
pub struct Writer(ZipWriter<Cursor<Vec<u8>>>);

impl Writer {
    /// An empty archive.
    pub fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Adds an array.
    pub fn array<T: Number>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: &[T],
    ) -> std::io::Result<()> {
        let dims: String = shape.iter().map(|n| format!("{n},")).collect();
        let mut header = format!(
            "{{'descr': '{}', 'fortran_order': False, 'shape': ({dims}), }}",
            T::NAME
        );
        // Aligns the values to a multiple of 64.
        let len = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64) - MAGIC.len() - 4;
        header = format!("{header:width$}\n", width = len - 1);
        let parts = [
            MAGIC,
            &[1, 0],
            &(len as u16).to_le_bytes(),
            header.as_bytes(),
        ];
        let bytes = [parts.concat(), bytemuck::cast_slice(values).to_vec()].concat();
        self.file(&format!("{name}.npy"), &bytes)
    }

    /// Adds a file, which NumPy returns as bytes.
    pub fn file(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        // Features hardly compress, and trying takes long.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(name, options)?;
        self.0.write_all(bytes)
    }

    /// Finishes the archive and returns its bytes.
    pub fn finish(self) -> std::io::Result<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }
}

/// An archive being read.
pub struct Reader<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Reader<'a> {
    /// Opens an archive; `None` if the bytes are not one.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        zip_archive::open(Cursor::new(bytes), 1000).ok().map(Self)
    }

    /// A file's bytes, if it is present, whole, and not too large for the memory.
    pub fn file(&mut self, name: &str) -> Option<Vec<u8>> {
        self.bytes(name).ok()
    }

    /// An array is in memory three times while it is read, and twice as long where it is of F32.
    fn bytes(&mut self, name: &str) -> std::io::Result<Vec<u8>> {
        let entry = self.0.by_name(name)?;
        let announced = entry.size();
        memory::check(announced.saturating_mul(6))?;
        let mut bytes = Vec::new();
        // One byte more than there should be: only at its end is an entry's checksum compared.
        entry
            .take(announced.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// An array of floating-point numbers, of either precision.
    ///
    /// # Errors
    /// Describes what is wrong with the array.
    pub fn array(&mut self, name: &str) -> Result<Array<f64>, String> {
        let bytes = self
            .bytes(&format!("{name}.npy"))
            .map_err(|why| format!("it has no whole array `{name}` ({why})"))?;
        parse(&bytes).ok_or_else(|| format!("`{name}` is not an array of F32 or F64 in rows"))
    }
}

fn parse(bytes: &[u8]) -> Option<Array<f64>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&[major, _], rest) = rest.split_first_chunk::<2>()?;
    let (len, rest) = match major {
        1 => {
            let (len, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_le_bytes(*len)), rest)
        }
        _ => {
            let (len, rest) = rest.split_first_chunk::<4>()?;
            (u32::from_le_bytes(*len) as usize, rest)
        }
    };
    let header = std::str::from_utf8(rest.get(..len)?).ok()?;
    let data = &rest[len..];
    let field = |name: &str| {
        header
            .split_once(name)
            .map(|(_, rest)| rest.trim_start_matches(['\'', ':', ' ']))
    };
    let is_by_columns = field("fortran_order")?.starts_with("True");
    let (_, dims) = field("shape")?.split_once('(')?;
    let (dims, _) = dims.split_once(')')?;
    let dims = dims.split(',').map(str::trim).filter(|dim| !dim.is_empty());
    let shape: Vec<usize> = dims.map(|dim| dim.parse().ok()).collect::<Option<_>>()?;
    let descr = field("descr")?;
    let values: Vec<f64> = if descr.starts_with(f64::NAME) {
        let (numbers, _) = data.as_chunks::<8>();
        numbers
            .iter()
            .map(|&bytes| f64::from_le_bytes(bytes))
            .collect()
    } else if descr.starts_with(f32::NAME) {
        let (numbers, _) = data.as_chunks::<4>();
        numbers
            .iter()
            .map(|&bytes| f64::from(f32::from_le_bytes(bytes)))
            .collect()
    } else {
        return None;
    };
    let count = shape
        .iter()
        .try_fold(1_usize, |count, &n| count.checked_mul(n))?;
    if count != values.len() {
        return None;
    }
    let values = match (is_by_columns, shape.as_slice()) {
        (false, _) | (true, [] | [_]) => values,
        (true, &[rows, columns]) => (0..count)
            .map(|at| values[at % columns * rows + at / columns])
            .collect(),
        (true, _) => return None,
    };
    Some(Array { shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_come_back_as_they_were_written() {
        let mut writer = Writer::new();
        writer.array("mu", &[3], &[1.0_f64, -2.5, 1e-300]).unwrap();
        writer
            .array("features", &[2, 2], &[0.5_f32, 1.0, 2.0, 3.0])
            .unwrap();
        writer.file("about.json", b"{}").unwrap();
        let bytes = writer.finish().unwrap();
        let mut reader = Reader::new(&bytes).unwrap();
        let mu = reader.array("mu").unwrap();
        assert_eq!((mu.shape, mu.values), (vec![3], vec![1.0, -2.5, 1e-300]));
        let features = reader.array("features").unwrap();
        assert_eq!(
            (features.shape, features.values),
            (vec![2, 2], vec![0.5, 1.0, 2.0, 3.0])
        );
        assert!(
            reader
                .array("sigma")
                .unwrap_err()
                .contains("no whole array `sigma`")
        );
        assert_eq!(reader.file("about.json").unwrap(), b"{}");
        assert!(Reader::new(b"PK").is_none());
    }

    #[test]
    fn columns_become_rows() {
        let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n";
        let numbers: Vec<u8> = [1.0_f64, 4.0, 2.0, 5.0, 3.0, 6.0]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        let len = (header.len() as u16).to_le_bytes();
        let array = parse(&[MAGIC, &[1, 0], &len, header.as_bytes(), &numbers].concat()).unwrap();
        assert_eq!(array.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn what_is_no_such_array_is_refused() {
        let array = |header: &str, data: &[u8]| {
            let len = (header.len() as u16).to_le_bytes();
            parse(&[MAGIC, &[1, 0], &len, header.as_bytes(), data].concat())
        };
        let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
        assert!(array(good, &[0; 8]).is_some());
        assert!(array(good, &[0; 4]).is_none());
        assert!(array(&good.replace("<f4", "<i4"), &[0; 8]).is_none());
        assert!(array(&good.replace("(1, 2)", "(x)"), &[0; 8]).is_none());
    }
}
