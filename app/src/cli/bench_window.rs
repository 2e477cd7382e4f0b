//! `bench window`: how long a frame takes, and what drawing costs training.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::{args::BenchWindowArgs, bench::median, output::say};
use crate::gui::bench;

/// Runs the subcommand.
pub fn run(args: &BenchWindowArgs) -> Result<()> {
    let mut frames = bench::frames(args.runs, args.points, args.frames)?;
    frames.sort_by(f64::total_cmp);
    let milliseconds = |seconds: f64| 1e3 * seconds;
    let late = frames.get(frames.len() * 95 / 100);
    let rates = bench::rates(args.device, Duration::from_secs(args.seconds), args.rounds)?;
    let [headless, open] = [0, 1].map(|way| {
        let column: Vec<f64> = rates.iter().map(|pair| pair[way]).collect();
        median(&column)
    });
    let ratios: Vec<f64> = rates
        .iter()
        .map(|[headless, open]| open / headless)
        .collect();
    let result = json!({
        "tightrope": env!("CARGO_PKG_VERSION"),
        "runs": args.runs,
        "points_per_run": args.points,
        "frames": frames.len(),
        "frame_milliseconds": {
            "median": milliseconds(median(&frames)),
            "95 %": late.copied().map(milliseconds),
        },
        "iterations_per_second": { "headless": headless, "window_open": open },
        "window_open_over_headless": median(&ratios),
        "rounds": rates,
    });
    if args.json {
        return say(serde_json::to_string_pretty(&result)?).map_err(Into::into);
    }
    say(format_args!(
        "a frame with {} runs of {} points: {:.1} ms (median of {}), {:.1} ms at most in 95 of 100\n\
         the example: {headless:.0} iterations/s headless, {open:.0} with the window open: {:.0} %",
        args.runs,
        args.points,
        milliseconds(median(&frames)),
        frames.len(),
        late.copied().map_or(f64::NAN, milliseconds),
        100.0 * median(&ratios),
    ))?;
    Ok(())
}
