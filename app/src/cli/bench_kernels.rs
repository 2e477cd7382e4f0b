//! `bench kernels`: times the convolution over layers, densities and kernels.

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};
use tightrope_core::{
    config::Crossover,
    device::threads,
    kernel::{
        choice::Kernel,
        measure::{DENSITIES, DIRECTIONS, Direction, LAYERS, Layer, Prepared, Timing},
    },
};

use super::{args::BenchKernelsArgs, bench::use_threads, output::say};
use crate::device::{self, Crossing};

/// Seconds for which to time every kernel.
const PATIENCE: f64 = 0.25;

/// One measurement of one layer.
struct Row {
    layer: Layer,
    kernel: Kernel,
    density: f64,
    direction: Direction,
    timing: Timing,
    /// Seconds relative to the dense kernel's.
    ratio: f64,
}

/// Runs the subcommand.
pub async fn run(args: &BenchKernelsArgs) -> Result<()> {
    use_threads(args.threads)?;
    let chosen = device::open_crossing(args.device, Crossing::Measured).await?;
    let mut rows: Vec<Row> = Vec::new();
    for layer in LAYERS {
        let all = Prepared::new(layer, 1.0, &chosen.device);
        let mut dense = Vec::new();
        for direction in DIRECTIONS {
            let timing = all.time(direction, Kernel::Dense, PATIENCE).await?;
            dense.push(timing.seconds);
            rows.push(Row {
                layer,
                kernel: Kernel::Dense,
                density: 1.0,
                direction,
                timing,
                ratio: 1.0,
            });
        }
        for density in DENSITIES {
            let prepared = Prepared::new(layer, density, &chosen.device);
            for (direction, dense) in DIRECTIONS.into_iter().zip(&dense) {
                let timing = prepared.time(direction, Kernel::Sparse, PATIENCE).await?;
                rows.push(Row {
                    layer,
                    kernel: Kernel::Sparse,
                    density,
                    direction,
                    timing,
                    ratio: timing.seconds / dense,
                });
            }
        }
    }
    if args.json {
        let result = json!({
            "tightrope": env!("CARGO_PKG_VERSION"),
            "device": chosen.name,
            "threads": threads(),
            "kernels": rows.iter().map(as_json).collect::<Vec<Value>>(),
            "crossover": chosen.crossover,
        });
        say(serde_json::to_string_pretty(&result)?)?;
    } else {
        say(format_args!(
            "{}; useful GFLOP/s, and time as a ratio to the dense kernel's\n{}\n{}",
            chosen.name,
            table(&rows),
            in_words(&chosen.crossover)
        ))?;
    }
    Ok(())
}

/// The densities at which the dense kernels take over, a line per class of layers.
fn in_words(crossover: &Crossover) -> String {
    let mut text = "dense kernels take over at these densities:".to_owned();
    for (name, density) in crossover.named() {
        let place = if density > 1.0 {
            "never".to_owned()
        } else {
            format!("{density:.2}")
        };
        text += &format!("\n  {name:<22} {place}");
    }
    text
}

fn as_json(row: &Row) -> Value {
    json!({
        "layer": row.layer,
        "kernel": row.kernel,
        "density": row.density,
        "direction": row.direction,
        "seconds": row.timing.seconds,
        "gflops": row.timing.gflops,
        "seconds_relative_to_dense": row.ratio,
    })
}

/// A table with a row per layer and kernel or density, and three columns per direction.
fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header = vec!["\nlayer".to_owned(), "\ndensity".to_owned()];
    for name in ["forward", "input gradient", "weight gradient"] {
        let (first, second) = name.split_once(' ').unwrap_or((name, ""));
        header.extend([
            format!("{first}\nms"),
            format!("{second}\nGFLOP/s"),
            "\nratio".to_owned(),
        ]);
    }
    table.set_header(header);
    let mut above = None;
    for group in rows.chunks(DIRECTIONS.len()) {
        let Some(Row {
            layer,
            kernel,
            density,
            ..
        }) = group.first()
        else {
            continue;
        };
        let name = if above == Some(*layer) {
            String::new()
        } else {
            format!(
                "{}x {}\u{2192}{} {}x{} {} px",
                layer.batch, layer.inputs, layer.outputs, layer.kernel, layer.kernel, layer.side
            )
        };
        above = Some(*layer);
        let weights = match kernel {
            Kernel::Dense => "dense".to_owned(),
            Kernel::Sparse => format!("{density:.2}"),
        };
        let mut cells = vec![name, weights];
        for row in group {
            cells.extend([
                format!("{:.2}", row.timing.seconds * 1e3),
                format!("{:.1}", row.timing.gflops),
                format!("{:.2}", row.ratio),
            ]);
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut() {
        column.set_padding((1, 0));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
