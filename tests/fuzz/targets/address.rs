//! The address of a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_fuzz::{check, report_panics};

fuzz_target!(init: report_panics(), |query: &str| check(tightrope::read_address(query)));
