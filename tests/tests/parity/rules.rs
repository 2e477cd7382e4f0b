//! Erdos-Renyi-Kernel densities and the course of the drop fraction.

use serde_json::Value;
use tightrope_core::config::Schedule;
use tightrope_core::sparse::{density::erk, schedule::drop_fraction};
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
