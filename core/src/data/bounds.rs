//! Limits on the size of data. Larger data are refused before they fill the memory, which is scarce
//! in a browser.

use std::io::{Error, Read, Result};

use super::Request;
use crate::memory::shown;

const IS_PAGE: bool = cfg!(target_arch = "wasm32");

/// Largest encoded image, in a file or an archive, in bytes.
pub const ENCODED: u64 = 64 << 20;
/// Longest edge of an image, in pixels.
pub const EDGE: u32 = 16_384;
/// Most bytes that a compressed file may unpack to.
pub const UNFOLDED: u64 = if IS_PAGE { 4 << 30 } else { u64::MAX };

impl Request<'_> {
    /// Refuses a set of `count` images that would not fit in memory beside the networks.
    pub(super) fn check_memory(&self, count: usize) -> crate::Result<()> {
        let pixels = (self.side * self.side) as u64;
        let bytes = pixels.saturating_mul(3 * count.min(self.limit) as u64);
        if bytes > self.memory {
            return Err(self.error(format!(
                "{count} images of side {} take {} of memory, {} are allowed by data.memory; lower data.side or set data.limit",
                self.side,
                shown(bytes),
                shown(self.memory)
            )));
        }
        Ok(())
    }
}

/// A reader that fails, rather than ends, after a number of bytes.
pub struct Bounded<R> {
    reader: R,
    left: u64,
    bound: u64,
}

impl<R: Read> Bounded<R> {
    /// Lets `bound` bytes through.
    pub fn new(reader: R, bound: u64) -> Self {
        Self {
            reader,
            left: bound,
            bound,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let read = self.reader.read(out)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| Error::other(format!("larger than {} MiB", self.bound >> 20)))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_too_large_for_memory_is_refused_by_its_side_and_number() {
        let request = |side, limit| Request {
            name: "zip",
            path: std::path::Path::new("cats.zip"),
            side,
            limit,
            memory: 8 << 30,
            progress: &(),
        };
        assert!(request(32, usize::MAX).check_memory(1_000_000).is_ok());
        assert!(request(512, 1000).check_memory(1_000_000).is_ok());
        let why = request(512, usize::MAX).check_memory(1_000_000);
        let why = why.unwrap_err().to_string();
        assert!(
            why.contains("786.4 GB of memory, 8.6 GB are allowed"),
            "{why}"
        );
    }

    #[test]
    fn what_is_too_long_fails_and_what_just_fits_does_not() {
        let read = |length: usize| {
            let mut out = Vec::new();
            let bytes = vec![1; length];
            let done = Bounded::new(&bytes[..], 1 << 20).read_to_end(&mut out);
            done.map_err(|why| why.to_string())
        };
        assert_eq!(read(1 << 20), Ok(1 << 20));
        assert_eq!(read((1 << 20) + 1), Err("larger than 1 MiB".to_owned()));
    }
}
