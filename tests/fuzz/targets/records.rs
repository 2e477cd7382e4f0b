//! The record of a run: its states and its events, parted by a line of `---`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::record::{self, Summary};
use tightrope_fuzz::{check, report_panics, scratch, write};

const CONFIG: &[u8] = include_bytes!("../corpus/config.json");

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let parting = b"\n---\n";
    let at = bytes.windows(parting.len()).position(|part| part == parting);
    let (stats, events) = match at {
        Some(at) => (&bytes[..=at], &bytes[at + parting.len()..]),
        None => (bytes, &bytes[..0]),
    };
    write("run/config.json", CONFIG);
    write("run/stats.jsonl", stats);
    write("run/events.jsonl", events);
    write("run/masks.jsonl", events);
    write("run/fields.jsonl", events);
    let run = record::read_run(&scratch("run"));
    if let Ok(run) = &run {
        check(run.moments());
        let _ = Summary::of(&run.history);
    }
    check(run);
});
