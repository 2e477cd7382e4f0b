//! `compare` and `train` at a small size.

use std::path::Path;

use super::program::{Desk, json, text};

/// Checks that a run folder is complete after `last` iterations.
fn assert_complete(folder: &Path, last: u64) {
    for file in [
        "config.json",
        "stats.jsonl",
        "events.jsonl",
        "reals.png",
        "fakes_init.png",
        &format!("fakes{last:06}.png"),
        &format!("checkpoints/{last:06}.safetensors"),
        &format!("checkpoints/{last:06}.json"),
        "summary.json",
        "log.txt",
    ] {
        let size = std::fs::metadata(folder.join(file)).map_or(0, |meta| meta.len());
        assert!(size > 0, "{} lacks {file}", folder.display());
    }
    let leftovers: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .filter(|name| name.contains("partial") || name.starts_with('.'))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
    let summary = json(&folder.join("summary.json"));
    assert_eq!(
        (&summary["reason"], &summary["iteration"]),
        (&"finished".into(), &last.into())
    );
    assert_eq!(json(&folder.join("config.json"))["iterations"], last);
}

/// Checks that a page loads nothing from elsewhere.
fn assert_self_contained(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"));
    for outside in [
        "http://",
        "https://",
        "<script src",
        "<link",
        "@import",
        "url(",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    for source in page.split("src=\"").skip(1) {
        assert!(
            source.starts_with("data:"),
            "{}",
            &source[..40.min(source.len())]
        );
    }
}

#[test]
fn the_showcase_leaves_runs_a_report_and_a_table() {
    let desk = Desk::new();
    let out = desk.good("compare --iterations 30 --set sample_every=15 --quiet --device cpu");
    let runs = desk.runs();
    let names: Vec<&str> = runs
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for (name, parts) in names.iter().zip([
        ["00000-spiral-adapt_relax-dG", "-s42"],
        ["00001-spiral-stu_gan-dG", "-s42"],
        ["00002-scenes-adapt_relax-dG", "-s42"],
        ["00003-scenes-stu_gan-dG", "-s42"],
    ]) {
        assert!(
            name.starts_with(parts[0]) && name.ends_with(parts[1]),
            "{name}"
        );
    }
    for run in &runs {
        assert_complete(run, 30);
        assert!(run.join("fakes000015.png").is_file());
    }
    let page = text(&desk.file("runs/report.html"));
    assert_self_contained(&page);
    for part in [
        "adapt-relax",
        "stu-gan",
        "spiral",
        "scenes16",
        "Settings that differ",
        "data:image/png",
    ] {
        assert!(page.contains(part), "the report lacks {part}");
    }
    for part in [
        "adapt-relax",
        "stu-gan",
        "spiral",
        "scenes16",
        "modes",
        "BR",
        "report: runs/report.html",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let widest = out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}\n{out}");
}

#[test]
fn methods_seeds_and_settings_multiply_into_runs() {
    let desk = Desk::new();
    let line = "compare --preset ring --methods static:strong,dda --seeds 2 --seed 7 --iterations 12 \
                --out elsewhere --report page.html --device cpu --set batch_d=16";
    let out = desk.good(line);
    let runs: Vec<_> = std::fs::read_dir(desk.file("elsewhere"))
        .expect("runs")
        .collect();
    assert_eq!(runs.len(), 4);
    assert!(desk.runs().is_empty() && desk.file("page.html").is_file());
    for part in [
        "static:strong s7 -> ",
        "dda s8 -> ",
        "12/12",
        "mean of 2",
        "report: page.html",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    for run in runs {
        assert_eq!(
            json(&run.expect("a run").path().join("config.json"))["batch_d"],
            16
        );
    }
}

#[test]
fn without_a_terminal_progress_comes_in_lines() {
    let desk = Desk::new();
    let out = desk.good("train --preset ring --iterations 100 --device cpu");
    let lines: Vec<&str> = out.lines().filter(|line| line.contains("/100")).collect();
    assert!((10..=12).contains(&lines.len()), "{out}");
    assert!(
        lines
            .iter()
            .all(|line| line.contains("adapt-relax s42") && line.contains("dD"))
    );
    let run = desk.runs().remove(0);
    assert_complete(&run, 100);
    let name = run
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    assert!(out.contains(&format!("run: runs/{name}")), "{out}");
    let quiet = desk.good("train --preset ring --iterations 10 --device cpu --quiet");
    assert!(!quiet.contains("/10 "), "{quiet}");
}

#[test]
fn equal_lines_give_equal_bytes() {
    let desk = Desk::new();
    for out in ["a", "b"] {
        desk.good(&format!(
            "compare --preset tiny --methods adapt-relax,stu-gan --quiet --device cpu --out {out} --report {out}.html"
        ));
    }
    desk.good_on_one_thread("train --preset tiny --method stu-gan --quiet --device cpu --out c");
    let folder = |out: &str, run: &str| {
        let entries = std::fs::read_dir(desk.file(out)).expect("runs");
        let mut paths = entries.map(|entry| entry.expect("an entry").path());
        paths
            .find(|path| path.to_string_lossy().contains(run))
            .expect("the run")
    };
    for (a, b, run) in [
        ("a", "b", "adapt_relax"),
        ("a", "b", "stu_gan"),
        ("a", "c", "stu_gan"),
    ] {
        let (a, b) = (folder(a, run), folder(b, run));
        for file in ["fakes_init.png", "fakes000010.png", "reals.png"] {
            let bytes = [&a, &b].map(|folder| std::fs::read(folder.join(file)).expect(file));
            assert!(bytes[0] == bytes[1], "{run}: {file}");
        }
        // The first event names the device and its threads, which may differ.
        let [a_events, b_events] = [&a, &b].map(|folder| text(&folder.join("events.jsonl")));
        assert!(
            a_events.lines().skip(1).eq(b_events.lines().skip(1)),
            "{run}"
        );
        super::resume::assert_same_state(&a, &b, 10);
    }
}

#[test]
fn a_dry_run_says_everything_and_touches_nothing() {
    let desk = Desk::new();
    let out =
        desk.good("train --preset sngan-cifar10 --data cifar10:nowhere --method static --dry-run");
    let end = out.find("\n}").expect("an object") + 2;
    let settings: serde_json::Value = serde_json::from_str(&out[..end]).expect("JSON");
    assert_eq!(settings["iterations"], 100_000);
    for part in [
        "4276739 parameters",
        "1053824 parameters",
        "training FLOPs: ",
        "training FLOPs as ADAPT counts: ",
        "training FLOPs as STU-GAN counts: ",
        "testing FLOPs: ",
        "memory: about",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert_eq!(std::fs::read_dir(desk.path()).expect("a folder").count(), 0);
}
