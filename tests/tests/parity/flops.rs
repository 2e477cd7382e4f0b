//! FLOPs of the full networks, layer by layer, and the static rows of ADAPT's Tables 3 and 12.

use serde_json::Value;
use tightrope_core::{
    config::{HeadPool, ModelConfig, Naming, Role, SnganConfig},
    metric::flops::{
        Count, FlopLayer, Images, dense_forward, layers, masked_forward, sparse_forward,
    },
    preset,
    sparse::density::erk,
};
use tightrope_tests::vectors::{entries, files, json, names, number, shape};

struct Pair {
    generator: Vec<FlopLayer>,
    discriminator: Vec<FlopLayer>,
}

/// The networks of the papers' presets.
fn preset_pair(name: &str) -> Pair {
    let config = (preset::find(name).unwrap_or_else(|e| panic!("{e}")).build)();
    let of = |role| layers(&config.model, role, config.z_dim, 3, config.data.side);
    Pair {
        generator: of(Role::G),
        discriminator: of(Role::D),
    }
}

/// A net of the vectors, by its name in the files.
fn pair(net: &str) -> Pair {
    let (config, side) = match net {
        _ if net.starts_with("biggan_cifar") || net == "biggan32" => {
            return preset_pair("biggan-cifar10");
        }
        _ if net.starts_with("biggan_tiny") || net == "biggan64" => {
            return preset_pair("biggan-tinyimagenet");
        }
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
    let of = |role| layers(&model, role, 128, 3, side);
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

/// Expected forward cost at an ERK density. `erk.json` lists the shapes of the weights.
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
        // The authors' name for a classifier they never mask.
        assert!(
            at.is_some() || layer == "classifier",
            "no density for {layer}"
        );
        at.map(|at| densities[at])
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

/// The BigGAN columns of ADAPT's Table 3, as the authors' poster prints them, in percent of dense
/// training. At d_G 0.5 the strong D of Table 12, also 0.5, is the balanced one; so are all
/// balanced rows of that table.
#[test]
fn static_rows_of_biggan() {
    let rows = [
        (
            "biggan-cifar10",
            [9.79, 19.02, 28.66, 49.03],
            [83.78, 84.80, 86.21, 90.15],
        ),
        (
            "biggan-tinyimagenet",
            [23.25, 44.87, 60.91, 79.29],
            [48.02, 61.62, 72.79, 85.79],
        ),
    ];
    let mut wrong = Vec::new();
    for (name, balance, strong) in rows {
        let config = (preset::find(name).unwrap_or_else(|e| panic!("{e}")).build)();
        let images = Images::per_iteration(
            Count::Paper,
            config.batch_d,
            config.batch_g,
            config.n_critic,
        );
        let cost = |d_g, d_d| {
            let forward = |role, density| masked_forward(&config, role, density);
            images.flops(forward(Role::G, d_g), forward(Role::D, d_d))
        };
        for (at, d_g) in [0.1, 0.2, 0.3, 0.5].into_iter().enumerate() {
            for (d_d, paper) in [(d_g, balance[at]), (1.0, strong[at])] {
                let ours = 100.0 * cost(d_g, d_d) / cost(1.0, 1.0);
                if (ours - paper).abs() > 0.3 {
                    wrong.push(format!(
                        "{name} d_G {d_g} d_D {d_d}: {ours:.2} instead of {paper}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The authors' count for the dense nets and for whole training runs, in the paper's units (ADAPT,
/// Table 3).
#[test]
fn dense_totals_of_all_four_settings() {
    for (name, forward, paper) in [
        ("sngan-cifar10", [1_683_553_280, 272_498_816], 2.67e17),
        ("sngan-stl10", [829_244_160, 618_256_385], 3.94e17),
        ("biggan-cifar10", [1_682_693_120, 1_081_868_545], 6.81e17),
        (
            "biggan-tinyimagenet",
            [3_086_492_288, 1_722_881_281],
            9.85e17,
        ),
    ] {
        let config = (preset::find(name).unwrap_or_else(|e| panic!("{e}")).build)();
        let nets = preset_pair(name);
        let ours = [&nets.generator, &nets.discriminator].map(|net| dense_forward(net));
        assert_eq!(ours, forward, "{name}");
        let [g, d] = forward.map(|count: u64| count as f64);
        let images = Images::per_iteration(
            Count::Paper,
            config.batch_d,
            config.batch_g,
            config.n_critic,
        );
        let total = config.iterations as f64 * images.flops(g, d);
        assert!((total / paper - 1.0).abs() < 0.002, "{name}: {total:e}");
    }
}
