//! Every kernel against its definition in float64, in WGSL (given an adapter) and as its CPU twin,
//! and the two against each other, at awkward sizes.

mod adam;
mod batch_norm;
mod conv2d;
mod product;
mod resample;
mod running;
mod select;
mod spectral;

use burn::tensor::Device;
use tightrope_tests::{
    devices,
    report::{Limit, Report},
};

/// One expected result of a kernel: name, values, tolerance.
struct Expected {
    what: &'static str,
    values: Vec<f64>,
    limit: Limit,
}

impl Expected {
    fn new(what: &'static str, values: Vec<f64>, limit: Limit) -> Self {
        Self {
            what,
            values,
            limit,
        }
    }
}

/// Runs a kernel on every device, and compares its results with the expected ones and with the
/// CPU's.
fn compare(
    report: &mut Report,
    case: &str,
    expected: &[Expected],
    run: impl Fn(&Device) -> Vec<Vec<f32>>,
) {
    let mut twin: Option<Vec<Vec<f32>>> = None;
    for (on, device) in devices::all() {
        let ours = run(&device);
        assert_eq!(ours.len(), expected.len(), "{case} on {on}");
        for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
            let Expected {
                what,
                values,
                limit,
            } = expected;
            let kind = format!("{what} on {on}");
            report.close(&kind, case, ours, values, *limit);
            if let Some(twin) = &twin {
                report.close(
                    &format!("{kind} against the CPU"),
                    case,
                    ours,
                    &twin[i],
                    *limit,
                );
            }
        }
        twin.get_or_insert(ours);
    }
}
