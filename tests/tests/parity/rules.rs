//! Erdos-Renyi-Kernel densities, and the drop fraction over training.

use serde_json::Value;
use tightrope_core::{
    config::{Role, Schedule},
    model, net, preset,
    sparse::{density::erk, schedule::drop_fraction},
};
use tightrope_tests::vectors::{entries, files, json, number, shape};

fn erk_rows(report: &mut Vec<String>, net: &str, density: &str, layers: &Value) -> usize {
    let layers = layers.as_array().expect("a list of layers");
    let shapes: Vec<Vec<usize>> = layers.iter().map(|layer| shape(&layer["shape"])).collect();
    let ours = erk(&shapes, density.parse().expect("a density"));
    for (layer, ours) in layers.iter().zip(ours) {
        let theirs = number(&layer["density"]);
        if (ours - theirs).abs() > 1e-12 {
            report.push(format!(
                "{net} at {density}, {}: {ours} instead of {theirs}",
                layer["name"]
            ));
        }
    }
    layers.len()
}

#[test]
fn erk_densities() {
    for file in files("erk", "json") {
        let about = json(&file);
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for (net, rows) in entries(&about["adapt"]) {
            for (density, row) in entries(&rows["by_density"]) {
                seen += erk_rows(&mut wrong, net, density, &row["layers"]);
            }
        }
        for (net, rows) in entries(&about["stu_gan_conv_only"]) {
            for (density, layers) in entries(rows) {
                seen += erk_rows(&mut wrong, net, density, layers);
            }
        }
        assert!(seen > 0, "{} lists no layer", file.display());
        assert!(
            wrong.is_empty(),
            "{}:\n{}",
            file.display(),
            wrong.join("\n")
        );
    }
}

/// The preset for one of the vectors' networks.
fn preset_of(net: &str) -> &'static str {
    match net.split(['_', '.']).collect::<Vec<_>>()[..] {
        ["sngan", "cifar10", ..] => "sngan-cifar10",
        ["sngan", "stl10", ..] => "sngan-stl10",
        ["biggan", "cifar10", ..] | ["biggan32", ..] => "biggan-cifar10",
        ["biggan", ..] | ["biggan64", ..] => "biggan-tinyimagenet",
        _ => panic!("unknown net {net}: teach this test what it is"),
    }
}

/// Checks the tensors that a mask covers, in the order that breaks ties, and the number of all
/// parameters.
#[test]
fn masks_cover_the_authors_tensors_in_their_order() {
    let mut seen = 0;
    for file in files("erk", "json") {
        for (net, rows) in entries(&json(&file)["adapt"]) {
            let preset = preset::find(preset_of(net)).unwrap_or_else(|e| panic!("{e}"));
            let config = (preset.build)();
            let role = if net.ends_with('G') { Role::G } else { Role::D };
            let (_, blueprint) = model::build(&config, role, 3);
            let (params, maskable) = net::place(&blueprint, config.net(role));
            let total: usize = params.iter().map(net::Param::len).sum();
            assert_eq!(total as f64, number(&rows["total_params"]), "{net}");
            let ours: Vec<(String, Vec<usize>)> = maskable
                .iter()
                .map(|&p| (params[p].name.clone(), params[p].shape.clone()))
                .collect();
            for (_, row) in entries(&rows["by_density"]) {
                let layers = row["layers"].as_array().expect("a list of layers");
                // The authors' code masks attention's scalar by oversight; the engine does not.
                let theirs = layers.iter().filter_map(|layer| {
                    let name = layer["name"].as_str().expect("a name");
                    let name = name.strip_suffix("_orig").unwrap_or(name);
                    name.ends_with(".weight")
                        .then(|| (name.to_owned(), shape(&layer["shape"])))
                });
                assert_eq!(ours, theirs.collect::<Vec<_>>(), "{net}");
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "no net seen");
}

#[test]
fn cosine_drop_fractions() {
    for file in files("cosine", "json") {
        let about = json(&file);
        let cases = about["cases"].as_array().expect("a list of cases");
        assert!(!cases.is_empty(), "{} has no case", file.display());
        for case in cases {
            let (p0, total) = (number(&case["p0"]), case["T"].as_u64().expect("T"));
            for (values, tolerance) in [("values", 1e-6), ("closed_form", 1e-12)] {
                for (t, theirs) in entries(&case[values]) {
                    let t = t.parse().expect("a step");
                    let ours = drop_fraction(Schedule::Cosine, p0, 0.005, t, total);
                    let theirs = number(theirs);
                    assert!(
                        (ours - theirs).abs() <= tolerance,
                        "{values}, p0 {p0}, t {t} of {total}: {ours} instead of {theirs}"
                    );
                }
            }
        }
    }
}
