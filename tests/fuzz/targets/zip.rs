//! Run folders and images in a zip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::record::{self, Bounds};
use tightrope_fuzz::{check, open, report_panics, scratch, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let path = write("archive.zip", bytes);
    open("zip", &path, 8);
    check(record::holds_runs(&path));
    let bounds = Bounds {
        bytes: 1 << 20,
        entries: 100,
    };
    // What is unpacked is not settled, so it goes again.
    let runs = record::unpack(&path, &scratch("runs"), bounds, &());
    check(runs);
});
