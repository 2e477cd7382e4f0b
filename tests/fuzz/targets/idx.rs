//! MNIST's files: images, and labels after the byte that the first one names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_fuzz::{open, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let Some((&length, bytes)) = bytes.split_first() else {
        return;
    };
    let (labels, images) = bytes.split_at(bytes.len().min(length.into()));
    let path = write("idx/train-images-idx3-ubyte", images);
    write("idx/train-labels-idx1-ubyte", labels);
    open("mnist", &path, 16);
});
