//! `bench kernels`: the masked convolution over layers and densities.

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};
use tightrope_core::{
    device,
    kernel::measure::{DENSITIES, DIRECTIONS, Direction, LAYERS, Layer, Prepared, Timing},
};

use super::{args::BenchKernelsArgs, bench::use_threads, output::say};

/// One measurement of one layer.
struct Row {
    layer: Layer,
    density: f64,
    direction: Direction,
    timing: Timing,
    /// Seconds relative to a dense weight.
    ratio: f64,
}

/// Runs the subcommand.
pub async fn run(args: &BenchKernelsArgs) -> Result<()> {
    use_threads(args.threads)?;
    let chosen = device::open(args.device).await?;
    let mut rows: Vec<Row> = Vec::new();
    for layer in LAYERS {
        for density in DENSITIES {
            let prepared = Prepared::new(layer, density, &chosen.device);
            for direction in DIRECTIONS {
                let timing = prepared.time(direction).await?;
                let dense = rows
                    .iter()
                    .find(|row| row.layer == layer && row.direction == direction)
                    .map_or(timing.seconds, |first| first.timing.seconds);
                rows.push(Row {
                    layer,
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
            "threads": device::threads(),
            "kernels": rows.iter().map(as_json).collect::<Vec<Value>>(),
        });
        say(serde_json::to_string_pretty(&result)?)?;
    } else {
        say(format_args!(
            "{}; useful GFLOP/s, and time as a ratio to density 1\n{}",
            chosen.name,
            table(&rows)
        ))?;
    }
    Ok(())
}

fn as_json(row: &Row) -> Value {
    json!({
        "layer": row.layer,
        "density": row.density,
        "direction": row.direction,
        "seconds": row.timing.seconds,
        "gflops": row.timing.gflops,
        "seconds_relative_to_dense": row.ratio,
    })
}

/// One row a layer and density, three columns a direction.
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
        let Some(Row { layer, density, .. }) = group.first() else {
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
        let mut cells = vec![name, format!("{density:.2}")];
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
