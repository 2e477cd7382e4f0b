//! The other commands: lists, `sample`, `report`, `doctor`, `bench`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tightrope_core::{
    config::Crossover,
    data::SOURCES,
    device::{self, DeviceChoice},
    kernel::self_test::CASES,
    kernel::{
        choice::Kernel,
        measure::{DIRECTIONS, Layer, Prepared},
    },
    method::METHODS,
    preset::PRESETS,
};

use super::program::{Desk, json, text};

/// A desk with a short run of each preset.
fn trained(presets: &[&str]) -> (Desk, Vec<PathBuf>) {
    let desk = Desk::new();
    for preset in presets {
        desk.good(&format!(
            "train --preset {preset} --iterations 10 --set averaging.start=0 --quiet --device cpu"
        ));
    }
    let runs = desk.runs();
    assert_eq!(runs.len(), presets.len());
    (desk, runs)
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).expect("a file"));
        }
    }
    found
}

fn relative<'a>(desk: &Desk, path: &'a Path) -> &'a str {
    path.strip_prefix(desk.path())
        .ok()
        .and_then(Path::to_str)
        .expect("a path on the desk")
}

#[test]
fn help_says_what_there_is() {
    let out = Desk::new().good("--help");
    for part in ["tightrope compare", "Usage:", "doctor", "bench"] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn alone_without_a_display_it_names_the_command_line() {
    for line in ["", "window runs"] {
        let ran = Desk::new().run(line);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert!(ran.err.contains("tightrope compare"), "{}", ran.err);
    }
}

#[test]
fn lists_have_a_line_for_everything() {
    let desk = Desk::new();
    let lists = [
        (
            "methods",
            METHODS.iter().map(|info| info.name).collect::<Vec<_>>(),
        ),
        (
            "datasets",
            SOURCES.iter().map(|source| source.name).collect(),
        ),
        (
            "presets",
            PRESETS.iter().map(|preset| preset.name).collect(),
        ),
    ];
    for (command, names) in lists {
        let out = desk.good(command);
        assert_eq!(out.lines().count(), names.len(), "{out}");
        for (line, name) in out.lines().zip(names) {
            assert!(
                line.starts_with(name) && line.len() > name.len() + 10,
                "{line}"
            );
        }
    }
}

#[test]
fn every_command_has_help() {
    let desk = Desk::new();
    for command in [
        "compare",
        "train",
        "sample",
        "report",
        "doctor",
        "bench",
        "bench kernels",
        "bench iteration",
        "methods",
        "datasets",
        "presets",
        "stories",
    ] {
        let out = desk.good(&format!("{command} --help"));
        assert!(
            out.contains(&format!("Usage: tightrope {command}")),
            "{out}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let desk = Desk::new();
    let mut child = desk.start("doctor");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success());
}

#[test]
fn samples_come_from_the_checkpoint_and_leave_the_run_alone() {
    let (desk, runs) = trained(&["spiral", "tiny"]);
    for (run, (width, height)) in runs.iter().zip([(480, 480), (3 * 50 + 2, 3 * 50 + 2)]) {
        let before = files(run);
        let name = relative(&desk, run);
        let out = desk.good(&format!(
            "sample {name} --count 9 --out own.png --device cpu"
        ));
        assert!(
            out.contains("after 10 iterations, averaged generator: own.png"),
            "{out}"
        );
        desk.good(&format!(
            "sample {name}/checkpoints/000010.safetensors --count 9 --out again.png --device cpu"
        ));
        desk.good(&format!(
            "sample {name} --count 9 --out raw.png --raw --device cpu"
        ));
        desk.good(&format!(
            "sample {name} --count 9 --out other.png --seed 3 --device cpu"
        ));
        assert_eq!(files(run), before);
        let own = image::open(desk.file("own.png")).expect("a picture");
        assert_eq!((own.width(), own.height()), (width, height));
        let bytes = |file: &str| std::fs::read(desk.file(file)).expect("a picture");
        assert!(bytes("own.png") == bytes("again.png"));
        assert!(bytes("own.png") != bytes("raw.png") && bytes("own.png") != bytes("other.png"));
        let out = desk.good(&format!("sample {name} --device cpu"));
        assert!(
            out.starts_with("64 samples") && run.join("samples.png").is_file(),
            "{out}"
        );
    }
}

#[test]
fn a_report_takes_finished_and_unfinished_runs() {
    let (desk, runs) = trained(&["spiral", "ring", "tiny"]);
    let cut = &runs[1];
    for file in ["summary.json", "fakes000010.png"] {
        std::fs::remove_file(cut.join(file)).expect("removed");
    }
    // With its last checkpoint the run would count as ended.
    let last = tightrope_core::record::checkpoint::latest(cut).expect("a checkpoint");
    std::fs::remove_file(last).expect("removed");
    for file in ["stats.jsonl", "events.jsonl"] {
        let all = text(&cut.join(file));
        std::fs::write(cut.join(file), &all[..all.len() - 30]).expect("cut off");
    }
    let names: Vec<&str> = runs.iter().map(|run| relative(&desk, run)).collect();
    let out = desk.good(&format!(
        "report {} {} --out page.html",
        names.join(" "),
        names[0]
    ));
    for part in ["spiral", "ring", "tiny", "unfinished", "report: page.html"] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let page = text(&desk.file("page.html"));
    assert!(page.contains("unfinished") && !page.contains("http://") && !page.contains("https://"));
    // A folder of runs means the runs in it.
    let all = desk.good("report runs --out deep/down/all.html");
    assert_eq!(all.matches("adapt-relax").count(), 3, "{all}");
    assert_eq!(text(&desk.file("deep/down/all.html")).len(), page.len());
}

#[test]
fn the_doctor_finds_every_kernel_right_on_the_cpu() {
    let out = Desk::new().good("doctor --device cpu");
    for part in ["cpu ", "gpu", "auto ", "All kernels are right here."] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    for case in CASES {
        let told = out
            .lines()
            .any(|line| line.trim_start().starts_with("ok") && line.contains(case.name));
        assert!(told, "{}\n{out}", case.name);
    }
}

#[test]
fn the_doctor_finds_every_kernel_right_on_an_adapter() {
    let desk = Desk::new();
    if desk.has_gpu() {
        let out = desk.good("doctor --device gpu:0");
        assert!(out.contains("All kernels are right here."), "{out}");
    }
}

#[test]
fn every_direction_of_a_layer_can_be_timed() {
    let layer = Layer {
        batch: 2,
        inputs: 3,
        outputs: 4,
        side: 5,
        kernel: 3,
    };
    let cpu = pollster::block_on(device::open(DeviceChoice::Cpu)).expect("there is always a CPU");
    let prepared = Prepared::new(layer, 1.0, &cpu.device);
    for direction in DIRECTIONS {
        let timing =
            pollster::block_on(prepared.time(direction, Kernel::Sparse, 0.0)).expect("a timing");
        assert_eq!(timing.active, 3 * 4 * 9);
        let work = 2.0 * (3 * 4 * 9 * 2 * 5 * 5) as f64;
        assert!((timing.gflops * timing.seconds * 1e9 / work - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_bench_gives_one_object_of_numbers() {
    let desk = Desk::new();
    let line = "bench iteration --preset tiny --density-g 0.2 --density-d 0.5 --batch-d 4 --batch-g 6 --n-critic 2 \
                --iterations 4 --warmup 1 --threads 1 --device cpu";
    let out = desk.good(&format!("{line} --json"));
    let result: serde_json::Value = serde_json::from_str(&out).expect("one JSON object");
    let number = |path: &str| {
        result
            .pointer(path)
            .and_then(serde_json::Value::as_f64)
            .expect(path)
    };
    let (median, min) = (
        number("/seconds_per_iteration/median"),
        number("/seconds_per_iteration/min"),
    );
    assert!(0.0 < min && min <= median && median < 60.0);
    let expected = [
        ("/threads", 1.0),
        ("/iterations", 4.0),
        ("/settings/batch_d", 4.0),
        ("/settings/batch_g", 6.0),
        ("/settings/n_critic", 2.0),
        ("/generator/density_asked", 0.2),
        ("/discriminator/density_asked", 0.5),
    ];
    for (path, value) in expected {
        assert_eq!(number(path), value, "{path}");
    }
    assert!((number("/discriminator/density") - 0.5).abs() < 0.1);
    assert!(number("/generator/active_params") < number("/generator/params"));
    if cfg!(target_os = "linux") {
        assert!(number("/peak_memory_bytes") > 1e6);
    }
    let words = desk.good(line);
    assert!(words.contains("s an iteration (median of 4"), "{words}");
    assert!(desk.runs().is_empty());
}

#[test]
fn a_run_writes_down_where_its_dense_kernels_take_over() {
    let desk = Desk::new();
    let line = "train --preset tiny --iterations 1 --quiet --device cpu --tune";
    desk.good(line);
    let crossover = |run: usize| json(&desk.runs()[run].join("config.json"))["crossover"].clone();
    let measured = crossover(0);
    for class in ["conv", "pointwise", "linear"] {
        for pass in ["forward", "input_grad", "weight_grad"] {
            let density = measured[class][pass].as_f64().expect("a density");
            assert!((0.0..=1.01).contains(&density), "{class} {pass}: {density}");
        }
    }
    desk.good(line);
    assert_eq!(crossover(1), measured, "measured once a device");

    let mut config = json(&desk.runs()[0].join("config.json"));
    config["crossover"]["conv"]["forward"] = 0.0.into();
    std::fs::write(desk.file("own.json"), config.to_string()).expect("written");
    desk.good("train --config own.json --quiet --device cpu");
    assert_eq!(crossover(2)["conv"]["forward"], 0.0);
    config["crossover"]["conv"]["forward"] = 2.0.into();
    std::fs::write(desk.file("own.json"), config.to_string()).expect("written");
    let ran = desk.run("train --config own.json --quiet --device cpu");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("crossover.conv.forward"), "{}", ran.err);
}

/// A kernel that is faster on one machine must not decide a run's numbers on another.
#[test]
fn every_cpu_has_the_same_crossover_unless_it_is_tuned() {
    let desk = Desk::new();
    desk.good("train --preset tiny --iterations 1 --quiet --device cpu");
    let crossover = json(&desk.runs()[0].join("config.json"))["crossover"].clone();
    let typical = serde_json::to_value(Crossover::typical(false)).expect("a value");
    assert_eq!(crossover, typical);
}
