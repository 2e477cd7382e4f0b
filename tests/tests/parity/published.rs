//! Training FLOPs as the papers print them: every static row of ADAPT's Tables 3 and 12, and of
//! STU-GAN's Table 2 for BigGAN. `fixtures/published` holds the papers' tables.

use std::path::Path;

use tightrope_core::{
    config::{Gradients, Role, RunConfig},
    metric::flops::{Count, Forward, Images, Work, masked_forward, yardstick_forward},
    preset,
};

/// A cell of a table.
struct Cell {
    network: String,
    dataset: String,
    method: String,
    /// The densities in both columns, in the file's order.
    density: [f64; 2],
    value: f64,
}

/// The training FLOPs of static methods in a file's `tables`. Reads fields from the right, where
/// none is quoted: dataset and network, in either order, method, two densities, value.
fn cells(file: &str, tables: &[&str], dataset_first: bool) -> Vec<Cell> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/published")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let number = |text: &str| {
        text.parse::<f64>()
            .unwrap_or_else(|e| panic!("{text}: {e}"))
    };
    text.lines()
        .filter(|line| {
            tables.iter().any(|table| {
                line.split_once(',')
                    .is_some_and(|(of, rest)| of == *table && rest.contains("training FLOPs"))
            })
        })
        .filter_map(|line| {
            let mut fields = line.rsplit(',');
            let mut next = || fields.next().expect("a field");
            let [value, second, first, method] = [next(), next(), next(), next()];
            let (near, far) = (next(), next());
            let (network, dataset) = match dataset_first {
                true => (near, far),
                false => (far, near),
            };
            method.starts_with("static").then(|| Cell {
                network: network.to_owned(),
                dataset: dataset.to_owned(),
                method: method.to_owned(),
                density: [number(first), number(second)],
                value: number(value),
            })
        })
        .collect()
}

fn paper_preset(network: &str, dataset: &str) -> RunConfig {
    let name = format!("{network}-{dataset}");
    (preset::find(&name).unwrap_or_else(|e| panic!("{e}")).build)()
}

/// Forward costs at densities of G and D.
fn forward(c: &RunConfig, densities: [f64; 2]) -> Forward {
    let roles = [Role::G, Role::D];
    Forward {
        masked: [0, 1].map(|net| masked_forward(c, roles[net], densities[net])),
        dense: roles.map(|role| yardstick_forward(c, role)),
    }
}

/// Training FLOPs relative to dense training.
fn share(c: &RunConfig, count: Count, densities: [f64; 2]) -> f64 {
    let images = Images::per_iteration(count, c.batch_d, c.batch_g, c.n_critic);
    let Forward { masked, dense } = forward(c, densities);
    images.flops(masked[0], masked[1]) / images.flops(dense[0], dense[1])
}

#[test]
fn all_static_rows_as_adapt_counts() {
    let tables = ["ADAPT Table 3", "ADAPT Table 12"];
    let cells = cells("adapt.csv", &tables, true);
    let mut wrong = Vec::new();
    for cell in &cells {
        let [d_max, d_g] = cell.density;
        let d_d = match cell.method.as_str() {
            "static:balance" => d_g,
            "static:strong" => d_max,
            other => panic!("{other} is not a static strategy of ADAPT"),
        };
        let config = paper_preset(&cell.network, &cell.dataset);
        let ours = 100.0 * share(&config, Count::Paper, [d_g, d_d]);
        if (ours - cell.value).abs() > 0.3 {
            wrong.push(format!(
                "{} {} {} d_G {d_g} d_max {d_max}: {ours:.2} instead of {}",
                cell.network, cell.dataset, cell.method, cell.value
            ));
        }
    }
    // 48 distinct rows: the 16 balanced ones stand in both tables.
    assert_eq!(cells.len(), 64, "rows of Tables 3 and 12");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn static_rows_of_biggan_as_stu_gan_counts() {
    let cells = cells("stu-gan.csv", &["STU-GAN Table 2"], false);
    let mut rows = Vec::new();
    for cell in cells.iter().filter(|cell| cell.network == "biggan") {
        let mut config = paper_preset(&cell.network, &cell.dataset);
        for net in [&mut config.generator, &mut config.discriminator] {
            net.mask_linear = false;
        }
        let [d_d, d_g] = cell.density;
        let ours = share(&config, Count::Full, [d_g, d_d]);
        assert!(
            (ours - cell.value).abs() <= 0.006,
            "d_G {d_g} d_D {d_d}: {ours:.4} instead of {}",
            cell.value
        );
        rows.push(format!("{ours:.3}"));
    }
    assert_eq!(rows, ["0.370", "0.385", "0.414", "0.230", "0.245", "0.274"]);
}

/// The real saving of a static run with a dense D: less than ADAPT's tables say where D is the
/// costlier part.
#[test]
fn a_dense_discriminator_costs_what_it_costs() {
    for (network, dataset, percent) in [
        ("sngan", "cifar10", 37.6),
        ("biggan", "cifar10", 72.4),
        ("biggan", "tinyimagenet", 61.8),
    ] {
        let mut config = paper_preset(network, dataset);
        config.gradients = Gradients::Active;
        let forward = forward(&config, [0.1, 1.0]);
        let dense = Forward {
            masked: forward.dense,
            ..forward
        };
        let work = Work::of(&config, 1, 0, [0, 0]);
        let ours = 100.0 * work.flops(&forward) / work.flops(&dense);
        assert!(
            (ours - percent).abs() < 0.1,
            "{network} {dataset}: {ours:.2} instead of {percent}"
        );
    }
}
