use egui_kittest::kittest::Queryable;

use super::*;
use crate::gui::fixture;

#[test]
fn runs_stand_side_by_side_with_real_data() {
    let harness = fixture::stage(Samples::default(), fixture::model(), [900.0, 400.0]);
    let x = |label: &str| harness.get_by_label(label).rect().left();
    assert!(x("adapt-relax s42") < x("stu-gan s42"));
    assert!(x("stu-gan s42") < x("real data"));
    assert_eq!(harness.get_all_by_label("iteration 500").count(), 2);
}

#[test]
fn the_cursor_takes_samples_back_in_time() {
    let mut model = fixture::model();
    model.cursor = Cursor::At(499);
    let harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    assert_eq!(harness.get_all_by_label("iteration 0").count(), 2);
}

#[test]
fn a_hidden_run_leaves_its_place() {
    let mut model = fixture::model();
    model.run_mut(RunKey(0)).unwrap().hidden = true;
    let harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    assert!(harness.query_by_label("adapt-relax s42").is_none());
    harness.get_by_label("stu-gan s42");
}

#[test]
fn nothing_to_show_is_said() {
    let harness = fixture::stage(Samples::default(), Model::default(), [600.0, 300.0]);
    harness.get_by_label_contains("as soon as a run starts");
}

#[test]
fn an_image_grid_is_uploaded_once() {
    let mut model = fixture::model();
    let images = SampleData::Images {
        count: 4,
        channels: 1,
        side: 8,
        pixels: vec![0.5; 4 * 64],
    };
    let run = model.run_mut(RunKey(0)).unwrap();
    run.reals = Some(images.clone());
    run.history
        .samples
        .values_mut()
        .for_each(|moment| moment.averaged = Some(images.clone()));
    let mut harness = fixture::stage(Samples::default(), model, [900.0, 400.0]);
    let texture = |panel: &Samples| panel.grids[&Some(RunKey(0))].1.id();
    let before = texture(&harness.state().panel);
    harness.run_steps(3);
    assert_eq!(texture(&harness.state().panel), before);
    harness.state_mut().model.cursor = Cursor::At(0);
    harness.run_steps(1);
    assert_ne!(texture(&harness.state().panel), before);
}
