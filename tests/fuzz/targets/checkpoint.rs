//! Checkpoints; what is read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::record::Checkpoint;
use tightrope_fuzz::{check, report_panics};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    match Checkpoint::from_bytes(bytes) {
        Err(error) => check::<()>(Err(error)),
        Ok(checkpoint) => {
            check(checkpoint.config());
            let again = checkpoint.to_bytes().expect("what was read can be written");
            let again = Checkpoint::from_bytes(&again).expect("what was written can be read");
            // Numbers that are not numbers differ from themselves.
            assert_eq!(checkpoint.tensors.len(), again.tensors.len());
            assert_eq!(checkpoint.meta, again.meta);
        }
    }
});
