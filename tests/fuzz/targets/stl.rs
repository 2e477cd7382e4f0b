//! STL-10's binary version: images, and labels after the byte that the first one names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_fuzz::{open, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let Some((&length, bytes)) = bytes.split_first() else {
        return;
    };
    let (labels, images) = bytes.split_at(bytes.len().min(length.into()));
    let path = write("stl/train_X.bin", images);
    write("stl/train_y.bin", labels);
    open("stl10", &path, 16);
});
