//! Compares figures of features with those of the usual packages.

use super::{
    frechet::{frechet_distance, gaussian, gaussian_of},
    inception_score::{inception_score, softmax},
    kid::mmd2,
    neighbours::{NEAREST, neighbours},
};
use crate::feature::tests::{FIXTURES, formula};

fn metrics() -> serde_json::Value {
    let text = std::fs::read_to_string(format!("{FIXTURES}/metrics.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_close(ours: f64, theirs: &serde_json::Value, tolerance: f64) {
    let theirs = theirs.as_f64().unwrap();
    assert!(
        (ours / theirs - 1.0).abs() < tolerance,
        "{ours} is not {theirs}"
    );
}

#[test]
fn features_score_as_the_packages_say() {
    for case in metrics()["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let size = |kind: &str, axis: usize| case[kind][axis].as_u64().unwrap() as usize;
        let dim = size("real", 1);
        let real = formula(&format!("{name}.real"), size("real", 0) * dim);
        let mut fake = formula(&format!("{name}.fake"), size("fake", 0) * dim);
        fake.iter_mut()
            .for_each(|value| *value = *value * 1.2 + 0.3);
        // SciPy's roots of a singular product are only roughly zero.
        let tolerance = if name == "singular" { 1e-5 } else { 1e-8 };
        let distance = frechet_distance(&gaussian_of(&real, dim), &gaussian_of(&fake, dim));
        assert_close(distance, &case["frechet"], tolerance);
        let same = real.len().min(fake.len());
        assert_close(mmd2(&real[..same], &fake[..same], dim), &case["mmd2"], 1e-5);
        let Some(prdc) = case["prdc"].as_object() else {
            continue;
        };
        let ours = neighbours(&real, &fake, dim, NEAREST, &()).unwrap();
        assert_close(ours.precision, &prdc["precision"], 1e-12);
        assert_close(ours.recall, &prdc["recall"], 1e-12);
        assert_close(ours.density, &prdc["density"], 1e-12);
        assert_close(ours.coverage, &prdc["coverage"], 1e-12);
    }
}

#[test]
fn the_inception_score_is_theirs() {
    let metrics = metrics();
    let mut logits = formula("logits", 45 * 6);
    logits.iter_mut().for_each(|logit| *logit *= 4.0);
    let score = inception_score(&softmax(&logits, 6), 6, 10).unwrap();
    assert_close(score.mean, &metrics["score"]["mean"], 1e-8);
    assert_close(score.deviation, &metrics["score"]["deviation"], 1e-8);
}

#[test]
fn the_inception_score_agrees_with_the_reference_vectors() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/vectors");
    let folder =
        std::env::var_os("TIGHTROPE_VECTORS").map_or(fixtures.into(), std::path::PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("metrics.json")) else {
        println!("skipped: no metrics.json in {}", folder.display());
        return;
    };
    let metrics: serde_json::Value = serde_json::from_str(&text).unwrap();
    let case = &metrics["inception_score"];
    let rows: Vec<Vec<f64>> = serde_json::from_value(case["probs"].clone()).unwrap();
    let splits = case["splits"].as_u64().unwrap() as usize;
    let score = inception_score(&rows.concat(), rows[0].len(), splits).unwrap();
    assert_close(score.mean, &case["mean"], 1e-8);
    assert_close(score.deviation, &case["std_population"], 1e-8);
}

#[test]
fn statistics_of_many_rows_are_those_of_all_at_once() {
    let features = formula("rows", 2500 * 3);
    let wide: Vec<f64> = features.iter().map(|value| f64::from(*value)).collect();
    let (ours, all) = (gaussian_of(&features, 3), gaussian(&wide, 3));
    assert!((&ours.mean - &all.mean).norm() < 1e-12 && (&ours.cov - &all.cov).norm() < 1e-12);
}
