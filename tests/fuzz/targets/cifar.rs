//! CIFAR-10's batches, bare, compressed and in a tar: the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_fuzz::{open, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    const NAMES: [&str; 5] = [
        "data_batch_1.bin",
        "data_batch_1.bin.gz",
        "data_batch_1.bin.xz",
        "cifar.tar",
        "cifar.tar.gz",
    ];
    let Some((&first, bytes)) = bytes.split_first() else {
        return;
    };
    let path = write(NAMES[usize::from(first) % NAMES.len()], bytes);
    open("cifar10", &path, 16);
});
