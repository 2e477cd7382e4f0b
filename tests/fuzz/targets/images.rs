//! An image in a folder: PNG, JPEG or WebP as the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_fuzz::{open, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else {
        return;
    };
    // Each kind has a folder of its own, which holds nothing else.
    let ending = ["png", "jpg", "webp"][usize::from(first % 3)];
    let mut folder = write(&format!("{ending}/image.{ending}"), bytes);
    folder.pop();
    open("folder", &folder, 8);
});
