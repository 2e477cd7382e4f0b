//! The engine as a user of the crate drives it: sessions, commands, resuming, every method.

mod classes;
mod control;
mod decisions;
mod failures;
mod growth;
mod methods;
mod moments;
mod resume;
mod stages;
mod watch;

use std::sync::Arc;

use pollster::block_on;
use tightrope_core::{
    config::RunConfig,
    data,
    device::{self, Chosen, DeviceChoice},
    event::Event,
    method::MethodSpec,
    preset,
    record::Checkpoint,
    run::Run,
    session::{RunId, Session},
};

/// Settings of a small run: a preset, a method, and further settings.
fn config(preset: &str, method: &str, settings: &[(&str, &str)]) -> RunConfig {
    let spec: MethodSpec = method.parse().expect("a method");
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let preset = preset::find(preset).expect("a preset");
    preset::resolve(preset, spec.method, spec.strategy, &settings).expect("settings that fit")
}

fn cpu() -> Chosen {
    block_on(device::open(DeviceChoice::Cpu)).expect("there is always a CPU")
}

fn run(config: RunConfig) -> Run {
    let dataset = Arc::new(data::open(&config.data).expect("built-in data"));
    let cpu = cpu();
    block_on(Run::new(config, dataset, &cpu)).expect("a run")
}

/// A session of runs whose opening events are already drained.
fn session(configs: impl IntoIterator<Item = RunConfig>) -> Session {
    let mut session = Session::new();
    for config in configs {
        block_on(session.add(run(config))).expect("added");
    }
    session.drain();
    session
}

fn advance(session: &mut Session, times: usize) -> Vec<(RunId, Event)> {
    (0..times).for_each(|_| block_on(session.advance()));
    session.drain()
}

fn iteration(session: &Session, id: RunId) -> u64 {
    session.run(id).expect("a run").iteration()
}

/// A checkpoint without its seconds, which may differ between equal runs.
fn state(run: &mut Run) -> Checkpoint {
    let mut checkpoint = block_on(run.checkpoint()).expect("a checkpoint");
    checkpoint.meta["seconds"] = 0.into();
    checkpoint
}

/// The first difference of two checkpoints, in words.
fn difference(a: &Checkpoint, b: &Checkpoint) -> Option<String> {
    if a.meta != b.meta {
        let keys = a.meta.as_object().expect("an object").keys();
        let wrong: Vec<&String> = keys.filter(|key| a.meta[*key] != b.meta[*key]).collect();
        return Some(format!("the numbers {wrong:?}"));
    }
    if a.tensors.keys().ne(b.tensors.keys()) {
        return Some("the names of the tensors".to_owned());
    }
    let wrong = a
        .tensors
        .iter()
        .find(|(name, tensor)| b.tensors[*name] != **tensor);
    wrong.map(|(name, _)| format!("the tensor {name}"))
}
