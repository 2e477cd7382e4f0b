//! Refusals of `eval` and `stats`, and interruptions.

use std::{path::Path, process::Command, time::Duration};

use tightrope_core::feature::Network;

use super::{
    eval::{desk, weights},
    program::{Desk, Ran},
};

/// Writes pytorch-fid's file for a network of eight features: whole, cut in half, and with one
/// changed byte.
fn statistics_of_eight_features(desk: &Desk) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evaluation/pytorch-fid.npz");
    let whole = std::fs::read(file).expect("the fixture");
    let mut damaged = whole.clone();
    let sigma = whole.windows(9).position(|name| name == b"sigma.npy");
    damaged[sigma.expect("its name") + 300] ^= 1;
    for (name, bytes) in [
        ("few.npz", &whole[..]),
        ("half.npz", &whole[..whole.len() / 2]),
        ("damaged.npz", &damaged),
    ] {
        std::fs::write(desk.file(name), bytes).expect("it is written");
    }
}

#[test]
fn wrong_input_is_refused_in_one_line() {
    let desk = desk();
    weights(
        Network::ResNet { blocks: 2 },
        &desk.file("other.safetensors"),
    );
    std::fs::write(desk.file("text.pth"), "not weights").expect("it is written");
    statistics_of_eight_features(&desk);
    desk.good("stats --data shapes --side 16 --count 64 --network resnet:other.safetensors --out other.npz --quiet --device cpu");
    desk.good("train --preset ring --iterations 2 --quiet --device cpu --out points");
    let resnet = "--network resnet:resnet.safetensors --count 20 --quiet --device cpu";
    for (line, expected) in [
        (
            "eval runs --network vgg:x".to_owned(),
            "choose inception or resnet",
        ),
        (
            "eval runs --network inception:none.pth --device cpu".to_owned(),
            "none.pth: no such file",
        ),
        (
            "eval runs --network inception:text.pth --device cpu".to_owned(),
            "neither safetensors nor weights saved by PyTorch",
        ),
        (
            "eval runs --network inception:resnet.safetensors --device cpu".to_owned(),
            "not the weights of this network: there is no `fc.weight`",
        ),
        (
            format!("eval runs {resnet} --real none.npz"),
            "no such file; `tightrope stats` makes one",
        ),
        (
            format!("eval runs {resnet} --real text.pth"),
            "unknown dataset",
        ),
        (
            format!("eval runs {resnet} --real other.npz"),
            "made with other weights",
        ),
        (
            format!("eval runs {resnet} --real few.npz"),
            "they have 8 features, but resnet8 has 64",
        ),
        (
            format!("eval runs {resnet} --real half.npz"),
            "half.npz: not an .npz file",
        ),
        (
            format!("eval runs {resnet} --real damaged.npz"),
            "damaged.npz: it has no whole array `sigma`",
        ),
        (
            format!("eval runs {resnet} --batch-norm own"),
            "choose batch or running",
        ),
        (
            format!("eval runs {resnet} --real shapes --split test"),
            "shapes has no test split",
        ),
        (format!("eval points {resnet}"), "points in the plane"),
        (format!("eval nowhere {resnet}"), "nowhere"),
        (
            "stats --data shapes --network resnet:resnet.safetensors --out x.txt".to_owned(),
            "an .npz file",
        ),
    ] {
        let ran = desk.run(&line);
        assert!(
            ran.code == 2 && ran.err.lines().count() == 1 && ran.err.contains(expected),
            "{line}\n{}{}",
            ran.out,
            ran.err
        );
    }
    assert!(!desk.runs()[0].join("evaluation.jsonl").exists());
}

/// Interrupts a command after a while. It must report that and leave no file behind.
#[cfg(unix)]
fn call_off(desk: &Desk, line: &str) {
    let before = files(desk.path());
    let child = desk.start(line);
    std::thread::sleep(Duration::from_secs(4));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill starts").success());
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!(
        (ran.code, ran.err.trim()),
        (130, "cancelled; nothing more was written"),
        "{line}\n{}",
        ran.out
    );
    assert_eq!(files(desk.path()), before, "{line}");
}

/// Every file below a folder, with its size.
#[cfg(unix)]
fn files(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let about = entry.metadata().expect("a file");
        if about.is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.path(), about.len()));
        }
    }
    found.sort();
    found
}

#[cfg(unix)]
#[test]
fn they_can_be_called_off() {
    let desk = desk();
    weights(Network::Inception, &desk.file("inception.safetensors"));
    call_off(
        &desk,
        "eval runs --count 1000000 --real-count 64 --network resnet:resnet.safetensors --device cpu",
    );
    call_off(
        &desk,
        "stats --data shapes --side 32 --network inception:inception.safetensors --out x.npz --device cpu",
    );
}
