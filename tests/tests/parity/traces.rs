//! Whole training runs of the authors' code, repeated by the engine: every float32 `trace_*`, with
//! its own weights, masks and batches.

mod bounds;
mod check;
mod settings;
mod trace;
mod updates;

use std::sync::{Arc, Mutex};

use bounds::Bounds;
use burn::tensor::Device;
use check::Check;
use tightrope_core::{event::Event, run::Phase};
use tightrope_tests::devices::{self, host};
use trace::Trace;

/// A phase of an iteration and its values.
type Seen = (Phase, Vec<f32>);

/// Runs every trace on a device and compares.
fn follow_all(device: &Device, on: &str, bounds: Bounds) {
    for trace in Trace::all() {
        pollster::block_on(follow(&trace, device, on, bounds));
    }
}

async fn follow(trace: &Trace, device: &Device, on: &str, bounds: Bounds) {
    let mut run = trace.run(device).await;
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let notes = Arc::clone(&seen);
    run.watch(Box::new(move |phase, tensor| {
        let mut notes = notes.lock().expect("the other holder does not panic");
        notes.push((phase, host(tensor)));
        Box::pin(async {})
    }));
    let mut check = Check::new(trace, on, bounds);
    for iteration in 1..=trace.iterations() {
        let events = run.step().await.unwrap_or_else(|e| panic!("{e}"));
        let phases = std::mem::take(&mut *seen.lock().expect("the watcher does not panic"));
        check.phases(iteration, &phases, &run);
        let checkpoint = run.checkpoint().await.unwrap_or_else(|e| panic!("{e}"));
        check.numbers(iteration, &run, &checkpoint);
        for event in events {
            if let Event::Mask(event) = event {
                check.update(&event, &run, &checkpoint);
            }
        }
        check.state(iteration, &run, &checkpoint);
    }
    check.finish();
}

#[test]
fn float32_traces_on_the_cpu() {
    let (on, device) = devices::flex();
    follow_all(&device, on, Bounds::CPU);
}

#[test]
fn float32_traces_in_wgsl() {
    if let Some((on, device)) = devices::wgsl() {
        follow_all(&device, on, Bounds::WGSL);
    }
}
