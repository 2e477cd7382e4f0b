use tightrope_core::{config::StageWeights, event::StageEvent};

use super::*;
use crate::report::{fixture, variant::variants};

#[test]
fn a_run_has_its_timelines_and_they_stay_small() {
    let runs = [
        fixture::run("adapt-relax", 1, 30_000),
        fixture::run("stu-gan", 1, 30_000),
    ];
    let charts = timelines(&variants(&runs));
    let titles: Vec<&str> = charts.iter().map(|c| c.title.as_str()).collect();
    assert_eq!(
        titles[..4],
        [
            "Balance ratio",
            "Density",
            "Discriminator loss",
            "Generator loss"
        ]
    );
    assert!(titles.contains(&"Modes covered"));
    for line in charts.iter().flat_map(|c| &c.lines) {
        let points = line.path.matches(['M', 'L', 'V']).count();
        assert!(
            points <= chart::MAX_POINTS + 1,
            "{} has {points} points",
            line.label
        );
        assert!(
            !line.path.contains("NaN") && !line.path.contains("inf"),
            "{}",
            line.path
        );
    }
    assert!(!charts[1].marks.is_empty() && charts[1].lanes.len() == 2);
}

#[test]
fn every_chart_says_where_a_stage_begins() {
    let mut runs = [
        fixture::run("static", 1, 300),
        fixture::run("post-hoc", 1, 300),
    ];
    runs[1].history.stages.push(StageEvent {
        iteration: 201,
        stage: 1,
        weights: StageWeights::BestAverage,
        taken: 180,
    });
    for chart in timelines(&variants(&runs)) {
        let [line] = &chart.stages[..] else {
            panic!("{}: {} stages", chart.title, chart.stages.len())
        };
        assert_eq!(line.name, "stage 1");
        assert!(
            line.label.to_lowercase().contains("pruned, post-hoc"),
            "{}",
            line.label
        );
        let share = (line.x - chart.plot.x) / chart.plot.w;
        assert!((share - 200.0 / 300.0).abs() < 1e-9, "{}", chart.title);
    }
}

#[test]
fn an_empty_history_has_no_charts() {
    let mut run = fixture::run("static", 1, 10);
    run.history = History::default();
    assert!(timelines(&variants(&[run])).is_empty());
}

#[test]
fn a_staircase_is_its_changes() {
    let points = vec![(0.0, 0.1), (1.0, 0.1), (2.0, 0.2), (3.0, 0.2)];
    assert_eq!(changes(points), [(0.0, 0.1), (2.0, 0.2)]);
}
