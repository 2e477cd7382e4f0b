//! Charts as geometry: scales, ticks and SVG paths. The template draws them and the style sheet
//! colours them.

use serde::Serialize;

/// Most points of a line.
pub const MAX_POINTS: usize = 800;

/// A chart, in the units of its SVG view box.
#[derive(Debug, Default, Serialize)]
pub struct Chart {
    /// Its title.
    pub title: String,
    /// An explanation for the reader.
    pub note: String,
    /// Width of the view box.
    pub width: f64,
    /// Height of the view box.
    pub height: f64,
    /// The plotting area.
    pub plot: Area,
    /// Unit of the x axis.
    pub x_title: &'static str,
    /// Ticks of the x axis.
    pub x_ticks: Vec<Tick>,
    /// Ticks of the y axis.
    pub y_ticks: Vec<Tick>,
    /// Shaded ranges of y.
    pub zones: Vec<Zone>,
    /// Lines and dots, in drawing order.
    pub lines: Vec<Line>,
    /// Marked iterations or values.
    pub marks: Vec<Mark>,
    /// Where stages begin.
    pub stages: Vec<StageLine>,
    /// Strips of event ticks below the plot.
    pub lanes: Vec<Lane>,
    /// Texts beside points.
    pub labels: Vec<Label>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Area {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A tick of an axis.
#[derive(Debug, Serialize)]
pub struct Tick {
    /// Position along the axis.
    pub at: f64,
    /// Text of the tick.
    pub label: String,
}

/// A shaded range of y.
#[derive(Debug, Serialize)]
pub struct Zone {
    /// Top.
    pub y: f64,
    /// Height.
    pub h: f64,
    /// CSS class.
    pub class: &'static str,
    /// Text inside.
    pub label: String,
    /// Baseline of the text.
    pub text_y: f64,
}

/// A line, or a set of dots.
#[derive(Debug, Serialize)]
pub struct Line {
    /// CSS class.
    pub class: String,
    /// SVG path.
    pub path: String,
    /// Tooltip.
    pub label: String,
}

/// A marked moment.
#[derive(Debug, Serialize)]
pub struct Mark {
    /// CSS class.
    pub class: String,
    /// SVG path.
    pub path: String,
    /// Tooltip.
    pub label: String,
}

/// A vertical line where a stage of training begins.
#[derive(Debug, Serialize)]
pub struct StageLine {
    /// Position.
    pub x: f64,
    /// Text beside the line.
    pub name: String,
    /// Tooltip.
    pub label: String,
}

/// A strip of event ticks.
#[derive(Debug, Serialize)]
pub struct Lane {
    /// Text beside the strip.
    pub label: String,
    /// CSS class.
    pub class: String,
    /// Middle of the strip.
    pub y: f64,
    /// SVG path of the ticks.
    pub path: String,
}

/// Text beside a point.
#[derive(Debug, Serialize)]
pub struct Label {
    /// Left end of the text.
    pub x: f64,
    /// Baseline of the text.
    pub y: f64,
    /// The text.
    pub text: String,
    /// SVG path from the point to the text, where the two lie apart.
    pub leader: Option<String>,
}

/// Maps data to the view box.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Range of x.
    pub x: (f64, f64),
    /// Range of y.
    pub y: (f64, f64),
    /// The plotting area they map to.
    pub plot: Area,
}

impl Scale {
    /// Position of an x value.
    pub fn x(&self, value: f64) -> f64 {
        self.plot.x + self.plot.w * (value - self.x.0) / (self.x.1 - self.x.0)
    }

    /// Position of a y value, kept near the plot, which clips what lies outside.
    pub fn y(&self, value: f64) -> f64 {
        let share = (value - self.y.0) / (self.y.1 - self.y.0);
        self.plot.y + self.plot.h * (1.0 - share.clamp(-1.0, 2.0))
    }

    /// SVG path of a line through the points.
    pub fn line(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            let verb = if index == 0 { 'M' } else { 'L' };
            path += &format!("{verb}{:.1} {:.1}", self.x(x), self.y(y));
        }
        path
    }

    /// SVG path of a staircase: every value holds until the next point, the last one until `end`.
    pub fn steps(&self, points: &[(f64, f64)], end: f64) -> String {
        let mut path = String::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            let (x, y) = (self.x(x), self.y(y));
            path += &if index == 0 {
                format!("M{x:.1} {y:.1}")
            } else {
                format!("H{x:.1}V{y:.1}")
            };
        }
        if !points.is_empty() {
            path += &format!("H{:.1}", self.x(end));
        }
        path
    }

    /// SVG path with a dot at every point inside the plot, for round line caps.
    pub fn dots(&self, points: &[(f64, f64)]) -> String {
        let inside = points
            .iter()
            .filter(|p| (self.y.0..=self.y.1).contains(&p.1));
        inside
            .map(|&(x, y)| format!("M{:.1} {:.1}h0", self.x(x), self.y(y)))
            .collect()
    }
}

/// A chart without axes. A `wide` one spans the page, others half of it; `lanes` leaves room for
/// strips of ticks.
pub fn frame(title: &str, note: String, wide: bool, lanes: usize) -> Chart {
    let (width, plot_height) = if wide {
        (1000.0, 220.0)
    } else {
        (490.0, 170.0)
    };
    let mut chart = sized(title, width, plot_height);
    chart.note = note;
    chart.height += lanes as f64 * LANE_HEIGHT;
    chart
}

/// A chart over iterations without axes, of any size.
pub fn sized(title: &str, width: f64, plot_height: f64) -> Chart {
    let plot = Area {
        x: 46.0,
        y: 8.0,
        w: width - 46.0 - 22.0,
        h: plot_height,
    };
    Chart {
        title: title.into(),
        width,
        height: plot.y + plot.h + 36.0,
        plot,
        x_title: "iteration",
        ..Chart::default()
    }
}

/// Height of a strip of event ticks.
pub const LANE_HEIGHT: f64 = 25.0;

impl Chart {
    /// Sets the axes, with x from 0, and makes their ticks.
    pub fn scale(&mut self, end: f64, y: (f64, f64)) -> Scale {
        self.scale_between((0.0, end.max(1.0)), y)
    }

    /// Sets the axes and makes their ticks.
    pub fn scale_between(&mut self, x: (f64, f64), y: (f64, f64)) -> Scale {
        let scale = Scale {
            x,
            y: if y.1 > y.0 { y } else { (y.0 - 1.0, y.0 + 1.0) },
            plot: self.plot,
        };
        let tick = |at, value, step| Tick {
            at,
            label: tick_label(value, step),
        };
        let (values, step) = ticks(scale.x, ((self.plot.w / 110.0) as usize).max(2));
        self.x_ticks = values
            .into_iter()
            .map(|v| tick(scale.x(v), v, step))
            .collect();
        let (values, step) = ticks(scale.y, (self.plot.h / 34.0) as usize);
        self.y_ticks = values
            .into_iter()
            .map(|v| tick(scale.y(v), v, step))
            .collect();
        scale
    }
}

fn tick_label(value: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{:.digits$}", value + 0.0)
}

/// Round numbers within the range, about `wanted` of them, and their spacing.
fn ticks(range: (f64, f64), wanted: usize) -> (Vec<f64>, f64) {
    let raw = (range.1 - range.0) / wanted.max(1) as f64;
    let magnitude = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * magnitude)
        .into_iter()
        .find(|s| *s >= raw)
        .unwrap_or(raw);
    let first = (range.0 / step - 1e-9).ceil() as i64;
    let last = (range.1 / step + 1e-9).floor() as i64;
    ((first..=last).map(|n| n as f64 * step).collect(), step)
}

/// The range of all but the outermost hundredth of the values at either end, with a margin.
pub fn robust_range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        sorted
            .get((share * (sorted.len().saturating_sub(1)) as f64).round() as usize)
            .copied()
    };
    let (low, high) = (at(0.01)?, at(0.99)?);
    let span = high - low;
    // Equal values need a range wide enough for distinct ticks.
    let air = if span > 0.0 { 0.06 * span } else { 0.5 };
    Some((low - air, high + air))
}

/// At most [`MAX_POINTS`] points: the lowest and the highest of every stretch, so that no spike is
/// lost.
pub fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MAX_POINTS {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil(MAX_POINTS / 2);
    let mut kept = Vec::new();
    for part in points.chunks(stretch) {
        let low = part.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = part.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut pair: Vec<(f64, f64)> = low.into_iter().chain(high).copied().collect();
        pair.sort_by(|a, b| a.0.total_cmp(&b.0));
        pair.dedup();
        kept.append(&mut pair);
    }
    kept
}

/// Means over at most `parts` stretches, for noisy lines.
pub fn smooth(points: &[(f64, f64)], parts: usize) -> Vec<(f64, f64)> {
    let stretch = points.len().div_ceil(parts.max(1)).max(1);
    let mean = |part: &[(f64, f64)]| {
        let n = part.len() as f64;
        let sum = part.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
        (sum.0 / n, sum.1 / n)
    };
    points.chunks(stretch).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(
            ticks((0.0, 1500.0), 8).0,
            [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0, 1200.0, 1400.0]
        );
        let (values, step) = ticks((-0.13, 0.41), 5);
        let labels: Vec<String> = values.iter().map(|&v| tick_label(v, step)).collect();
        assert_eq!(labels, ["0.0", "0.2", "0.4"]);
    }

    #[test]
    fn thinning_keeps_spikes_and_the_limit() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i), 0.0)).collect();
        points[5_555].1 = 9.0;
        let thinned = thin(&points);
        assert!(thinned.len() <= MAX_POINTS, "{}", thinned.len());
        assert!(thinned.contains(&(5_555.0, 9.0)));
        assert!(thinned.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_few_outliers_do_not_set_the_range() {
        let values = (0..1000).map(|i| if i == 500 { 1e9 } else { f64::from(i % 10) });
        let (low, high) = robust_range(values.chain([f64::NAN])).unwrap();
        assert!(low > -1.0 && high < 10.0, "{low} {high}");
        assert_eq!(robust_range(std::iter::empty()), None);
        assert_eq!(robust_range([0.0; 3].into_iter()), Some((-0.5, 0.5)));
    }

    #[test]
    fn a_staircase_holds_its_last_value() {
        let mut chart = frame("t", String::new(), true, 0);
        let scale = chart.scale(10.0, (0.0, 1.0));
        let path = scale.steps(&[(0.0, 0.0), (5.0, 1.0)], 10.0);
        assert_eq!(path, "M46.0 228.0H512.0V8.0H978.0");
        assert_eq!(chart.scale(0.0, (2.0, 2.0)).y, (1.0, 3.0));
    }

    #[test]
    fn smoothing_takes_means() {
        let points = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0), (3.0, 7.0)];
        assert_eq!(smooth(&points, 2), [(0.5, 2.0), (2.5, 6.0)]);
        assert_eq!(smooth(&[], 2), []);
    }
}
