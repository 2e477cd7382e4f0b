//! Wrong input: one clear line per problem, exit code 2, and no files left behind.

use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use tightrope_core::record::{Checkpoint, checkpoint};

use super::program::{Desk, json, text};

/// Runs a line that the program must refuse. Returns its complaints, which hold `parts` in this
/// order, one each.
fn refused(desk: &Desk, line: &str, parts: &[&str]) -> String {
    let ran = desk.run(line);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(ran.code, 2, "{line}\n{}\n{}", ran.out, ran.err);
    assert_eq!(lines.len(), parts.len(), "{line}\n{}", ran.err);
    for (told, part) in lines.iter().zip(parts) {
        assert!(
            told.starts_with("error: ") && told.contains(part),
            "{line}\n`{part}`\n{}",
            ran.err
        );
    }
    ran.err
}

fn refused_leaving_nothing(line: &str, parts: &[&str]) {
    let desk = Desk::new();
    refused(&desk, line, parts);
    let left: Vec<_> = std::fs::read_dir(desk.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{line} left {left:?}");
}

#[test]
fn names_that_do_not_exist_come_with_the_nearest_that_does() {
    for (line, part) in [
        ("train --preset sprial", "did you mean `spiral`?"),
        (
            "train --method adapt-relaxed",
            "did you mean `adapt-relax`?",
        ),
        (
            "compare --methods adapt-relax,stugan",
            "did you mean `stu-gan`?",
        ),
        (
            "train --set generator.lrr=1",
            "did you mean `generator.lr`?",
        ),
        ("train --set iteration=5", "did you mean `iterations`?"),
        (
            "train --data fashion_mnist:x",
            "did you mean `fashion-mnist`?",
        ),
        (
            "train --method static --strategy strongg",
            "strongg: no such strategy; balance",
        ),
        ("train --set loss=hing", "did you mean `hinge`?"),
        ("trian", "a similar subcommand exists: 'train'"),
        (
            "train --densityG 0.1",
            "a similar argument exists: '--density",
        ),
    ] {
        refused_leaving_nothing(line, &[part]);
    }
}

#[test]
fn every_wrong_setting_is_told_at_once() {
    refused_leaving_nothing(
        "compare --preset spiral --methods dda,sttic --iterations 0 --density-G 2 --set z_dim=x --set nonsense \
         --set batch_d=0 --set generator.beta1=1",
        &[
            "sttic",
            "nonsense",
            "z_dim",
            "iterations: 0",
            "batch_d: 0",
            "generator.beta1: 1",
            "generator.density: 2",
        ],
    );
}

#[test]
fn settings_out_of_range_or_at_odds_are_told() {
    for (settings, part) in [
        ("generator.lr=0", "generator.lr: 0"),
        ("generator.lr=nan", "generator.lr"),
        ("generator.lr=1e30", "must be above 0 and at most 10"),
        ("n_critic=0", "n_critic: 0"),
        ("batch_d=1.5", "batch_d: `1.5` is not a whole number"),
        ("br_low=0.9", "balance.br_low: 0.9"),
        ("density_step=0", "balance.density_step: 0"),
        ("balance.window=0", "balance.window: 0"),
        ("generator.mask_interval=0", "generator.mask_interval: 0"),
        ("generator.policy=relax", "generator.policy"),
        ("d_hidden=0", "d_hidden"),
        ("seed=-1", "seed"),
        ("averaging.decay=1", "averaging.decay: 1"),
        ("lr=1", "several settings end so"),
        ("method=dda", "not a setting"),
    ] {
        refused_leaving_nothing(&format!("train --preset spiral --set {settings}"), &[part]);
    }
    for (line, part) in [
        ("train --device tpu", "'tpu' is not a device"),
        ("train --device gpu:99", "device: gpu:99"),
        ("train --preset spiral --data shapes", "model: mlp"),
        ("train --preset tiny --data ring", "model: sngan"),
        (
            "train --preset fashion16",
            "choose the files to read (on the command line: fashion-mnist:PATH)",
        ),
        ("compare --methods ,", "none named"),
        ("compare --methods dda,dda", "named twice"),
        ("compare --seeds 0", "'--seeds <N>'"),
        ("train --resume x --seed 3", "cannot be used with"),
        ("train --method dda:strong", "no strategy strong"),
        (
            "compare --preset ring --methods static:strong,dda --density-D .05",
            "static:strong sets it itself, to 1; leave out 0.05 (--density-d) or write `static`",
        ),
    ] {
        refused_leaving_nothing(line, &[part]);
    }
}

#[test]
fn files_that_are_not_what_they_should_be_are_told() {
    let desk = Desk::new();
    std::fs::write(desk.file("plain.txt"), "hello").expect("written");
    std::fs::write(desk.file("broken.json"), "{").expect("written");
    std::fs::write(desk.file("newer.json"), r#"{"version": 9}"#).expect("written");
    std::fs::write(
        desk.file("odd.json"),
        r#"{"iterations": "many", "colour": 3, "z_dim": 2}"#,
    )
    .expect("written");
    std::fs::create_dir(desk.file("empty")).expect("made");
    for (line, parts) in [
        ("train --config nowhere.json", &["nowhere.json: "][..]),
        ("train --config broken.json", &["not JSON"]),
        (
            "train --config newer.json",
            &["written by a newer Tightrope"],
        ),
        (
            "train --config odd.json",
            &[
                "colour: no such setting",
                "iterations: `\"many\"` is not a whole number",
            ],
        ),
        ("train --config empty", &["empty: "]),
        ("train --out plain.txt", &["plain.txt: this is a file"]),
        ("compare --report empty", &["empty: this is a folder"]),
        (
            "report nothing empty --out r.html",
            &["nothing: no such run folder", "empty: not a run folder"],
        ),
        ("report plain.txt", &["plain.txt: not a run folder"]),
        ("sample nothing", &["nothing: no such run folder"]),
        ("sample empty", &["empty: not a run folder"]),
        (
            "sample empty --out picture.jpg",
            &["name a file that ends in .png"],
        ),
        ("train --resume empty", &["empty: not a run folder"]),
        ("train --resume plain.txt", &["plain.txt: "]),
        ("bench iteration --preset tinny", &["did you mean `tiny`?"]),
        ("bench iteration --density-g 0", &["generator.density: 0"]),
    ] {
        let told = refused(&desk, line, parts);
        assert!(
            !told.contains("os error")
                || line.contains("nowhere")
                || line.contains("--config empty"),
            "{told}"
        );
    }
    assert!(desk.runs().is_empty() && !desk.file("r.html").exists());
}

#[test]
fn datasets_that_are_not_what_they_should_be_leave_no_run() {
    let desk = Desk::new();
    let gz = |bytes: &[u8]| {
        let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut writer, bytes).expect("compressed");
        writer.finish().expect("compressed")
    };
    // The header claims 100 images of 28 x 28.
    let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 100, 0, 0, 0, 28, 0, 0, 0, 28];
    idx.resize(16 + 28 * 28 * 40, 7);
    std::fs::create_dir_all(desk.file("few")).expect("made");
    for i in 0..5 {
        let picture = image::RgbImage::from_pixel(20, 20, image::Rgb([i * 40; 3]));
        picture
            .save(desk.file("few").join(format!("{i}.png")))
            .expect("saved");
    }
    for (file, bytes) in [
        ("truncated-idx", idx.clone()),
        ("truncated.gz", gz(&idx)),
        ("cut.gz", gz(&idx)[..60].to_vec()),
        ("truncated.bin", vec![1; 3073 * 100 + 5]),
        ("foreign.bin", b"PK\x03\x04 not images at all".to_vec()),
        ("foreign.zip", b"hello".to_vec()),
    ] {
        std::fs::write(desk.file(file), bytes).expect("written");
    }
    std::fs::create_dir_all(desk.file("empty")).expect("made");
    for source in [
        "mnist:nowhere",
        "mnist:truncated-idx",
        "mnist:truncated.gz",
        "mnist:cut.gz",
        "mnist:foreign.bin",
        "fashion-mnist:empty",
        "cifar10:truncated.bin",
        "cifar10:foreign.bin",
        "cifar10:empty",
        "stl10:foreign.bin",
        "zip:foreign.zip",
        "zip:nowhere.zip",
        "folder:few",
        "folder:empty",
        "folder:foreign.bin",
        "tiny-imagenet:empty",
    ] {
        let name = source.split(':').next().expect("a name");
        let told = refused(
            &desk,
            &format!("compare --data {source} --device cpu"),
            &[&format!("data: {name}: ")],
        );
        assert!(told.len() > 40, "{told}");
        assert!(!desk.file("runs").exists(), "{source}");
    }
}

/// A desk with a finished run of ten iterations, and the run's name.
fn with_run() -> (Desk, PathBuf, String) {
    let desk = Desk::new();
    desk.good("train --preset ring --iterations 10 --quiet --device cpu");
    let run = desk.runs().remove(0);
    let name = format!(
        "runs/{}",
        run.file_name().and_then(|n| n.to_str()).expect("a name")
    );
    (desk, run, name)
}

#[test]
fn a_run_that_cannot_be_gone_on_with_is_left_as_it_is() {
    let (desk, run, name) = with_run();
    let file = checkpoint::latest(&run).expect("a checkpoint");
    let whole = std::fs::read(&file).expect("bytes");
    let events = text(&run.join("events.jsonl"));

    for (settings, part) in [
        ("--set z_dim=3", "z_dim: cannot change while a run trains"),
        (
            "--density-G 0.5",
            "generator.density: cannot change while a run trains",
        ),
        ("--set generator.lr=-1", "generator.lr: -1"),
        ("--set colour=1", "colour: no such setting"),
        ("--set br_low=5", "balance.br_low: 5"),
        ("--data mnist:nowhere", "model: mlp"),
    ] {
        refused(
            &desk,
            &format!("train --resume {name} --iterations 20 {settings}"),
            &[part],
        );
    }
    for (bytes, part) in [
        (
            whole[..whole.len() / 2].to_vec(),
            "is not a whole safetensors file",
        ),
        (b"hello".to_vec(), "is not a whole safetensors file"),
        (newer(&whole), "was written by a newer Tightrope (version 9"),
        (other_kind(&whole), "does not hold a run"),
    ] {
        std::fs::write(&file, bytes).expect("written");
        for command in ["train --iterations 20 --resume", "sample"] {
            refused(&desk, &format!("{command} {name}"), &[part]);
        }
    }
    std::fs::remove_dir_all(run.join("checkpoints")).expect("removed");
    refused(
        &desk,
        &format!("train --resume {name}"),
        &["has no checkpoint"],
    );
    assert_eq!(text(&run.join("events.jsonl")), events);
    assert_eq!(json(&run.join("summary.json"))["iteration"], 10);
}

fn newer(bytes: &[u8]) -> Vec<u8> {
    let mut stored = Checkpoint::from_bytes(bytes).expect("a checkpoint");
    stored.version = 9;
    stored.to_bytes().expect("bytes")
}

fn other_kind(bytes: &[u8]) -> Vec<u8> {
    let stored = Checkpoint::from_bytes(bytes).expect("a checkpoint");
    let other = Checkpoint::new(serde_json::json!({"iteration": 10}), stored.tensors);
    other.to_bytes().expect("bytes")
}

#[test]
fn a_damaged_record_is_told_by_file_and_line() {
    let (desk, run, name) = with_run();
    std::fs::write(run.join("stats.jsonl"), "{\"iteration\": \n{}\n").expect("written");
    for line in [
        format!("report {name}"),
        format!("train --resume {name} --iterations 20"),
    ] {
        refused(&desk, &line, &["stats.jsonl line 1 is damaged"]);
    }
    std::fs::write(run.join("config.json"), "{\"version\": 9}").expect("written");
    refused(
        &desk,
        &format!("report {name}"),
        &["config.json: written by a newer Tightrope"],
    );
}
