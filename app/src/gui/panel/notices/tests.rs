use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn a_notice_stays_until_it_is_put_away() {
    let mut model = Model::default();
    model.trouble("data: no such folder".to_owned());
    let mut harness = fixture::stage(Notices, model, [600.0, 60.0]);
    harness.get_by_label("data: no such folder");
    harness.get_by_label("Dismiss").click();
    harness.run_ok();
    assert!(matches!(harness.state().actions[..], [Action::Dismiss(0)]));
}

#[test]
fn many_and_long_lines_leave_room_for_the_rest() {
    let mut model = Model::default();
    for index in 0..12 {
        model.trouble(format!(
            "{index} {}",
            "a rather long line about a file ".repeat(12)
        ));
    }
    let mut harness = fixture::stage(Notices, model, [600.0, 400.0]);
    harness.run_ok();
    let first = harness.query_all_by_label_contains("11 a rather").next();
    let last = first.expect("the latest line").rect();
    assert!(
        last.bottom() < MOST + 20.0 && last.right() < 600.0,
        "{last}"
    );
}
