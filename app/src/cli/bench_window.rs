//! `bench window`: times frames, and measures the cost of drawing to training.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::{args::BenchWindowArgs, bench::median, output::say};
use crate::gui::bench::{self, Way};

/// Runs the subcommand.
pub fn run(args: &BenchWindowArgs) -> Result<()> {
    let mut frames = bench::frames(args.runs, args.points, args.frames)?;
    frames.sort_by(f64::total_cmp);
    let milliseconds = |seconds: f64| 1e3 * seconds;
    let late = frames.get(frames.len() * 95 / 100);
    let rates = bench::rates(args.device, Duration::from_secs(args.seconds), args.rounds)?;
    let way = |way: Way| move |round: &[f64; Way::ALL.len()]| round[way as usize];
    let rate = |at: Way| median(&rates.iter().map(way(at)).collect::<Vec<_>>());
    // Compares neighbours in time, since a machine that slows down slows both.
    let share = |at: Way| {
        let shares = rates.iter().map(|r| way(at)(r) / way(Way::Headless)(r));
        median(&shares.collect::<Vec<_>>())
    };
    let result = json!({
        "tightrope": env!("CARGO_PKG_VERSION"),
        "runs": args.runs,
        "points_per_run": args.points,
        "frames": frames.len(),
        "frame_milliseconds": {
            "median": milliseconds(median(&frames)),
            "95 %": late.copied().map(milliseconds),
        },
        "iterations_per_second": {
            "headless": rate(Way::Headless),
            "laid_out": rate(Way::LaidOut),
            "window_open": rate(Way::Open),
        },
        "laid_out_over_headless": share(Way::LaidOut),
        "window_open_over_headless": share(Way::Open),
        "rounds": rates,
    });
    if args.json {
        return say(serde_json::to_string_pretty(&result)?).map_err(Into::into);
    }
    say(format_args!(
        "a frame with {} runs of {} points: {:.1} ms (median of {}), {:.1} ms at most in 95 of 100\n\
         the example: {:.0} iterations/s headless; with the window open {:.0} % of that, {:.0} % without painting",
        args.runs,
        args.points,
        milliseconds(median(&frames)),
        frames.len(),
        late.copied().map_or(f64::NAN, milliseconds),
        rate(Way::Headless),
        100.0 * share(Way::Open),
        100.0 * share(Way::LaidOut),
    ))?;
    Ok(())
}
