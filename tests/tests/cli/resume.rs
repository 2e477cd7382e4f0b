//! `train --resume`.

use std::path::Path;

use serde_json::Value;
use tightrope_core::record::Checkpoint;

use super::program::{Desk, json, text};

/// A checkpoint without its seconds.
fn state(folder: &Path, iteration: u64) -> Checkpoint {
    let file = folder.join(format!("checkpoints/{iteration:06}.safetensors"));
    let mut checkpoint = Checkpoint::load(&file).expect("a checkpoint");
    checkpoint.meta["seconds"] = 0.into();
    checkpoint
}

pub fn assert_same_state(a: &Path, b: &Path, iteration: u64) {
    let (one, other) = (state(a, iteration), state(b, iteration));
    assert_eq!(one.meta, other.meta, "{} {}", a.display(), b.display());
    assert!(
        one.tensors == other.tensors,
        "{} {}",
        a.display(),
        b.display()
    );
}

/// The lines of a record without seconds and marks of a resumption.
fn lines(folder: &Path, file: &str) -> Vec<Value> {
    let mut values: Vec<Value> = text(&folder.join(file))
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    values.retain(|value| value["event"] != "resumed");
    for value in &mut values {
        if let Some(seconds) = value.get_mut("seconds") {
            *seconds = 0.into();
        }
    }
    values
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

#[test]
fn the_record_of_a_resumed_run_equals_that_of_a_whole_one() {
    let desk = Desk::new();
    let stages = "--iterations 12 --set pruning.iterations=12 --set pruning.rounds=1";
    // A checkpoint ends each stage, so the last three belong to other iterations.
    for (preset, method, length, stops) in [
        ("spiral", "adapt-relax", "--iterations 24", [8, 16]),
        ("tiny", "stu-gan", "--iterations 24", [8, 16]),
        ("tiny", "adapt-strict", "--iterations 24", [8, 16]),
        ("spiral", "post-hoc", stages, [12, 16]),
        ("tiny", "gan-tickets", stages, [12, 16]),
    ] {
        desk.good(&format!(
            "train --preset {preset} --method {method} {length} --quiet --device cpu --set checkpoint_every=8 \
             --set log_every=3 --set sample_every=6 --set quality_every=10 --set generator.mask_interval=8 \
             --set discriminator.mask_interval=4 --set balance.window=3 --set warmup=0 --set quality_samples=64"
        ));
        let whole = desk.runs().pop().expect("a run");
        for stop in stops {
            let name = format!("resumed-{preset}-{method}-{stop}");
            let again = desk.file(&name);
            copy(&whole, &again);
            desk.good(&format!(
                "train --resume {name}/checkpoints/{stop:06}.safetensors --quiet --device cpu"
            ));
            assert_same_state(&whole, &again, 24);
            for file in ["stats.jsonl", "events.jsonl"] {
                assert_eq!(lines(&whole, file), lines(&again, file), "{name} {file}");
            }
            let mut files = vec![
                "fakes000024.png",
                "fakes000018.png",
                "config.json",
                "masks.jsonl",
            ];
            if preset == "spiral" {
                files.push("fields.jsonl");
            }
            for file in files {
                let bytes =
                    [&whole, &again].map(|folder| std::fs::read(folder.join(file)).expect(file));
                assert!(bytes[0] == bytes[1], "{name} {file}");
            }
            let resumed = text(&again.join("events.jsonl"))
                .matches("\"resumed\"")
                .count();
            assert_eq!(resumed, 1);
        }
    }
}

#[test]
fn a_finished_run_says_so_and_how_to_go_on() {
    let desk = Desk::new();
    desk.good("train --preset ring --iterations 10 --quiet --device cpu");
    let run = desk.runs().remove(0);
    let events = text(&run.join("events.jsonl"));
    let name = format!(
        "runs/{}",
        run.file_name().and_then(|n| n.to_str()).expect("a name")
    );
    let out = desk.good(&format!("train --resume {name} --device cpu"));
    assert!(out.contains("all 10 iterations are done"), "{out}");
    assert_eq!(
        (out.lines().count(), text(&run.join("events.jsonl"))),
        (1, events)
    );
    // The suggested command works as printed.
    let line = out
        .split('`')
        .nth(1)
        .and_then(|line| line.strip_prefix("tightrope "))
        .expect("a command");
    desk.good(&format!("{line} --device cpu --quiet"));
    assert_eq!(json(&run.join("summary.json"))["iteration"], 20);
    assert_eq!(json(&run.join("config.json"))["iterations"], 20);
}

#[test]
fn settings_may_change_on_the_way_and_the_record_says_so() {
    let desk = Desk::new();
    desk.good("train --preset ring --iterations 10 --quiet --device cpu");
    let run = desk.runs().remove(0);
    let name = format!(
        "runs/{}",
        run.file_name().and_then(|n| n.to_str()).expect("a name")
    );
    // Neither new bound fits the other's old value.
    let line = format!(
        "train --resume {name} --iterations 14 --set br_low=0.7 --da-ub 0.9 --set generator.lr=0.001 --quiet --device cpu"
    );
    desk.good(&line);
    let config = json(&run.join("config.json"));
    assert_eq!(config["balance"]["br_low"], 0.7);
    assert_eq!(config["balance"]["br_high"], 0.9);
    assert_eq!(config["generator"]["lr"], 0.001);
    let edited: Vec<Value> = lines(&run, "events.jsonl")
        .into_iter()
        .filter(|event| event["event"] == "edited")
        .collect();
    let keys: Vec<&str> = edited
        .iter()
        .filter_map(|event| event["key"].as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "balance.br_high",
            "iterations",
            "balance.br_low",
            "generator.lr"
        ]
    );
    assert!(edited.iter().all(|event| event["iteration"] == 10));
    assert!(
        !desk
            .good(&format!("train --resume {name} --iterations 20 --dry-run"))
            .is_empty()
    );
    assert_eq!(json(&run.join("summary.json"))["iteration"], 14);
}

#[test]
fn a_run_goes_on_on_another_device() {
    let desk = Desk::new();
    if !desk.has_gpu() {
        return;
    }
    desk.good("train --preset ring --iterations 6 --quiet --device cpu --set averaging.start=0");
    let run = desk.runs().remove(0);
    let name = format!(
        "runs/{}",
        run.file_name().and_then(|n| n.to_str()).expect("a name")
    );
    for (device, to) in [("gpu:0", 9), ("cpu", 12)] {
        desk.good(&format!(
            "train --resume {name} --iterations {to} --quiet --device {device}"
        ));
    }
    let losses: Vec<Value> = lines(&run, "stats.jsonl");
    assert_eq!(losses.last().expect("a line")["iteration"], 12);
    assert!(losses.iter().all(|line| line["d_loss"].is_f64()));
    for device in ["cpu", "gpu:0"] {
        desk.good(&format!(
            "sample {name} --count 100 --out {}.png --device {device}",
            &device[..3]
        ));
    }
    let [cpu, gpu] = ["cpu.png", "gpu.png"]
        .map(|file| image::open(desk.file(file)).expect("a picture").to_rgb8());
    let differing = cpu
        .pixels()
        .zip(gpu.pixels())
        .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 30));
    assert!(
        differing.count() < 200,
        "the same checkpoint gives other samples"
    );
}
