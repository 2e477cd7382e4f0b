//! `export`: an independent reader reads each file back.

use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;

use super::program::{Desk, json, text};

/// A desk with a short run of each preset.
pub fn trained(presets: &[&str]) -> (Desk, Vec<PathBuf>) {
    let desk = Desk::new();
    for preset in presets {
        desk.good(&format!(
            "train --preset {preset} --iterations 12 --set averaging.start=4 --set sample_every=4 \
             --quiet --device cpu"
        ));
    }
    let runs = desk.runs();
    assert_eq!(runs.len(), presets.len());
    (desk, runs)
}

/// Exports and returns the files by the names the program prints.
pub fn exported(desk: &Desk, line: &str) -> Vec<PathBuf> {
    let out = desk.good(&format!("export {line}"));
    let files = out.lines().map(|line| {
        let (_, file) = line.split_once(": ").expect("WHAT: FILE");
        desk.path().join(file)
    });
    files
        .inspect(|file| assert!(file.is_file(), "{}", file.display()))
        .collect()
}

pub fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("a name")
}

/// The records of a CSV file, header first.
fn records(file: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(file).expect("a file");
    let mut reader = csv_core::Reader::new();
    let (mut left, mut found) = (&bytes[..], Vec::new());
    loop {
        let (mut text, mut ends) = (vec![0; bytes.len()], vec![0; 100]);
        let (result, read, _, count) = reader.read_record(left, &mut text, &mut ends);
        left = &left[read..];
        match result {
            csv_core::ReadRecordResult::Record => {}
            csv_core::ReadRecordResult::End => return found,
            csv_core::ReadRecordResult::InputEmpty => continue,
            other => panic!("{other:?}"),
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let fields = starts
            .zip(&ends[..count])
            .map(|(from, &to)| &text[from..to]);
        found.push(
            fields
                .map(|f| String::from_utf8_lossy(f).into_owned())
                .collect(),
        );
    }
}

#[test]
fn numbers_of_several_runs_are_one_table_named_as_the_record() {
    let (desk, runs) = trained(&["spiral", "ring"]);
    let files = exported(&desk, "runs --what csv,jsonl");
    let names: Vec<&str> = files.iter().map(|file| name(file)).collect();
    let expected = [
        "comparison-stats.csv",
        "comparison-events.csv",
        "comparison-stats.jsonl",
        "comparison-events.jsonl",
    ];
    assert_eq!(names, expected);
    assert!(
        files
            .iter()
            .all(|file| file.starts_with(desk.file("runs/take-away")))
    );
    for (table, lines, record) in [(0, 2, "stats.jsonl"), (1, 3, "events.jsonl")] {
        let rows = records(&files[table]);
        let joined = text(&files[lines]);
        let joined: Vec<Value> = joined
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let mut at = 0;
        for run in &runs {
            for line in text(&run.join(record)).lines() {
                let own: Value = serde_json::from_str(line).expect("JSON");
                at += 1;
                assert_eq!(
                    (&rows[at][0][..], &joined[at - 1]["run"]),
                    (name(run), &name(run).into())
                );
                for (key, value) in own.as_object().expect("fields") {
                    assert_eq!(&joined[at - 1][key], value);
                    let column = rows[0].iter().position(|known| known == key);
                    let cell = &rows[at][column.unwrap_or_else(|| panic!("no column {key}"))];
                    match value {
                        Value::String(text) => assert_eq!(cell, text),
                        Value::Null => assert_eq!(cell, ""),
                        other => assert_eq!(cell, &other.to_string()),
                    }
                }
            }
        }
        assert_eq!((rows.len(), joined.len()), (at + 1, at));
    }
    let again = exported(&desk, "runs --what csv");
    assert_eq!(name(&again[0]), "comparison-stats-2.csv");
    assert_eq!(std::fs::read(&again[0]).ok(), std::fs::read(&files[0]).ok());
}

#[test]
fn pictures_and_animations_have_every_moment() {
    let (desk, runs) = trained(&["spiral", "shapes16"]);
    let moments = |run: &Path| {
        let entries = std::fs::read_dir(run)
            .expect("a run")
            .map(|e| e.expect("an entry").path());
        let is_main = |path: &PathBuf| {
            name(path).starts_with("fakes")
                && name(path).ends_with(".png")
                && !name(path).contains("_raw")
        };
        entries.filter(is_main).count()
    };
    for (run, side) in [(&runs[0], Some(960)), (&runs[1], None)] {
        let line = format!(
            "{} --what samples,gif,apng --scale 2 --out away",
            run.display()
        );
        let files = exported(&desk, &line);
        let picture = image::open(&files[0]).expect("a picture").into_rgb8();
        let size = picture.dimensions();
        assert!(side.is_none_or(|side| size == (side, side)), "{size:?}");
        let count = moments(run);
        assert!(count >= 3, "{count} moments");

        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let film = std::fs::read(&files[1]).expect("a file");
        let mut film = options.read_info(&film[..]).expect("a GIF");
        let mut frames = 0;
        while film.read_next_frame().expect("a frame").is_some() {
            frames += 1;
        }
        assert_eq!((frames, u32::from(film.width())), (count, size.0));

        let film = std::fs::File::open(&files[2]).expect("a file");
        let mut film = png::Decoder::new(std::io::BufReader::new(film))
            .read_info()
            .expect("a PNG");
        let control = *film.info().animation_control().expect("an animation");
        assert_eq!(control.num_frames as usize, count);
        let mut pixels = vec![0; film.output_buffer_size().expect("a size")];
        for _ in 0..count {
            film.next_frame(&mut pixels).expect("a frame");
        }
        // The last frame equals the picture.
        assert!(&pixels == picture.as_raw(), "{}", run.display());
    }
    let line = format!("{} --what samples --at 5 --out away", runs[0].display());
    let file = &exported(&desk, &line)[0];
    assert!(
        name(file).ends_with("-samples-000004.png"),
        "{}",
        name(file)
    );
    let kept = std::fs::read(runs[0].join("fakes000004.png")).ok();
    assert!(kept.is_some() && std::fs::read(file).ok() == kept);
}

fn floats(tensor: &TensorView) -> Vec<f32> {
    assert_eq!(tensor.dtype(), Dtype::F32);
    let chunks = tensor.data().chunks_exact(4);
    chunks
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

fn places(tensor: &TensorView) -> Vec<usize> {
    assert_eq!(tensor.dtype(), Dtype::I64);
    let chunks = tensor.data().chunks_exact(8);
    chunks
        .map(|b| i64::from_le_bytes(b.try_into().expect("8 bytes")) as usize)
        .collect()
}

fn about(bytes: &[u8]) -> Value {
    let (_, header) = SafeTensors::read_metadata(bytes).expect("safetensors");
    let text = header.metadata().as_ref().expect("a description")["tightrope"].clone();
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_generator_in_rows_computes_what_the_dense_one_does() {
    let (desk, runs) = trained(&["spiral", "tiny"]);
    for run in &runs {
        let mut weights = Vec::new();
        for raw in ["", " --raw"] {
            let line = format!("{} --what generator,csr --out away{raw}", run.display());
            let files = exported(&desk, &line);
            let suffix = raw.trim_start_matches(" -");
            assert!(name(&files[0]).ends_with(&format!("-generator-000012{suffix}.safetensors")));
            let read = |file: &PathBuf| std::fs::read(file).expect("a file");
            let bytes: Vec<Vec<u8>> = files.iter().map(read).collect();
            let (dense, sparse) = (about(&bytes[0]), about(&bytes[1]));
            for header in [&dense, &sparse] {
                assert_eq!(
                    (&header["iteration"], &header["averaged"]),
                    (&12.into(), &raw.is_empty().into())
                );
                assert_eq!(header["config"], json(&run.join("config.json")));
            }
            let dense = SafeTensors::deserialize(&bytes[0]).expect("safetensors");
            let rows = SafeTensors::deserialize(&bytes[1]).expect("safetensors");
            let mut masked = 0;
            for (name, tensor) in dense.iter().filter(|(name, _)| !name.ends_with(".mask")) {
                let values = floats(&tensor);
                let Ok(mask) = dense.tensor(&format!("{name}.mask")) else {
                    assert_eq!(floats(&rows.tensor(name).expect(name)), values, "{name}");
                    continue;
                };
                masked += 1;
                assert_eq!((mask.dtype(), mask.shape()), (Dtype::U8, tensor.shape()));
                assert!(
                    values
                        .iter()
                        .zip(mask.data())
                        .all(|(&w, &m)| m == 1 || w == 0.0),
                    "{name}"
                );
                let part = |what: &str| rows.tensor(&format!("{name}.{what}")).expect(name);
                let (crow, col) = (places(&part("crow_indices")), places(&part("col_indices")));
                let kept = floats(&part("values"));
                let shape: Vec<usize> =
                    serde_json::from_value(sparse["layers"][name]["matrix"].clone())
                        .expect("rows and columns");
                let active = mask.data().iter().filter(|&&m| m == 1).count();
                assert_eq!(
                    (kept.len(), col.len(), crow.len()),
                    (active, active, shape[0] + 1),
                    "{name}"
                );
                let x: Vec<f64> = (0..shape[1]).map(|i| (i as f64).sin()).collect();
                for row in 0..shape[0] {
                    let own = &values[row * shape[1]..(row + 1) * shape[1]];
                    let wanted: f64 = own.iter().zip(&x).map(|(&w, x)| f64::from(w) * x).sum();
                    let places = crow[row]..crow[row + 1];
                    let found: f64 = places.map(|at| f64::from(kept[at]) * x[col[at]]).sum();
                    assert!((wanted - found).abs() < 1e-9, "{name} row {row}");
                }
            }
            assert!(masked > 0);
            weights.push(bytes[0].clone());
        }
        assert_ne!(
            weights[0], weights[1],
            "averaged and raw weights are the same"
        );
    }
}

#[test]
fn settings_start_the_same_run_and_checkpoints_are_whole() {
    let (desk, runs) = trained(&["spiral"]);
    let line = format!(
        "{} --what settings,checkpoint,report --out away",
        runs[0].display()
    );
    let files = exported(&desk, &line);
    assert_eq!(json(&files[0]), json(&runs[0].join("config.json")));
    let latest = runs[0].join("checkpoints/000012.safetensors");
    assert_eq!(std::fs::read(&files[1]).ok(), std::fs::read(latest).ok());
    assert!(text(&files[2]).contains("</html>"));
    desk.good(&format!(
        "train --config {} --quiet --device cpu",
        files[0].display()
    ));
    let twin = desk.runs()[1].clone();
    assert_eq!(json(&twin.join("config.json")), json(&files[0]));
}

#[test]
fn what_cannot_be_exported_is_one_line_and_leaves_nothing() {
    let desk = Desk::new();
    for (line, part) in [
        ("export nowhere --what csv", "nowhere: no such run folder"),
        ("export . --what gif", "not a run folder"),
        ("export nowhere --what generatr", "generator"),
        ("export nowhere", "--what"),
        ("export nowhere --what gif --scale 0", "--scale"),
    ] {
        let ran = desk.run(line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}\n{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{line}\n{}", ran.err);
        assert!(ran.err.contains(part), "{line}\n{}", ran.err);
        assert_eq!(
            std::fs::read_dir(desk.path()).expect("a folder").count(),
            0,
            "{line}"
        );
    }
    std::fs::write(desk.file("file"), "").expect("a file");
    let ran = desk.run("export nowhere --what csv --out file");
    assert!(
        ran.code == 2 && ran.err.contains("file: this is a file"),
        "{}",
        ran.err
    );
}
