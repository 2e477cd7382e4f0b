//! `eval` and `stats`: figures by feature networks, from files of weights to run folders and
//! reports.

use std::{collections::BTreeMap, path::Path};

use safetensors::{Dtype, tensor::TensorView};
use tightrope_core::{evaluation::Statistics, feature::Network, rng::Stream};

use super::program::{Desk, Ran, text};

/// Writes a file of random weights.
pub fn weights(network: Network, file: &Path) {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    for layer in network.layers().layers {
        let [kh, kw] = layer.conv.kernel;
        let outputs = layer.conv.outputs;
        shapes.push((
            format!("{}.weight", layer.conv.name),
            vec![outputs, layer.inputs, kh, kw],
        ));
        for what in ["weight", "bias", "running_mean", "running_var"] {
            shapes.push((format!("{}.{what}", layer.conv.norm), vec![outputs]));
        }
    }
    let head = network.head();
    shapes.push((
        format!("{}.weight", head.name),
        vec![head.classes, network.dim()],
    ));
    shapes.push((format!("{}.bias", head.name), vec![head.classes]));
    let mut tensors = BTreeMap::new();
    for (name, shape) in shapes {
        let fan_in: usize = shape[1..].iter().product();
        let bound = (6.0 / fan_in as f32).sqrt();
        let uniform = Stream::new(1, &name).uniform(shape.iter().product());
        let value = |u: f32| {
            if shape.len() == 1 {
                0.5 + u
            } else {
                (2.0 * u - 1.0) * bound
            }
        };
        let bytes: Vec<u8> = uniform
            .into_iter()
            .flat_map(|u| value(u).to_le_bytes())
            .collect();
        tensors.insert(name, (shape, bytes));
    }
    let views = tensors.iter().map(|(name, (shape, bytes))| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("a tensor"))
    });
    let bytes = safetensors::serialize(views, None).expect("a file");
    std::fs::write(file, bytes).expect("it is written");
}

/// A desk with a short run on pictures, and the weights of a small ResNet.
pub fn desk() -> Desk {
    let desk = Desk::new();
    desk.good(
        "train --preset shapes16 --iterations 6 --set averaging.start=0 --quiet --device cpu",
    );
    weights(
        Network::ResNet { blocks: 1 },
        &desk.file("resnet.safetensors"),
    );
    desk
}

fn evaluations(desk: &Desk) -> Vec<serde_json::Value> {
    let lines = text(&desk.runs()[0].join("evaluation.jsonl"));
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn a_run_is_evaluated_and_reported() {
    let desk = desk();
    let common = "--network resnet:resnet.safetensors --device cpu --quiet";
    let said = desk.good(&format!(
        "stats --data shapes --side 16 --count 300 --out real.npz {common}"
    ));
    assert!(said.contains("300 images of shapes, train split"), "{said}");
    let statistics = Statistics::read(&desk.file("real.npz")).expect("statistics");
    assert_eq!(statistics.gaussian.mean.len(), 64);

    // Against the file, against the data (by now in the cache), and with other samples.
    let eval = |more: &str| desk.good(&format!("eval runs --count 150 {common} {more}"));
    let out = eval("--real real.npz");
    for part in [
        "Fr\u{e9}chet resnet8",
        "precision",
        "coverage",
        "confidence resnet8",
        "averaged weights",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("FID"), "{out}");
    eval("--real-count 300");
    eval("--real real.npz --seed 9 --raw");
    let out = eval("--real real.npz --batch-norm running");
    assert!(
        out.contains(", averaged weights, running statistics,"),
        "{out}"
    );
    eval("--real-count 150");
    let [first, second, other, running, as_many] = &evaluations(&desk)[..] else {
        panic!("five evaluations")
    };
    let kid = |line: &serde_json::Value| {
        (
            line["kid"]["subsets"].clone(),
            line["kid"]["deviation"].clone(),
        )
    };
    assert_eq!(kid(as_many), (1.into(), 0.0.into()));
    assert_eq!(kid(first).0, 100);
    let norm = |line: &serde_json::Value| line["samples"]["batch_norm"].clone();
    assert_eq!([first, running].map(norm), ["batch", "running"]);
    assert_ne!(first["frechet"], running["frechet"]);
    assert_eq!(first["frechet"], second["frechet"]);
    assert_eq!(first["kid"], second["kid"]);
    assert_ne!(first["frechet"], other["frechet"]);
    assert_eq!(
        (
            &first["samples"]["averaged"],
            &other["samples"]["averaged"],
            &other["samples"]["seed"]
        ),
        (&true.into(), &false.into(), &9.into())
    );
    assert_eq!(
        (&first["real"]["count"], &first["real"]["split"]),
        (&300.into(), &"train".into())
    );
    assert_eq!(
        (&first["samples"]["iteration"], &first["kid"]["size"]),
        (&6.into(), &150.into())
    );
    assert!(
        first["frechet"]
            .as_f64()
            .is_some_and(|distance| distance > 0.0)
    );

    desk.good("report runs");
    let page = text(&desk.file("report.html"));
    assert!(
        page.contains("Fr\u{e9}chet resnet8")
            && page.contains("150 samples of 16x16 pixels, iteration 6, live weights")
    );

    // A resumed run keeps its evaluations.
    let run = desk.runs()[0].display().to_string();
    desk.good(&format!(
        "train --resume {run} --iterations 8 --quiet --device cpu"
    ));
    assert_eq!(evaluations(&desk).len(), 5);
}

#[test]
fn samples_are_normalised_by_either_statistics() {
    let desk = desk();
    let run = desk.runs()[0].display().to_string();
    let sample = |more: &str| {
        desk.good(&format!(
            "sample {run} --count 9 --out x.png --device cpu {more}"
        ));
        std::fs::read(desk.file("x.png")).expect("a picture")
    };
    let batch = sample("");
    assert!(batch == sample("--batch-norm batch"));
    assert!(batch != sample("--batch-norm running"));
    let ran = desk.run(&format!("sample {run} --batch-norm own"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("choose batch or running"), "{}", ran.err);
}

#[test]
fn progress_is_told_unless_it_is_not_wanted() {
    let desk = desk();
    let line =
        "eval runs --count 4000 --real-count 64 --network resnet:resnet.safetensors --device cpu";
    let out = desk.good(line);
    for part in ["samples 2000/4000", "features of samples "] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let out = desk.good(&format!("{line} --quiet"));
    assert!(!out.contains("2000/4000"), "{out}");
}

#[test]
fn fid_comes_out_of_a_file_of_weights() {
    let desk = desk();
    weights(Network::Inception, &desk.file("inception.safetensors"));
    let out = desk.good(
        "eval runs --count 40 --real-count 64 --network inception:inception.safetensors --device cpu --quiet",
    );
    for part in [
        "FID ",
        "IS ",
        "KID ",
        "not FID-worthy: 40 samples",
        "sha256",
        "resize torch",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let evaluation = &evaluations(&desk)[0];
    assert_eq!(
        (&evaluation["kid"]["subsets"], &evaluation["kid"]["size"]),
        (&100.into(), &40.into())
    );
    assert!(
        evaluation["frechet"]
            .as_f64()
            .is_some_and(|fid| fid > 0.0 && fid.is_finite())
    );
    assert!(
        evaluation["score"]["mean"]
            .as_f64()
            .is_some_and(|score| (1.0..1008.0).contains(&score))
    );
}

#[test]
fn a_run_is_followed_and_its_best_checkpoint_kept() {
    let desk = desk();
    let run = desk.runs()[0].clone();
    let line = "eval runs --follow --count 100 --real-count 64 --network resnet:resnet.safetensors --device cpu --quiet";
    // The run has ended: one evaluation, which is the best.
    let out = desk.good(line);
    assert!(out.contains("kept as best/000006.safetensors"), "{out}");
    assert_eq!(evaluations(&desk).len(), 1);
    let name = run.display().to_string();
    let child = desk.start(&format!(
        "train --resume {name} --iterations 20 --quiet --device cpu"
    ));
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!(ran.code, 0, "{}", ran.err);
    desk.good(line);
    let all = evaluations(&desk);
    let best = all.iter().min_by(|a, b| {
        a["frechet"]
            .as_f64()
            .partial_cmp(&b["frechet"].as_f64())
            .expect("numbers")
    });
    let best = best
        .and_then(|best| best["samples"]["iteration"].as_u64())
        .expect("an iteration");
    let kept: Vec<String> = std::fs::read_dir(run.join("best"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    assert_eq!(kept, [format!("{best:06}.safetensors")]);
    desk.good(&format!(
        "sample {name}/best/{} --count 4 --out four.png --device cpu",
        kept[0]
    ));
}

#[test]
fn every_wanted_checkpoint_is_judged_however_long_that_takes() {
    let desk = Desk::new();
    weights(
        Network::ResNet { blocks: 1 },
        &desk.file("resnet.safetensors"),
    );
    let training = desk.start(
        "train --preset shapes16 --iterations 60 --set checkpoint_every=5 --set averaging.start=0 --quiet --device cpu",
    );
    let has_begun = || {
        let first = "checkpoints/000000.safetensors";
        let runs = desk.path().join("runs");
        runs.is_dir() && desk.runs().iter().any(|run| run.join(first).is_file())
    };
    while !has_begun() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let line = "eval runs --follow --every 10 --count 300 --real-count 64 --network resnet:resnet.safetensors --device cpu";
    let out = desk.good(&format!("{line} --quiet"));
    let trained: Ran = training.wait_with_output().expect("it ends").into();
    assert_eq!(trained.code, 0, "{}", trained.err);
    let iterations: Vec<u64> = evaluations(&desk)
        .iter()
        .filter_map(|evaluation| evaluation["samples"]["iteration"].as_u64())
        .collect();
    let wanted: Vec<u64> = (10..=60).step_by(10).collect();
    assert_eq!(iterations, wanted, "{out}");
    assert!(!out.contains("gone before"), "{out}");
    let run = &desk.runs()[0];
    assert!(!run.join("to-judge").exists() && run.join("best").is_dir());

    desk.good("report runs --out r.html --markdown r.md");
    let markdown = text(&desk.file("r.md"));
    assert!(markdown.contains("Fr\u{e9}chet resnet8 best"), "{markdown}");
    // A judged checkpoint is not judged again; a checkpoint long dropped is named.
    let again = desk.good(&format!("{line} --quiet"));
    assert_eq!(evaluations(&desk).len(), wanted.len(), "{again}");
    let other = desk.good(&format!("{line} --raw --quiet"));
    assert_eq!(evaluations(&desk).len(), wanted.len() + 2, "{other}");
    assert!(
        !again.contains("gone before") && other.contains("gone before"),
        "{other}"
    );
}
