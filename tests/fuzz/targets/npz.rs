//! Statistics of real images.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::evaluation::Statistics;
use tightrope_fuzz::{check, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    check(Statistics::read(&write("statistics.npz", bytes)));
});
