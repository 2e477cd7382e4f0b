use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn charts_come_and_go_and_share_an_axis() {
    let mut harness = fixture::stage(Timelines::default(), fixture::model(), [900.0, 500.0]);
    assert_eq!(
        harness.state().panel.open,
        [true, true, false, false, false]
    );
    harness.get_by_label("losses").click();
    harness.run_ok();
    assert!(harness.state().panel.open[2]);
    harness.get_by_label("seconds").click();
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(&wanted[..], [Action::SetLook(look)] if look.axis == Axis::Seconds),
        "{wanted:?}"
    );
}

#[test]
fn every_chart_draws_every_axis() {
    for axis in Axis::ALL {
        let mut model = fixture::model();
        model.look.axis = axis;
        model.cursor = crate::gui::model::Cursor::At(300);
        let timelines = Timelines {
            open: [true; Chart::ALL.len()],
            axis,
        };
        let mut harness = fixture::stage(timelines, model, [900.0, 700.0]);
        harness.run_steps(2);
        assert!(harness.state().actions.is_empty());
    }
}

#[test]
fn a_click_moves_the_cursor() {
    let mut harness = fixture::stage(Timelines::default(), fixture::model(), [900.0, 500.0]);
    let at = egui::pos2(450.0, 150.0);
    harness.hover_at(at);
    harness.run_ok();
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run_ok();
    let wanted = &harness.state().actions;
    assert!(
        matches!(
            wanted[..],
            [Action::Seek(crate::gui::model::Cursor::At(1..1000))]
        ),
        "{wanted:?}"
    );
}
