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
