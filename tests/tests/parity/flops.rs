//! FLOPs of the full networks, layer by layer, and the static rows of ADAPT's Tables 3 and 12.

use serde_json::Value;
use tightrope_core::config::{HeadPool, ModelConfig, Naming, Role, SnganConfig};
use tightrope_core::metric::flops::{
    Count, FlopLayer, Images, dense_forward, layers, sparse_forward,
};
use tightrope_core::sparse::density::erk;
use tightrope_tests::vectors::{entries, files, json, names, number, shape};

const Z_DIM: usize = 128;

struct Pair {
    generator: Vec<FlopLayer>,
    discriminator: Vec<FlopLayer>,
}

/// The SNGAN networks for CIFAR-10 and STL-10.
fn pair(net: &str) -> Pair {
    let (config, side) = match net {
        "sngan_cifar10" => (
            SnganConfig {
                bottom: 4,
                g_channels: vec![256; 4],
                d_channels: vec![128; 4],
                d_pool: vec![true, true, false, false],
                head: HeadPool::Sum,
                head_bias: false,
                naming: Naming::Lottery,
            },
            32,
        ),
        "sngan_stl10" => (
            SnganConfig {
                bottom: 6,
                g_channels: vec![512, 256, 128, 64],
                d_channels: vec![64, 128, 256, 512, 1024],
                d_pool: vec![true; 5],
                head: HeadPool::Mean,
                head_bias: true,
                naming: Naming::Resnet48,
            },
            48,
        ),
        _ => panic!("unknown net {net:?}: teach this test what it is"),
    };
    let model = ModelConfig::Sngan(config);
    let of = |role| layers(&model, role, Z_DIM, 3, side);
    Pair {
        generator: of(Role::G),
        discriminator: of(Role::D),
    }
}

fn check_layers(net: &str, ours: &[FlopLayer], theirs: &Value) {
    let term =
        |layer: &Value, key: &str| layer.get(key).map_or(0, |v| v.as_u64().expect("a count"));
    assert_eq!(
        entries(theirs).count(),
        ours.len(),
        "{net}: number of layers"
    );
    for layer in ours {
        let expected = &theirs[&layer.name];
        assert!(
            expected.is_object(),
            "{net}: the authors have no layer {}",
            layer.name
        );
        assert_eq!(
            layer.weight,
            term(expected, "weight"),
            "{net}: weight of {}",
            layer.name
        );
        assert_eq!(
            layer.bias,
            term(expected, "bias"),
            "{net}: bias of {}",
            layer.name
        );
    }
}

#[test]
fn dense_counts_are_exact() {
    for file in files("flops", "json") {
        for (net, theirs) in entries(&json(&file)["nets"]) {
            let ours = pair(net);
            check_layers(net, &ours.generator, &theirs["G_layers"]);
            check_layers(net, &ours.discriminator, &theirs["D_layers"]);
            let (g, d) = (
                dense_forward(&ours.generator),
                dense_forward(&ours.discriminator),
            );
            let count = |key: &str| {
                theirs[key]
                    .as_u64()
                    .unwrap_or_else(|| panic!("{net}: {key}"))
            };
            let size = |key: &str| count(key) as usize;
            let images = |which| {
                Images::per_iteration(
                    which,
                    size("dis_batch"),
                    size("gen_batch"),
                    size("n_critic"),
                )
            };
            let total = |which| {
                let images = images(which);
                count("iters") * (g * images.generator + d * images.discriminator)
            };
            let probe = Images::per_probe(size("dis_batch"), size("gen_batch"));
            for (ours, key) in [
                (g, "G_forward_per_image"),
                (d, "D_forward_per_image"),
                (images(Count::Corrected).generator, "G_images_per_iter"),
                (images(Count::Corrected).discriminator, "D_images_per_iter"),
                (total(Count::Corrected), "total_dense_correct"),
                (total(Count::Paper), "total_dense_as_authors"),
                (total(Count::Full), "total_dense_full_count"),
                (
                    g * probe.generator + d * probe.discriminator,
                    "BR_overhead_per_measurement",
                ),
            ] {
                assert_eq!(ours, count(key), "{net}: {key}");
            }
            let paper = number(&theirs["paper_total"]);
            assert!(
                (total(Count::Paper) as f64 / paper - 1.0).abs() < 0.002,
                "{net}: paper's total"
            );
        }
    }
}

/// Expected forward cost at an ERK density, with the weights' shapes as `erk.json` lists them.
fn erk_forward(net: &[FlopLayer], shapes: &Value, density: f64) -> f64 {
    let rows = shapes["by_density"]
        .as_object()
        .and_then(|rows| rows.values().next());
    let rows = rows
        .and_then(|row| row["layers"].as_array())
        .expect("layers of a net");
    let names = names(&rows.iter().map(|row| row["name"].clone()).collect());
    let shapes: Vec<Vec<usize>> = rows.iter().map(|row| shape(&row["shape"])).collect();
    let densities = erk(&shapes, density);
    sparse_forward(net, |layer| {
        let is_layer = |name: &String| {
            name.rsplit_once('.')
                .is_some_and(|(module, _)| module == layer)
        };
        let at = names.iter().position(is_layer);
        Some(densities[at.unwrap_or_else(|| panic!("no density for {layer}"))])
    })
}

#[test]
fn static_rows_of_tables_3_and_12() {
    let shapes = json(&files("erk", "json")[0]);
    let mut rows = 0;
    for file in files("flops", "json") {
        for (net, theirs) in entries(&json(&file)["nets"]) {
            let Pair {
                generator,
                discriminator,
            } = pair(net);
            let size = |key: &str| number(&theirs[key]) as usize;
            let images = |which| {
                Images::per_iteration(
                    which,
                    size("dis_batch"),
                    size("gen_batch"),
                    size("n_critic"),
                )
            };
            for (strategy, table) in entries(&theirs["static_rows_check"]) {
                for row in table.as_array().expect("rows") {
                    let [d_g, d_d] = ["d_G", "d_D"].map(|key| number(&row[key]));
                    let percent = |which| {
                        let [shapes_g, shapes_d] =
                            ["G", "D"].map(|side| &shapes["adapt"][format!("{net}.{side}")]);
                        let sparse = images(which).flops(
                            erk_forward(&generator, shapes_g, d_g),
                            erk_forward(&discriminator, shapes_d, d_d),
                        );
                        let dense = images(which).flops(
                            dense_forward(&generator) as f64,
                            dense_forward(&discriminator) as f64,
                        );
                        100.0 * sparse / dense
                    };
                    let (paper, corrected) = (percent(Count::Paper), percent(Count::Corrected));
                    let place = format!("{net} {strategy} d_G {d_g} d_D {d_d}");
                    for (ours, key, tolerance) in [
                        (paper, "paper_pct", 0.3),
                        (paper, "as_authors_pct", 1e-9),
                        (corrected, "correct_pct", 1e-9),
                    ] {
                        let expected = number(&row[key]);
                        assert!(
                            (ours - expected).abs() <= tolerance,
                            "{place}, {key}: {ours} instead of {expected}"
                        );
                    }
                    rows += 1;
                }
            }
        }
    }
    assert!(rows >= 24, "only {rows} rows");
}
