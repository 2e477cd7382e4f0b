//! `sample`: draws pictures from a run's checkpoint. The run itself stays unchanged.

use std::path::Path;

use anyhow::Result;
use tightrope_core::{
    Error, device,
    event::{Event, SampleData},
    record::{grid, layout, png_bytes, read_events, scatter},
    run::{Classes, Draw},
    session::RunCheckpoint,
};

use super::{args::SampleArgs, output::say};

/// Real points drawn under generated ones.
const REAL_POINTS: usize = 1000;

/// Runs the subcommand.
pub async fn run(args: &SampleArgs) -> Result<()> {
    if let Some(file) = &args.out {
        check(file)?;
    }
    let stored = RunCheckpoint::open(&args.run)?;
    let count = args.count.unwrap_or(match stored.config.model.classes() {
        0 => 64,
        _ => 100,
    }) as usize;
    let classes = match &args.class {
        Some(class) => wanted(&stored, class)?,
        None => Classes::Rows {
            columns: layout(count, stored.config.data.side).0,
        },
    };
    let chosen = device::open(args.device).await?;
    let mut run = stored.generator(args.seed, &chosen).await?;
    let averaged = run.has_average() && !args.raw;
    let draw = Draw {
        classes,
        count,
        stream: "samples",
        averaged,
        norm: args.batch_norm,
    };
    let samples = run.draw(draw).await?;
    let picture = match &samples {
        SampleData::Points(points) => match run.feed().examples(REAL_POINTS, run.config.seed) {
            SampleData::Points(reals) => scatter(&reals, points),
            SampleData::Images { .. } => scatter(&[], points),
        },
        SampleData::Images { count, side, .. } => {
            let (columns, scale) = layout(*count, *side);
            grid(&samples, columns, scale)
        }
    };
    let file = args
        .out
        .clone()
        .unwrap_or_else(|| stored.folder.join("samples.png"));
    std::fs::write(&file, png_bytes(&picture)?).map_err(|e| Error::io(&file, e))?;
    say(format_args!(
        "{count} samples of {} after {} iterations, {} generator: {}",
        stored.config.method,
        stored.iteration,
        if averaged { "averaged" } else { "live" },
        file.display()
    ))?;
    Ok(())
}

/// A class by its number, or by its name in the run's data.
fn wanted(stored: &RunCheckpoint, class: &str) -> Result<Classes> {
    let refused = |why: String| Error::setting("class", format!("{class}: {why}"));
    if stored.config.model.classes() == 0 {
        return Err(refused("this run learned no classes; leave --class out".into()).into());
    }
    if let Ok(number) = class.parse() {
        return Ok(Classes::Only(number));
    }
    let names = read_events(&stored.folder)?
        .into_iter()
        .find_map(|event| match event {
            Event::Started(info) => Some(info.classes),
            _ => None,
        })
        .unwrap_or_default();
    match names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(class))
    {
        Some(number) => Ok(Classes::Only(number)),
        None => Err(refused(format!(
            "no such class; a number below {}, or one of {}",
            stored.config.model.classes(),
            names.join(", ")
        ))
        .into()),
    }
}

fn check(file: &Path) -> Result<(), Error> {
    let is_png = file
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    if is_png && !file.is_dir() {
        return Ok(());
    }
    Err(Error::setting(
        "out",
        format!(
            "{}: samples are written as PNG; name a file that ends in .png",
            file.display()
        ),
    ))
}
