//! One chart: its lines, the cursor, and the zones of the balance ratio.

use egui::{Color32, Id, Stroke, Ui};
use egui_plot::{Corner, Legend, Line, Plot, PlotPoints, PlotResponse, PlotUi, VLine};
use tightrope_core::{config::Role, event::Quality};

use super::{View, edits, evaluations, events, scale::Scale, zones};
use crate::gui::{
    action::Action,
    explain::Term,
    model::{
        Axis, Cursor, Model, RunView,
        traces::{Measure, Trace},
    },
    theme,
};

/// A chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chart {
    /// The balance ratio, its band and zones.
    Balance,
    /// Densities of both players, with all mask changes.
    Density,
    /// Losses of both players.
    Loss,
    /// Quality of samples.
    Quality,
    /// Ever-active shares of both players.
    Exploration,
    /// Distances by feature networks.
    Evaluations,
}

impl Chart {
    /// All charts, top to bottom.
    pub const ALL: [Self; 6] = [
        Self::Balance,
        Self::Density,
        Self::Loss,
        Self::Quality,
        Self::Exploration,
        Self::Evaluations,
    ];

    /// Name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Balance => "balance ratio",
            Self::Density => "density",
            Self::Loss => "losses",
            Self::Quality => "quality",
            Self::Exploration => "exploration",
            Self::Evaluations => "evaluations",
        }
    }

    /// Term that explains it.
    pub fn term(self, model: &Model) -> Term {
        match self {
            Self::Balance => Term::BalanceRatio,
            Self::Density => Term::Density,
            Self::Loss => Term::Losses,
            Self::Quality => {
                let mut measured = model.shown().filter_map(|run| run.history.last_quality());
                match measured.any(|quality| quality.frechet_rf.is_some()) {
                    true => Term::Frechet,
                    false => Term::Modes,
                }
            }
            Self::Exploration => Term::Exploration,
            Self::Evaluations => Term::Fid,
        }
    }

    /// Whether the chart may have data; most runs are never evaluated.
    pub fn has_any(self, model: &Model) -> bool {
        self != Self::Evaluations || evaluations::has_any(model)
    }

    fn lines(self, run: &RunView, ui: &Ui) -> Vec<(String, Measure, Color32, bool)> {
        let visuals = ui.visuals();
        let own = theme::run(run.style, visuals);
        let (d, g) = (theme::role(Role::D, visuals), theme::role(Role::G, visuals));
        match self {
            Self::Balance => vec![(run.name.clone(), Measure::Br, own, false)],
            // Colour tells the players apart, line style the runs.
            Self::Density => vec![
                ("d_D".to_owned(), Measure::DensityD, d, true),
                ("d_G".to_owned(), Measure::DensityG, g, true),
            ],
            Self::Loss => vec![
                ("D".to_owned(), Measure::LossD, d, false),
                ("G".to_owned(), Measure::LossG, g, false),
            ],
            Self::Exploration => vec![
                ("D".to_owned(), Measure::ExplorationD, d, false),
                ("G".to_owned(), Measure::ExplorationG, g, false),
            ],
            Self::Quality | Self::Evaluations => Vec::new(),
        }
    }

    /// Draws it; `with_axis` draws the x-axis, `reset` shows all data.
    pub fn show(
        self,
        ui: &mut Ui,
        model: &Model,
        view: &mut View,
        height: f32,
        with_axis: bool,
        reset: bool,
    ) -> Vec<Action> {
        let group = Id::unique("timelines");
        let (axis, scale) = (model.preferences.axis, view.scale);
        let mut plot = Plot::new(("timeline", self))
            .height(height)
            .link_axis(group, [true, false])
            .link_cursor(group, [true, false])
            .legend(
                Legend::default()
                    .position(Corner::RightTop)
                    .background_alpha(0.7),
            )
            .y_axis_label(self.name())
            .y_axis_min_width(52.0)
            .allow_scroll(false)
            .grid_color(ui.visuals().widgets.noninteractive.bg_stroke.color)
            .set_margin_fraction([0.0, 0.06].into())
            .show_axes([with_axis, true])
            .x_axis_formatter(|mark, _| short(mark.value))
            .y_grid_spacer(move |input| scale.marks(&input))
            .y_axis_formatter(move |mark, range| scale.label(mark, range))
            .label_formatter(move |position| label(axis, scale, position));
        if reset {
            plot = plot.reset();
        }
        plot = match self {
            // A vanishing gap blows up single ratios; a double click shows them.
            Self::Balance => plot.auto_bounds([true, false]),
            Self::Density | Self::Exploration => plot.include_y(0.0),
            Self::Loss | Self::Quality | Self::Evaluations => plot,
        };
        let longest = model.shown().map(RunView::iterations).max().unwrap_or(1);
        if axis == Axis::Iteration {
            // Spans the whole run from the start, so that the axis stands still while the run fills
            // it.
            plot = plot.include_x(0.0).include_x(longest as f64);
        }
        let pixels = ui.available_width() as usize;
        let visuals = ui.visuals().clone();
        let mut lines = Vec::new();
        for run in model.shown() {
            for line in self.lines(run, ui) {
                lines.push((run, line));
            }
        }
        let shown = plot.show(ui, |plot| {
            if self == Self::Balance {
                view.show_range(plot, model, reset);
                zones::shade(plot, model, scale, &visuals);
            }
            for (run, (name, measure, colour, is_step)) in lines {
                let stretch = Stretch {
                    run,
                    axis,
                    scale,
                    pixels,
                    is_step,
                };
                let raw = stretch.points(plot, run.traces.of(measure));
                let points = match view.smoothing.of(run, measure) {
                    Some(smooth) => {
                        let faint = Line::new("", raw)
                            .color(colour.gamma_multiply(0.3))
                            .width(1.0)
                            .allow_hover(false);
                        plot.line(faint);
                        stretch.points(plot, smooth)
                    }
                    None => raw,
                };
                let line = Line::new(name, points)
                    .color(colour)
                    .width(1.8)
                    // A band would join the two ends of a riser by a slope.
                    .allow_band(!is_step)
                    .style(theme::line(run.style));
                plot.line(line);
            }
            if self == Self::Quality {
                model
                    .shown()
                    .for_each(|run| quality(plot, run, axis, scale, &visuals));
            }
            if self == Self::Evaluations {
                model
                    .shown()
                    .for_each(|run| evaluations::lines(plot, run, axis, scale, &visuals));
            }
            if self == Self::Density {
                model
                    .shown()
                    .for_each(|run| events::marks(plot, run, axis, scale, &visuals));
            }
            if let Cursor::At(iteration) = model.cursor {
                cursors(plot, model, axis, iteration, visuals.text_color());
            }
        });
        if self == Self::Balance {
            zones::name(ui, model, scale, &shown);
        }
        if self == Self::Density {
            events::explain(model, scale, &shown);
        }
        if self == Self::Evaluations {
            evaluations::explain(model, scale, &shown);
        }
        edits::marks(ui, model, &shown);
        clicked(model, &shown).into_iter().collect()
    }
}

/// A click on a chart moves the cursor there.
fn clicked<R>(model: &Model, shown: &PlotResponse<R>) -> Option<Action> {
    if !shown.response.clicked() {
        return None;
    }
    let at = shown.response.interact_pointer_pos()?;
    let run = model.selected().or(model.runs.first())?;
    let x = shown.transform.value_from_position(at).x;
    let iteration = model.preferences.axis.iteration(&run.history, x);
    Some(Action::Seek(if iteration >= model.last_iteration() {
        Cursor::Live
    } else {
        Cursor::At(iteration)
    }))
}

/// Parameters for drawing a run's lines.
struct Stretch<'a> {
    run: &'a RunView,
    axis: Axis,
    scale: Scale,
    pixels: usize,
    is_step: bool,
}

impl Stretch<'_> {
    /// The visible part of a trace, with all its peaks.
    fn points(&self, plot: &PlotUi, trace: &Trace) -> PlotPoints<'static> {
        let (stats, axis) = (&self.run.history.stats, self.axis);
        let bounds = plot.plot_bounds();
        let follows = plot.auto_bounds().x;
        let (from, to) = if follows {
            (0, stats.len())
        } else {
            // One more point on either side, so that lines run out of view.
            let from = stats.partition_point(|s| axis.of(s) < bounds.min()[0]);
            let to = stats.partition_point(|s| axis.of(s) <= bounds.max()[0]);
            (from.saturating_sub(1), (to + 1).min(stats.len()))
        };
        let mut points: Vec<[f64; 2]> = Vec::new();
        for index in trace.pick(from, to, self.pixels) {
            let (x, y) = (axis.of(&stats[index]), trace.values()[index]);
            if !y.is_finite() {
                continue;
            }
            let y = self.scale.place(y);
            if let Some(&[_, before]) = points.last()
                && self.is_step
                && before != y
            {
                points.push([x, before]);
            }
            points.push([x, y]);
        }
        points.into()
    }
}

fn quality(plot: &mut PlotUi, run: &RunView, axis: Axis, scale: Scale, visuals: &egui::Visuals) {
    let value = |q: &Quality| q.modes.map(|n| n as f64).or(q.frechet_rf);
    let points: Vec<[f64; 2]> = run
        .history
        .quality
        .iter()
        .filter_map(|q| Some([axis.at(&run.history, q.iteration), scale.place(value(q)?)]))
        .collect();
    let modes = run
        .history
        .last_quality()
        .is_some_and(|q| q.modes.is_some());
    let what = if modes { "modes" } else { "Fr\u{e9}chet" };
    let line = Line::new(format!("{what} {}", run.name), points)
        .color(theme::run(run.style, visuals))
        .width(1.8)
        .style(theme::line(run.style));
    plot.line(line);
}

/// Draws the cursor: one line, or one per run where they differ.
fn cursors(plot: &mut PlotUi, model: &Model, axis: Axis, iteration: u64, ink: Color32) {
    let mut drawn: Vec<f64> = Vec::new();
    for run in model.shown() {
        let x = axis.at(&run.history, iteration);
        if !drawn.contains(&x) {
            plot.vline(
                VLine::new("", x)
                    .stroke(Stroke::new(1.5, ink))
                    .allow_hover(false),
            );
            drawn.push(x);
        }
    }
}

fn label(axis: Axis, scale: Scale, position: &egui_plot::HoverPosition) -> Option<String> {
    let egui_plot::HoverPosition::NearDataPoint {
        plot_name,
        position,
        ..
    } = position
    else {
        return None;
    };
    Some(format!(
        "{plot_name}: {:.3}\n{} {}",
        scale.value(position.y),
        short(position.x),
        axis.name()
    ))
}

/// Formats a number on an axis: 1500, 20 k, 3.1e12.
fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size >= 1e7 => format!("{value:.1e}"),
        _ if size >= 1e4 => format!("{} k", value / 1e3),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}
