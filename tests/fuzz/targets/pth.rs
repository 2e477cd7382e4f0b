//! Weights of a feature network, as PyTorch or as safetensors: the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightrope_core::feature::{Network, Weights};
use tightrope_fuzz::{check, report_panics, write};

fuzz_target!(init: report_panics(), |bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else {
        return;
    };
    let name = ["weights.pth", "weights.safetensors"][usize::from(first % 2)];
    let weights = Weights::read(&write(name, bytes));
    if let Ok(weights) = &weights {
        check(Network::resnet(weights));
    }
    check(weights);
});
