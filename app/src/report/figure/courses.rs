//! Courses over training, a panel per variant: the median over seeds, and a band from the least to
//! the greatest.

use tightrope_core::{
    config::Role,
    event::{Quality, Stats},
    method::Method,
    record::StoredRun,
};

use super::{
    super::{
        chart::{self, Chart, Line, Scale, Tick, robust_range},
        seeds::{OverSeeds, course},
        stage,
        style::line_class,
        timeline::{balance_range, points, window_br, zones},
        variant::Variant,
        words::number,
    },
    Figure, Panel,
    factors::factors,
    panel_width,
};

/// Most stretches of a course.
const PARTS: usize = 120;
/// Height of a panel's plot.
const HEIGHT: f64 = 118.0;

type Course = Vec<(f64, OverSeeds)>;

/// The figures of balance, densities and quality over training.
pub fn courses(variants: &[Variant]) -> Vec<Figure> {
    let runs = variants.iter().flat_map(|variant| &variant.runs);
    let end = runs.map(|run| run.history.iteration()).max().unwrap_or(0) as f64;
    [
        balance(variants, end),
        density(variants, end),
        quality(variants, end),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn over_seeds(
    variant: &Variant,
    end: f64,
    of_run: impl Fn(&StoredRun) -> Vec<(f64, f64)>,
) -> Course {
    // Several runs of one seed make one course.
    let of_seed = |runs: &Vec<&StoredRun>| runs.iter().flat_map(|run| of_run(run)).collect();
    let seeds: Vec<Vec<(f64, f64)>> = variant.seeds().iter().map(of_seed).collect();
    course(&seeds, end, PARTS)
}

fn medians(courses: &[Course]) -> impl Iterator<Item = f64> {
    courses.iter().flatten().map(|(_, over)| over.median)
}

fn balance(variants: &[Variant], end: f64) -> Option<Figure> {
    let courses: Vec<Course> = variants
        .iter()
        .map(|variant| over_seeds(variant, end, |run| window_br(&run.history)))
        .collect();
    let bands: Vec<Option<(f64, f64)>> = variants
        .iter()
        .map(|variant| variant.runs.first()?.history.band())
        .collect();
    let known: Vec<(f64, f64)> = bands.iter().flatten().copied().collect();
    let range = balance_range(medians(&courses), &known)?;
    let panel = |(place, variant): (usize, &Variant)| {
        let (mut chart, scale) = empty(variant, variants.len(), end, range);
        if let Some((bottom, top)) = bands[place] {
            chart.zones = zones(&scale, bottom, top);
            // The first panel names the zones for all.
            for zone in chart.zones.iter_mut().filter(|_| place > 0) {
                zone.label.clear();
            }
        }
        let class = line_class(place);
        draw(&mut chart, &scale, &courses[place], &class, &variant.label);
        Panel::new(Some(class), chart)
    };
    Some(Figure {
        name: "balance",
        title: "Balance ratio over training",
        note: "over the window, as the controller sees it; line: median over seeds, band: least to greatest".into(),
        panels: variants.iter().enumerate().map(panel).collect(),
    })
}

fn density(variants: &[Variant], end: f64) -> Option<Figure> {
    let of_net = |role, density: fn(&Stats) -> f64| -> Vec<Course> {
        let of_run = |run: &StoredRun| {
            let start = run.history.density_range(role).map(|d| (0.0, d.0));
            let rest = points(&run.history, |stats| Some(density(stats)));
            start.into_iter().chain(rest).collect()
        };
        variants
            .iter()
            .map(|variant| over_seeds(variant, end, of_run))
            .collect()
    };
    let (g, d) = (
        of_net(Role::G, |stats| stats.density_g),
        of_net(Role::D, |stats| stats.density_d),
    );
    medians(&g).next()?;
    let panel = |(place, variant): (usize, &Variant)| {
        let (mut chart, scale) = empty(variant, variants.len(), end, (0.0, 1.04));
        let label = |role| format!("{}: density of {role}", variant.label);
        draw(&mut chart, &scale, &d[place], "d", &label(Role::D));
        draw(&mut chart, &scale, &g[place], "g", &label(Role::G));
        // Colours mark the roles here, so the panel needs no line style.
        Panel::new(None, chart)
    };
    Some(Figure {
        name: "density",
        title: "Densities over training",
        note: "thick, blue: discriminator; thin, purple: generator; lines: medians over seeds, bands: least to greatest".into(),
        panels: variants.iter().enumerate().map(panel).collect(),
    })
}

/// A measure of quality: its title, its value, and whether its axis is logarithmic.
type Measured = (&'static str, fn(&Quality) -> Option<f64>, bool);

fn quality(variants: &[Variant], end: f64) -> Option<Figure> {
    let measures: [Measured; 2] = [
        (
            "Fr\u{e9}chet distance on fixed random features over training (not FID)",
            |quality| quality.frechet_rf.filter(|distance| *distance > 0.0),
            true,
        ),
        (
            "Modes covered over training",
            |quality| quality.modes.map(|modes| modes as f64),
            false,
        ),
    ];
    let (title, courses, is_log) = measures.into_iter().find_map(|(title, value, is_log)| {
        let shown = |value: f64| if is_log { value.log10() } else { value };
        let of_run = |run: &StoredRun| {
            let all = run.history.quality.iter();
            all.filter_map(|q| Some((q.iteration as f64, shown(value(q)?))))
                .collect()
        };
        let courses: Vec<Course> = variants
            .iter()
            .map(|variant| over_seeds(variant, end, of_run))
            .collect();
        medians(&courses).next()?;
        Some((title, courses, is_log))
    })?;
    let ends = courses.iter().flatten();
    let (low, high) = robust_range(ends.flat_map(|(_, over)| [over.least, over.greatest]))?;
    let range = (if is_log { low } else { low.min(0.0) }, high);
    let dense = variants.iter().position(|variant| {
        variant
            .runs
            .iter()
            .any(|r| r.config.method == Method::Dense)
    });
    let panel = |(place, variant): (usize, &Variant)| {
        let (mut chart, scale) = empty(variant, variants.len(), end, range);
        if is_log {
            let tick = |factor: f64| Tick {
                at: scale.y(factor.log10()),
                label: number(factor),
            };
            chart.y_ticks = factors(range).into_iter().map(tick).collect();
        }
        if let Some(dense) = dense.filter(|dense| *dense != place) {
            chart.lines.push(Line {
                class: "reference".into(),
                path: scale.line(&of_medians(&courses[dense])),
                label: variants[dense].label.clone(),
            });
        }
        let class = line_class(place);
        draw(&mut chart, &scale, &courses[place], &class, &variant.label);
        Panel::new(Some(class), chart)
    };
    let mut note = "line: median over seeds, band: least to greatest".to_owned();
    if let Some(dense) = dense {
        note += &format!("; thin, grey: {}", variants[dense].label);
    }
    Some(Figure {
        name: "quality",
        title,
        note,
        panels: variants.iter().enumerate().map(panel).collect(),
    })
}

fn empty(variant: &Variant, count: usize, end: f64, y: (f64, f64)) -> (Chart, Scale) {
    let mut chart = chart::sized(&variant.label, panel_width(count), HEIGHT);
    let scale = chart.scale(end, y);
    let runs = variant.runs.iter();
    let runs = runs.map(|run| (variant.label.as_str(), &run.history));
    chart.stages = stage::lines(runs, chart.plot, end);
    (chart, scale)
}

fn of_medians(course: &Course) -> Vec<(f64, f64)> {
    course.iter().map(|(x, over)| (*x, over.median)).collect()
}

/// Draws a band and a line.
fn draw(chart: &mut Chart, scale: &Scale, course: &Course, class: &str, label: &str) {
    if course.iter().any(|(_, over)| over.known > 1) {
        let there = course.iter().map(|(x, over)| (*x, over.greatest));
        let back = course.iter().rev().map(|(x, over)| (*x, over.least));
        let around: Vec<(f64, f64)> = there.chain(back).collect();
        chart.lines.push(Line {
            class: format!("spread {class}"),
            path: scale.line(&around) + "Z",
            label: format!("{label}, all seeds"),
        });
    }
    chart.lines.push(Line {
        class: format!("line {class}"),
        path: scale.line(&of_medians(course)),
        label: label.to_owned(),
    });
}
