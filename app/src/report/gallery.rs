//! Samples side by side: real ones, the first, a few in between, the last.

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use tightrope_core::{
    record::{Grid, Scatter, StoredRun},
    run::row_names,
};

use super::variant::Variant;

/// Iterations shown before the last samples.
const MOMENTS: usize = 4;
/// Points drawn in one scatter.
const MAX_DOTS: usize = 1500;
/// Side of a scatter's view box.
const SIDE: f32 = 240.0;

/// All samples of a group.
#[derive(Debug, Serialize)]
pub struct Gallery {
    /// Real samples, then the last ones of every variant.
    pub last: Vec<Panel>,
    /// Samples over training, variant by variant.
    pub courses: Vec<Course>,
    /// The last samples of the other seeds.
    pub seeds: Vec<Panel>,
}

/// Samples of one run over training.
#[derive(Debug, Serialize)]
pub struct Course {
    /// The variant.
    pub label: String,
    /// The variant's place in the group.
    pub style: usize,
    /// By rising iteration.
    pub panels: Vec<Panel>,
}

/// A picture.
#[derive(Debug, Serialize)]
pub struct Panel {
    /// The variant, or that these are real data.
    pub title: String,
    /// The iteration, or the source of real data.
    pub when: String,
    /// The classes of its rows, where each row shows one.
    pub rows: String,
    /// The variant's place in the group; `None` for real data.
    pub style: Option<usize>,
    /// An image, base64 of a PNG.
    pub png: Option<String>,
    /// A scatter: paths of real and of generated points.
    pub dots: Option<[String; 2]>,
}

/// Collects the samples of a group's variants.
pub fn gallery(variants: &[Variant]) -> Result<Gallery> {
    let mut gallery = Gallery {
        last: reals(variants),
        courses: Vec::new(),
        seeds: Vec::new(),
    };
    for (style, variant) in variants.iter().enumerate() {
        let Some((first, others)) = variant.runs.split_first() else {
            continue;
        };
        if let Some(grid) = first.grids.last() {
            gallery
                .last
                .push(panel(first, grid, &variant.label, Some(style))?);
        }
        let panels = moments(&first.grids)
            .into_iter()
            .map(|grid| panel(first, grid, "", Some(style)))
            .collect::<Result<Vec<Panel>>>()?;
        if !panels.is_empty() {
            gallery.courses.push(Course {
                label: variant.label.clone(),
                style,
                panels,
            });
        }
        for run in others {
            if let Some(grid) = run.grids.last() {
                let label = format!("{}, seed {}", variant.label, run.config.seed);
                gallery.seeds.push(panel(run, grid, &label, Some(style))?);
            }
        }
    }
    Ok(gallery)
}

/// Evenly spaced grids from the first on, without the last.
fn moments(grids: &[Grid]) -> Vec<&Grid> {
    let before = grids.len().saturating_sub(1);
    let shown = before.min(MOMENTS);
    (0..shown).map(|i| &grids[i * before / shown]).collect()
}

/// A panel for each source of real data in the group.
fn reals(variants: &[Variant]) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    let mut sources: Vec<&str> = Vec::new();
    for run in variants.iter().flat_map(|v| &v.runs) {
        let source = run.config.data.source.split(':').next().unwrap_or_default();
        if sources.contains(&source) {
            continue;
        }
        let dots = run
            .reals
            .as_ref()
            .map(|points| [path(run, points), String::new()]);
        let png = run.reals_png.as_ref().filter(|_| dots.is_none());
        if dots.is_some() || png.is_some() {
            sources.push(source);
            panels.push(Panel {
                title: "Real data".into(),
                when: source.into(),
                rows: String::new(),
                style: None,
                png: png.map(|bytes| STANDARD.encode(bytes)),
                dots,
            });
        }
    }
    panels
}

fn panel(run: &StoredRun, grid: &Grid, title: &str, style: Option<usize>) -> Result<Panel> {
    let (dots, png) = match grid.read_points()? {
        Some(points) => {
            let reals = run.reals.as_deref().unwrap_or_default();
            (Some([path(run, reals), path(run, &points)]), None)
        }
        None => (None, Some(STANDARD.encode(grid.png_bytes()?))),
    };
    Ok(Panel {
        title: title.into(),
        when: match grid.iteration {
            0 => "before training".into(),
            n => format!("iteration {n}"),
        },
        rows: run
            .history
            .info
            .as_ref()
            .map_or_else(String::new, |info| row_names(&info.classes).join(", ")),
        style,
        png,
        dots,
    })
}

/// SVG path of dots for round line caps, scaled to the run's real data.
fn path(run: &StoredRun, points: &[[f32; 2]]) -> String {
    let window = Scatter::of(run.reals.as_deref().unwrap_or(points));
    let across = |p: &[f32; 2], axis: usize| {
        (p[axis] - window.low[axis]) / (window.high[axis] - window.low[axis])
    };
    let stride = points.len().div_ceil(MAX_DOTS).max(1);
    points
        .iter()
        .step_by(stride)
        .map(|p| [across(p, 0) * SIDE, (1.0 - across(p, 1)) * SIDE])
        .filter(|p| p.iter().all(|v| (0.0..=SIDE).contains(v)))
        .map(|[x, y]| format!("M{x:.1} {y:.1}h0"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_start_at_the_start_and_leave_the_last_out() {
        let grids: Vec<Grid> = (0..11)
            .map(|i| Grid {
                iteration: i * 100,
                png: Default::default(),
                points: None,
            })
            .collect();
        let at: Vec<u64> = moments(&grids).iter().map(|g| g.iteration).collect();
        assert_eq!(at, [0, 200, 500, 700]);
        assert!(moments(&grids[..1]).is_empty());
        assert_eq!(moments(&grids[..2]).len(), 1);
    }
}
