//! Distance over cost: a dot per variant over training FLOPs.

use anyhow::Result;

use super::{
    super::{
        chart::{self, Area, Chart, Label, Line, Scale, Tick, robust_range},
        compared::outcomes,
        evaluation_table::{Series, evaluation_table},
        seeds::OverSeeds,
        style::line_class,
        variant::Variant,
        words::{number, percent},
    },
    Figure, Panel,
    factors::factors,
    panel_width,
};

/// Height of a panel's plot.
const HEIGHT: f64 = 360.0;
/// Approximate width of a letter of a label.
const LETTER: f64 = 6.6;
/// Height of a label.
const LINE: f64 = 15.0;

/// Distance over cost. Uses the distances by feature networks, or without any, the one measured
/// while training.
pub fn tradeoff(variants: &[Variant]) -> Result<Option<Figure>> {
    let outcomes = outcomes(variants);
    let costs: Vec<Option<OverSeeds>> = outcomes
        .iter()
        .map(|runs| OverSeeds::of(runs.iter().filter_map(|o| o.flops).filter(|f| *f > 0.0)))
        .collect();
    let mut distances = evaluation_table(variants)?.distances();
    if distances.is_empty() {
        let of_variant = |runs: &Vec<_>| runs.iter().map(frechet).collect();
        distances.push(Series {
            title: "Fr\u{e9}chet distance on fixed random features (not FID)".into(),
            hint: None,
            is_detail: false,
            values: outcomes.iter().map(of_variant).collect(),
        });
    }
    let count = distances.len();
    let panels: Vec<Panel> = distances
        .into_iter()
        .filter_map(|series| panel(variants, &costs, &series, panel_width(count)))
        .map(|chart| Panel::new(None, chart))
        .collect();
    Ok((!panels.is_empty()).then(|| Figure {
        name: "tradeoff",
        title: "Distance from real images against the cost of training",
        note: "down: nearer to real images; left: cheaper; dots: medians over seeds, lines: least to greatest".into(),
        panels,
    }))
}

fn frechet(outcome: &super::super::outcome::Outcome) -> Option<f64> {
    outcome.frechet
}

/// A variant's dot.
struct Dot<'a> {
    place: usize,
    label: &'a str,
    cost: OverSeeds,
    distance: OverSeeds,
}

fn panel(
    variants: &[Variant],
    costs: &[Option<OverSeeds>],
    series: &Series,
    width: f64,
) -> Option<Chart> {
    let dots: Vec<Dot> = variants
        .iter()
        .enumerate()
        .filter_map(|(place, variant)| {
            Some(Dot {
                place,
                label: &variant.label,
                cost: costs[place]?,
                distance: OverSeeds::of_seeds(&series.values[place])?,
            })
        })
        .collect();
    let ends = |over: fn(&Dot) -> OverSeeds| {
        let both = dots.iter().flat_map(move |dot| {
            let over = over(dot);
            [over.least, over.greatest]
        });
        robust_range(both)
    };
    let distances = ends(|dot| dot.distance)?;
    let costs = ends(|dot| OverSeeds {
        least: dot.cost.least.log10(),
        greatest: dot.cost.greatest.log10(),
        ..dot.cost
    })?;
    let mut chart = chart::sized(&series.title, width, HEIGHT);
    // Most sparse methods cost nearly the same next to dense training; a logarithmic axis separates
    // them.
    let scale = chart.scale_between((costs.0 - 0.05, costs.1 + 0.05), distances);
    chart.x_title = "training FLOPs relative to dense training";
    chart.x_ticks = factors(scale.x)
        .into_iter()
        .map(|share| Tick {
            at: scale.x(share.log10()),
            label: percent(share),
        })
        .collect();
    draw(&mut chart, &scale, &dots);
    Some(chart)
}

fn draw(chart: &mut Chart, scale: &Scale, dots: &[Dot]) {
    let mut taken: Vec<Area> = Vec::new();
    for dot in dots {
        let class = line_class(dot.place);
        let (x, y) = (
            scale.x(dot.cost.median.log10()),
            scale.y(dot.distance.median),
        );
        let (left, right) = (
            scale.x(dot.cost.least.log10()),
            scale.x(dot.cost.greatest.log10()),
        );
        let (top, bottom) = (scale.y(dot.distance.greatest), scale.y(dot.distance.least));
        let told = format!(
            "{}: {} at {}",
            dot.label,
            number(dot.distance.median),
            percent(dot.cost.median)
        );
        chart.lines.push(Line {
            class: format!("line reach {class}"),
            path: format!("M{x:.1} {top:.1}V{bottom:.1}M{left:.1} {y:.1}H{right:.1}"),
            label: told.clone(),
        });
        chart.lines.push(Line {
            class: format!("line point {class}"),
            path: format!("M{x:.1} {y:.1}h0"),
            label: told,
        });
        taken.push(area(x - 7.0, y - 7.0, 14.0, 14.0));
        taken.push(area(x - 3.0, top, 6.0, bottom - top));
        taken.push(area(left - 3.0, y - 2.0, right - left + 6.0, 4.0));
    }
    for dot in dots {
        let at = (
            scale.x(dot.cost.median.log10()),
            scale.y(dot.distance.median),
        );
        let (label, words) = placed(dot.label, at, chart.plot, &taken);
        chart.labels.push(label);
        taken.push(words);
    }
}

fn area(x: f64, y: f64, w: f64, h: f64) -> Area {
    Area { x, y, w, h }
}

/// Places a text where it covers nothing: beside its dot, or further away with a line to it.
fn placed(text: &str, (x, y): (f64, f64), plot: Area, taken: &[Area]) -> (Label, Area) {
    let width = LETTER * text.chars().count() as f64;
    let beside = |dx: f64, dy: f64| {
        let left = match dx {
            dx if dx > 0.0 => x + dx,
            dx if dx < 0.0 => x + dx - width,
            _ => x - width / 2.0,
        };
        area(left, y + dy - LINE / 2.0, width, LINE)
    };
    let near = [(10.0, 0.0), (-10.0, 0.0), (0.0, -15.0), (0.0, 15.0)];
    let far = (1..=12).flat_map(|step| {
        let step = 12.0 * f64::from(step);
        [-1.0, 1.0]
            .into_iter()
            .flat_map(move |side| [14.0, -14.0, 40.0, -40.0].map(|dx: f64| (dx, side * step)))
    });
    let is_free = |words: &Area| {
        let is_inside = words.x >= plot.x
            && words.x + words.w <= plot.x + plot.w
            && words.y >= plot.y
            && words.y + words.h <= plot.y + plot.h;
        is_inside && !taken.iter().any(|other| overlap(words, other))
    };
    let beside_it = near.into_iter().map(|(dx, dy)| (beside(dx, dy), false));
    let further_off = far.map(|(dx, dy)| (beside(dx, dy), true));
    let (words, is_far) = beside_it
        .chain(further_off)
        .find(|(words, _)| is_free(words))
        .unwrap_or_else(|| (beside(10.0, 0.0), false));
    let leader = is_far.then(|| {
        let end = if words.x > x {
            words.x
        } else {
            words.x + words.w
        };
        format!("M{x:.1} {y:.1}L{end:.1} {:.1}", words.y + LINE / 2.0)
    });
    let label = Label {
        x: words.x,
        y: words.y + LINE - 3.5,
        text: text.to_owned(),
        leader,
    };
    (label, words)
}

fn overlap(a: &Area, b: &Area) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_in_a_crowd_do_not_cover_each_other_or_dots() {
        let plot = area(0.0, 0.0, 400.0, 300.0);
        let dots: Vec<(f64, f64)> = (0..8)
            .map(|i| (200.0 + f64::from(i % 3) * 4.0, 150.0 + f64::from(i) * 3.0))
            .collect();
        let mut taken: Vec<Area> = dots
            .iter()
            .map(|(x, y)| area(x - 7.0, y - 7.0, 14.0, 14.0))
            .collect();
        for at in dots {
            let (label, words) = placed("adapt-relax", at, plot, &taken);
            assert!(
                !taken.iter().any(|other| overlap(&words, other)),
                "{label:?}"
            );
            taken.push(words);
        }
        let (label, _) = placed("alone", (50.0, 50.0), plot, &[]);
        assert_eq!(label.leader, None);
    }
}
