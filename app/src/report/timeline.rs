//! Timelines of a group: balance, densities with their events, losses, quality.

use tightrope_core::{
    config::Role,
    event::{MaskChange, MaskEvent, Quality, Stats, Verdict},
    history::History,
};

use super::{
    chart::{self, Chart, LANE_HEIGHT, Lane, Line, Mark, Scale, Zone, robust_range, smooth, thin},
    stage,
    style::line_class,
    variant::Variant,
    words::count,
};

/// Stretches over which to average a noisy loss.
const LOSS_PARTS: usize = 120;
/// Most runs for which a chart shows raw BR samples. More would hide each other.
const RUNS_WITH_DOTS: usize = 3;
/// Most event ticks in one strip.
const MAX_TICKS: usize = 400;

/// A run as a line.
struct Trace<'a> {
    history: &'a History,
    style: usize,
    label: String,
    first_seed: bool,
}

impl Trace<'_> {
    fn class(&self, more: &str) -> String {
        let seed = if self.first_seed { "" } else { " seed" };
        format!("line {}{seed} {more}", line_class(self.style))
            .trim_end()
            .to_owned()
    }

    /// A value of the run's recorded states, over iterations.
    fn points(&self, value: impl Fn(&Stats) -> Option<f64>) -> Vec<(f64, f64)> {
        points(self.history, value)
    }
}

/// A value of a history's recorded states, over iterations.
pub fn points(history: &History, value: impl Fn(&Stats) -> Option<f64>) -> Vec<(f64, f64)> {
    let finite = |s: &Stats| Some((s.iteration as f64, value(s).filter(|v| v.is_finite())?));
    history.stats.iter().filter_map(finite).collect()
}

/// The balance ratio over its window. Where D no longer tells real from fake the ratio does not
/// exist, and the line leaves the chart at the top.
pub fn window_br(history: &History) -> Vec<(f64, f64)> {
    let without_gap =
        |stats: &Stats| (stats.verdict == Some(Verdict::DTooWeak)).then_some(f64::MAX);
    points(history, |s| history.window_br(s).or(without_gap(s)))
}

/// All timelines of a group: first those that span the page, then those of half its width.
pub fn timelines(variants: &[Variant]) -> Vec<Chart> {
    let mut traces = Vec::new();
    for (style, variant) in variants.iter().enumerate() {
        for (index, run) in variant.runs.iter().enumerate() {
            let seed = match variant.runs.len() {
                1 => String::new(),
                _ => format!(", seed {}", run.config.seed),
            };
            traces.push(Trace {
                history: &run.history,
                style,
                label: format!("{}{seed}", variant.label),
                first_seed: index == 0,
            });
        }
    }
    let end = traces
        .iter()
        .map(|t| t.history.iteration())
        .max()
        .unwrap_or(0) as f64;
    let mut charts = Vec::new();
    charts.extend(balance(&traces, end));
    charts.extend(densities(&traces, end));
    charts.extend(loss(&traces, end, "Discriminator loss", |s| s.d_loss));
    charts.extend(loss(&traces, end, "Generator loss", |s| s.g_loss));
    let modes = |q: &Quality| q.modes.map(|n| n as f64);
    charts.extend(quality(&traces, end, "Modes covered", modes));
    charts.extend(quality(&traces, end, "Share of samples on a mode", |q| {
        q.high_quality
    }));
    charts.extend(quality(
        &traces,
        end,
        "KL of the mode histogram (nats)",
        |q| q.kl,
    ));
    let frechet = "Fr\u{e9}chet distance on fixed random features (not FID)";
    charts.extend(quality(&traces, end, frechet, |q| q.frechet_rf));
    for chart in &mut charts {
        let runs = traces.iter().map(|t| (t.label.as_str(), t.history));
        chart.stages = stage::lines(runs, chart.plot, end);
    }
    charts
}

/// The range of balance ratios in a chart: all but the outermost ones, and the target bands with a
/// margin.
pub fn balance_range(
    values: impl Iterator<Item = f64>,
    bands: &[(f64, f64)],
) -> Option<(f64, f64)> {
    let (low, high) = robust_range(values)?;
    let (bottom, top) = hull(bands);
    Some((
        low.min(bottom - 0.2).max(-0.6),
        high.max(top + 0.2).min(1.8),
    ))
}

/// The lowest and the highest end of the bands.
fn hull(bands: &[(f64, f64)]) -> (f64, f64) {
    let bottom = bands.iter().map(|b| b.0).fold(f64::INFINITY, f64::min);
    let top = bands.iter().map(|b| b.1).fold(f64::NEG_INFINITY, f64::max);
    (bottom, top)
}

fn balance(traces: &[Trace], end: f64) -> Option<Chart> {
    let windows: Vec<Vec<(f64, f64)>> = traces.iter().map(|t| window_br(t.history)).collect();
    let all = || windows.iter().flatten().map(|p| p.1);
    let bands: Vec<(f64, f64)> = traces.iter().filter_map(|t| t.history.band()).collect();
    let range = balance_range(all(), &bands)?;
    let (bottom, top) = hull(&bands);
    let outside = all().filter(|v| !(range.0..=range.1).contains(v)).count();
    let mut note = String::from("lines: over the window, as the controller sees it");
    if traces.len() <= RUNS_WITH_DOTS {
        note += "; dots: single samples";
    }
    if outside > 0 {
        note += &format!("; {outside} values lie outside the picture");
    }
    let mut chart = chart::frame("Balance ratio", note, true, 0);
    let scale = chart.scale(end, range);
    chart.zones = zones(&scale, bottom, top);
    if traces.len() <= RUNS_WITH_DOTS {
        for trace in traces {
            let samples = trace.points(|s| s.br);
            let stride = samples.len().div_ceil(chart::MAX_POINTS).max(1);
            let samples: Vec<(f64, f64)> = samples.into_iter().step_by(stride).collect();
            chart.lines.push(Line {
                class: trace.class("dots"),
                path: scale.dots(&samples),
                label: trace.label.clone(),
            });
        }
    }
    for (trace, window) in traces.iter().zip(&windows) {
        chart.lines.push(Line {
            class: trace.class(""),
            path: scale.line(&thin(window)),
            label: trace.label.clone(),
        });
    }
    Some(chart)
}

/// The zones above, in and below the target band.
pub fn zones(scale: &Scale, bottom: f64, top: f64) -> Vec<Zone> {
    let zone = |low: f64, high: f64, class, label: String, text_at: f64| {
        let y = scale.y(high.min(scale.y.1));
        let h = (scale.y(low.max(scale.y.0)) - y).max(0.0);
        Zone {
            y,
            h,
            class,
            label,
            text_y: y + 15.0 + text_at * (h - 22.0).max(0.0),
        }
    };
    vec![
        zone(top, f64::INFINITY, "weak", "D too weak".into(), 0.0),
        zone(
            bottom,
            top,
            "band",
            format!("target {bottom} to {top}"),
            0.0,
        ),
        zone(
            f64::NEG_INFINITY,
            bottom,
            "strong",
            "D too strong".into(),
            1.0,
        ),
    ]
}

fn densities(traces: &[Trace], end: f64) -> Option<Chart> {
    let role_class = |role| if role == Role::G { "g" } else { "d" };
    let drop_grow = |trace: &Trace, role| -> Vec<f64> {
        let is = |m: &&MaskEvent| m.net == role && m.change == MaskChange::DropGrow;
        let all: Vec<f64> = trace
            .history
            .masks
            .iter()
            .filter(is)
            .map(|m| m.iteration as f64)
            .collect();
        let stride = all.len().div_ceil(MAX_TICKS).max(1);
        all.into_iter().step_by(stride).collect()
    };
    let strips: Vec<(&Trace, Role, Vec<f64>)> = traces
        .iter()
        .filter(|trace| trace.first_seed)
        .flat_map(|trace| [Role::G, Role::D].map(|role| (trace, role, drop_grow(trace, role))))
        .filter(|(_, _, at)| !at.is_empty())
        .collect();
    let note = "densities of G (purple) and D (blue); triangles: density raised or lowered; ticks below: drop and grow";
    let mut chart = chart::frame("Density", note.into(), true, strips.len());
    let density = |role| {
        move |s: &Stats| {
            Some(if role == Role::G {
                s.density_g
            } else {
                s.density_d
            })
        }
    };
    let highest = traces
        .iter()
        .flat_map(|t| {
            t.history
                .stats
                .iter()
                .flat_map(|s| [s.density_g, s.density_d])
        })
        .reduce(f64::max)?;
    let scale = chart.scale(end, (0.0, (highest * 1.12).clamp(0.05, 1.04)));
    for role in [Role::D, Role::G] {
        for trace in traces {
            let start = trace.history.density_range(role).map(|d| (0.0, d.0));
            let course: Vec<(f64, f64)> = start
                .into_iter()
                .chain(trace.points(density(role)))
                .collect();
            let last = course.last().map_or(0.0, |p| p.0);
            chart.lines.push(Line {
                class: trace.class(role_class(role)),
                path: scale.steps(&thin(&changes(course)), last),
                label: format!("{}: density of {role}", trace.label),
            });
        }
    }
    for trace in traces {
        chart.marks.extend(density_marks(trace, &scale));
    }
    let axis = chart.plot.y + chart.plot.h + 32.0;
    for (index, (trace, role, at)) in strips.into_iter().enumerate() {
        let y = axis + (index as f64 + 0.5) * LANE_HEIGHT;
        let tick = |at: &f64| format!("M{:.1} {:.1}v7", scale.x(*at), y + 4.0);
        chart.lanes.push(Lane {
            label: format!("{} {role}", trace.label),
            class: format!("lane {}", role_class(role)),
            y,
            path: at.iter().map(tick).collect(),
        });
    }
    Some(chart)
}

fn density_marks(trace: &Trace, scale: &Scale) -> Vec<Mark> {
    let moved: Vec<&MaskEvent> = trace
        .history
        .masks
        .iter()
        .filter(|m| m.change != MaskChange::DropGrow)
        .collect();
    let stride = moved.len().div_ceil(MAX_TICKS).max(1);
    let mark = |m: &&MaskEvent| {
        let (x, y) = (scale.x(m.iteration as f64), scale.y(m.density));
        let (class, verb, n, slope) = match m.change {
            MaskChange::Lower => ("lower", "lowered", m.dropped, 8.0),
            MaskChange::Prune => ("lower", "pruned", m.dropped, 8.0),
            _ => ("raise", "raised", m.grown, -8.0),
        };
        let br = m.br.map_or(String::new(), |br| format!(" on BR {br:.2}"));
        Mark {
            class: format!("mark {class} {}", if m.net == Role::G { "g" } else { "d" }),
            path: format!("M{:.1} {:.1}h10l-5 {slope}z", x - 5.0, y + 0.4 * slope),
            label: format!(
                "{}, iteration {}: {} {verb} to {:.3}{br} ({} weights)",
                trace.label,
                m.iteration,
                m.net,
                m.density,
                count(n as f64)
            ),
        }
    };
    moved.iter().step_by(stride).map(mark).collect()
}

/// Points at which the value changes.
fn changes(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if kept
            .last()
            .is_none_or(|last| (last.1 - point.1).abs() > 1e-6)
        {
            kept.push(point);
        }
    }
    kept
}

fn loss(traces: &[Trace], end: f64, title: &str, value: fn(&Stats) -> f32) -> Option<Chart> {
    let courses: Vec<Vec<(f64, f64)>> = traces
        .iter()
        .map(|t| smooth(&t.points(|s| Some(f64::from(value(s)))), LOSS_PARTS))
        .collect();
    lines(
        traces,
        end,
        title,
        "means of neighbouring iterations",
        &courses,
        false,
    )
}

fn quality(
    traces: &[Trace],
    end: f64,
    title: &str,
    value: fn(&Quality) -> Option<f64>,
) -> Option<Chart> {
    let courses: Vec<Vec<(f64, f64)>> = traces
        .iter()
        .map(|t| {
            let point =
                |q: &Quality| Some((q.iteration as f64, value(q).filter(|v| v.is_finite())?));
            t.history.quality.iter().filter_map(point).collect()
        })
        .collect();
    lines(traces, end, title, "", &courses, true)
}

fn lines(
    traces: &[Trace],
    end: f64,
    title: &str,
    note: &str,
    courses: &[Vec<(f64, f64)>],
    from_zero: bool,
) -> Option<Chart> {
    let (low, high) = robust_range(courses.iter().flatten().map(|p| p.1))?;
    let mut chart = chart::frame(title, note.into(), false, 0);
    let scale = chart.scale(end, (if from_zero { low.min(0.0) } else { low }, high));
    for (trace, course) in traces.iter().zip(courses) {
        chart.lines.push(Line {
            class: trace.class(""),
            path: scale.line(&thin(course)),
            label: trace.label.clone(),
        });
        if from_zero {
            chart.lines.push(Line {
                class: trace.class("points"),
                path: scale.dots(course),
                label: trace.label.clone(),
            });
        }
    }
    Some(chart)
}

#[cfg(test)]
mod tests;
